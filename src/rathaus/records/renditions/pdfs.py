"""Renditions of PDFs and pictures: look, read what has to be read, put together."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.records import actions as records
from rathaus.records import indexing
from rathaus.records.models import Document, DocumentVersion, RenditionKind
from rathaus.records.renditions import actions, config, sandbox, verapdf, verdicts
from rathaus.records.renditions.child import words as texts
from rathaus.records.renditions.child.refusal import Refused
from rathaus.records.renditions.models import PageRead, RenditionWork
from rathaus.records.renditions.states import WorkState

SYSTEM = Actor.system("renditions")
READ_SECONDS = 120.0
ARCHIVE_SECONDS = 150.0
DONE = (WorkState.DONE, "")
Shapes = dict[str, tuple[str, str]]


def step(work: RenditionWork, content: bytes, kind: str, began: float) -> None:
    """The next step. Raises: Refused, sandbox.Failed, actions.Lost."""
    if not work.looked:
        _look(work, content, kind, began)
    elif work.remaining:
        _read(work, content, kind, began)
    else:
        _put_together(work, content, kind, began)


def _look(work: RenditionWork, content: bytes, kind: str, began: float) -> None:
    ask = sandbox.shared().ask
    facts, (text,) = ask("look", content, kind=kind)
    if facts["xfa"]:
        raise Refused("xfa")
    _facts, (album,) = ask("album", content, kind=kind)
    to_read = [number for number, page in enumerate(facts["pages"]) if page["read"]]
    work.pages, work.signed, work.to_read = len(facts["pages"]), facts["signed"], to_read
    work.chars = sum(page["chars"] for page in facts["pages"])
    found = {
        "looked": True,
        "pages": work.pages,
        "signed": work.signed,
        "to_read": to_read,
        "chars": work.chars,
    }
    preview = storage.put(album)
    if to_read:
        with transaction.atomic():
            actions.go_on(work, heavy=True, **found, **spent(work, began))
            _add(work.version, RenditionKind.PREVIEW, preview)
        return
    work.looked = True
    if facts["archive"] and not facts["problems"]:
        shapes: Shapes = {
            RenditionKind.PDF: (WorkState.NOT_NEEDED, "archive"),
            RenditionKind.PREVIEW: DONE,
        }
        blobs: dict[str, Any] = {RenditionKind.PREVIEW: (preview, "")}
        _finish(work, blobs, shapes, text, {**found, "pages_made": 0, **spent(work, began)})
        return
    made = _archive(work, content, kind)
    made["blobs"][RenditionKind.PREVIEW] = (preview, "")
    changes = {**found, **made["changes"], **spent(work, began)}
    _finish(work, made["blobs"], {RenditionKind.PREVIEW: DONE}, made["text"], changes)


def _read(work: RenditionWork, content: bytes, kind: str, began: float) -> None:
    numbers = work.remaining[: config.processes()]
    facts, _parts = sandbox.shared().ask(
        "read", content, kind=kind, pages=numbers, language=config.language(), seconds=READ_SECONDS
    )
    rows = [
        PageRead(work=work, number=number, packed=PageRead.pack(found))
        for number, found in zip(numbers, facts["pages"], strict=True)
    ]
    with transaction.atomic():
        actions.go_on(
            work, pages_read=work.pages_read + len(numbers), heavy=True, **spent(work, began)
        )
        PageRead.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["work", "number"], update_fields=["packed"]
        )


def _put_together(work: RenditionWork, content: bytes, kind: str, began: float) -> None:
    reads = {row.number: row.found for row in work.reads.all()}
    made = _archive(work, content, kind, reads)
    sure = [found["confidence"] for found in reads.values() if found["words"]]
    changes = {
        **made["changes"],
        "confidence": round(sum(sure) / len(sure)) if sure else None,
        "chars": work.chars + sum(texts.readable(found["text"]) for found in reads.values()),
        **spent(work, began),
    }
    shapes: Shapes = {RenditionKind.PREVIEW: DONE}
    blobs = made["blobs"]
    if any(found["turned"] for found in reads.values()):
        _facts, (album,) = sandbox.shared().ask("album", made["pdf"])
        blobs[RenditionKind.PREVIEW] = (storage.put(album), "")
    _finish(work, blobs, shapes, made["text"], changes)


def _archive(
    work: RenditionWork, content: bytes, kind: str, reads: dict[int, Any] | None = None
) -> dict[str, Any]:
    """The PDF/A, stored, with figures for the verdict."""
    version = work.version
    facts, (pdf, text) = sandbox.shared().ask(
        "archive",
        content,
        kind=kind,
        reads=reads or {},
        title=version.document.title,
        note=verdicts.note_inside(version, signed=work.signed),
        seconds=ARCHIVE_SECONDS,
    )
    checked_by, problems = verapdf.check(pdf, facts["problems"])
    changes = {
        "pages_made": facts["pages"][1],
        "words": facts["words"],
        "missing": facts["missing"],
        "differing": facts["differing"],
        "drawn": facts["drawn"],
        "problems": problems,
        "checked_by": checked_by,
    }
    for name, value in changes.items():
        setattr(work, name, value)
    blobs = {RenditionKind.PDF: (storage.put(pdf), verdicts.sentence(work))}
    return {"pdf": pdf, "text": text, "changes": changes, "blobs": blobs}


def _finish(
    work: RenditionWork,
    blobs: dict[str, Any],
    shapes: Shapes,
    text: bytes,
    changes: dict[str, Any],
) -> None:
    """Store everything and note it in one transaction, or nothing."""
    shapes = {RenditionKind.PDF: DONE, **shapes}
    if text.strip():
        blobs[RenditionKind.TEXT] = (storage.put(text), "")
        shapes[RenditionKind.TEXT] = DONE
    else:
        shapes[RenditionKind.TEXT] = (WorkState.NOT_NEEDED, "no_text")
    with transaction.atomic():
        actions.finish(work, shapes, **changes)
        for name, (blob, verdict) in blobs.items():
            _add(work.version, name, blob, verdict)
        if work.to_read:
            find_again(work.version)


def find_again(version: DocumentVersion) -> None:
    """Put the document into the search anew: now there is text that was not there before."""
    known = Document.objects.filter(
        pk=version.document_id, latest=version.number, indexed__gte=version.number
    )
    if known.update(indexed=version.number - 1):
        indexing.queue(version.document.case)


def _add(version: DocumentVersion, kind: str, blob: Any, verdict: str = "") -> None:
    records.add_rendition(version=version, kind=kind, content=blob, actor=SYSTEM, verdict=verdict)


def spent(work: RenditionWork, began: float) -> dict[str, Any]:
    """The time used, as a change of the row."""
    return {"seconds": round(work.seconds + time.monotonic() - began, 3)}

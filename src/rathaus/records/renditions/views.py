"""Renditions of texts, e-mails and files of office programs: text, and a PDF to look at."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.organisation import queries as organisation
from rathaus.records import actions as records
from rathaus.records.models import RenditionKind
from rathaus.records.renditions import actions, kinds, mails, offices, sandbox, verdicts
from rathaus.records.renditions.child import words as texts
from rathaus.records.renditions.child.refusal import Refused
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.states import WorkState
from rathaus.theme import brand, pdf
from rathaus.theme.documents import Sender

SYSTEM = Actor.system("renditions")
MAX_CHARS = 200_000
"""Of a text that is laid out; about 80 pages."""
DONE = (WorkState.DONE, "")
Facts = list[tuple[str, str]]


def step(work: RenditionWork, content: bytes, kind: str, began: float) -> None:
    """Everything in one go. Raises: Refused, sandbox.Failed, actions.Lost, pdf.PdfError."""
    version = work.version
    facts: Facts = []
    if kind == kinds.OFFICE:
        try:
            text = offices.text_of(content, version.content_type, version.name)
        except offices.Unreadable:
            raise Refused("broken") from None
    elif kind == kinds.MAIL:
        mail = mails.read(content)
        facts, text = mail.facts, mail.text
    else:
        text = decoded(content)
    shapes: dict[str, tuple[str, str]] = {}
    blobs: dict[str, Any] = {}
    changes: dict[str, Any] = {"looked": True, "chars": texts.readable(text)}
    if kind == kinds.TEXT:
        shapes[RenditionKind.TEXT] = (WorkState.NOT_NEEDED, "plain")
    elif text.strip():
        whole = "\n".join([*(f"{label}: {value}" for label, value in facts), "", text])
        blobs[RenditionKind.TEXT] = (storage.put(texts.tidy(whole).strip().encode()), "")
        shapes[RenditionKind.TEXT] = DONE
    else:
        shapes[RenditionKind.TEXT] = (WorkState.NOT_NEEDED, "no_text")
    if kind == kinds.OFFICE:
        for nothing in (RenditionKind.PDF, RenditionKind.PREVIEW):
            shapes[nothing] = (WorkState.NOT_NEEDED, "no_view")
    else:
        _view(work, text, facts, blobs, changes)
        shapes |= {RenditionKind.PDF: DONE, RenditionKind.PREVIEW: DONE}
    changes["seconds"] = round(work.seconds + time.monotonic() - began, 3)
    with transaction.atomic():
        actions.finish(work, shapes, **changes)
        for name, (blob, verdict) in blobs.items():
            records.add_rendition(
                version=version, kind=name, content=blob, actor=SYSTEM, verdict=verdict
            )


def _view(
    work: RenditionWork, text: str, facts: Facts, blobs: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Lay the text out as PDF/A and compare its words with what was to be shown."""
    version = work.version
    shown = text[:MAX_CHARS]
    if len(text) > MAX_CHARS:
        shown += "\n\n[…]"
    made = pdf.render(
        "plain_view",
        {
            "title": version.document.title,
            "sender": _sender(version.document.case.office.name),
            "reference": version.document.case.reference,
            "name": version.name,
            "facts": [[label, value] for label, value in facts],
            "paragraphs": shown.split("\n"),
            "note": verdicts.note_inside(version, signed=False),
        },
        at=version.created_at,
    )
    ask = sandbox.shared().ask
    seen, _parts = ask("look", made)
    _facts, (album,) = ask("album", made)
    pages = len(seen["pages"])
    figures = {
        "pages": pages,
        "pages_made": pages,
        "words": len(shown.split()),
        "missing": len(text[MAX_CHARS:].split()),
        "problems": seen["problems"],
        "checked_by": "structure",
    }
    for name, value in figures.items():
        setattr(work, name, value)
    changes |= figures
    blobs[RenditionKind.PDF] = (storage.put(made), verdicts.sentence(work))
    blobs[RenditionKind.PREVIEW] = (storage.put(album), "")


def _sender(office: str) -> dict[str, Any]:
    town = organisation.town().full_name
    return Sender(town=town, office=office, hue=brand.current().hue).model_dump()


def decoded(content: bytes) -> str:
    """UTF-8, else what Windows wrote for decades; line ends become line feeds."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return texts.tidy(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return texts.tidy(content.decode("latin-1"))

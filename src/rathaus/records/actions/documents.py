"""Filing documents, versions and renditions."""

from __future__ import annotations

from typing import IO

from django.db import IntegrityError, transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.records import events, extraction, indexing
from rathaus.records.actions.errors import CaseIsClosed
from rathaus.records.models import Case, Document, DocumentVersion, Rendition, RenditionKind
from rathaus.records.names import safe_name
from rathaus.records.states import CaseState


def file_document(
    *,
    case: Case,
    title: str,
    kind: str,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    direction: str,
    actor: Actor,
    text: str = "",
) -> Document:
    """File a document as its first version; it cannot be changed or removed afterwards.

    `text` makes findable what cannot be read from the content (a scan, a PDF just made); it
    is kept as a text rendition. Text and JSON files are read themselves. Into a closed case
    only the software files (a letter made after the decision), people reopen it first.

    Raises: CaseIsClosed; DatabaseError if `content` was destroyed at this very moment.
    """
    blob = content if isinstance(content, Blob) else storage.put(content)
    moment = now()
    _check_open(case, actor)
    with transaction.atomic(savepoint=False):
        storage.hold(blob)
        document = Document.objects.create(
            case=case,
            title=str(title)[:250],
            kind=kind,
            direction=direction,
            created_at=moment,
        )
        version = _add(document, 1, blob, name, content_type)
        filed = events.DocumentFiled(
            document_id=str(document.public_id),
            version_id=str(version.public_id),
            kind=kind,
            direction=direction,
            sha256=blob.sha256,
            size=blob.size,
            label_digest=digest_of(document, version),
            number=document.number,
        )
        record(case.chain, filed, actor=actor)
        if text and not extraction.reads(content_type):
            add_rendition(
                version=version, kind=RenditionKind.TEXT, content=text.encode(), actor=actor
            )
        indexing.queue(case)
    return document


def add_version(
    *,
    document: Document,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    actor: Actor,
) -> DocumentVersion:
    """Add a newer version; the older ones stay.

    Raises: CaseIsClosed; IntegrityError if somebody else added a version at the same time;
    DatabaseError if `content` was destroyed at this very moment.
    """
    blob = content if isinstance(content, Blob) else storage.put(content)
    with transaction.atomic():
        _check_open(document.case, actor)
        storage.hold(blob)
        number = document.latest + 1
        if not Document.objects.filter(pk=document.pk, latest=number - 1).update(latest=number):
            raise IntegrityError("another version was added at the same time")
        version = _add(document, number, blob, name, content_type)
        document.latest = number
        added = events.DocumentVersionAdded(
            document_id=str(document.public_id),
            version_id=str(version.public_id),
            number=number,
            sha256=blob.sha256,
            size=blob.size,
            label_digest=digest_of(document, version),
        )
        record(document.case.chain, added, actor=actor)
        indexing.queue(document.case)
    return version


def add_rendition(
    *,
    version: DocumentVersion,
    kind: str,
    content: bytes | Blob,
    actor: Actor,
    verdict: str = "",
) -> Rendition:
    """Store another shape of a version; one made before is replaced. Allowed after closing."""
    blob = content if isinstance(content, Blob) else storage.put(content)
    with transaction.atomic():
        rendition, _ = Rendition.objects.update_or_create(
            version=version,
            kind=kind,
            defaults={"blob": blob, "verdict": verdict[:200], "created_at": now()},
        )
        added = events.RenditionAdded(
            version_id=str(version.public_id),
            kind=str(kind),
            sha256=blob.sha256,
            verdict=rendition.verdict,
        )
        record(version.document.case.chain, added, actor=actor)
    return rendition


def note_view(*, version: DocumentVersion, actor: Actor) -> None:
    """Keep that somebody looked at a document. Call it where bytes leave the record."""
    with transaction.atomic():
        viewed = events.DocumentViewed(
            document_id=str(version.document.public_id), version_id=str(version.public_id)
        )
        record(version.document.case.chain, viewed, actor=actor)


def digest_of(document: Document, version: DocumentVersion) -> str:
    """What an event keeps of title, kind, direction, file name and type."""
    return events.label_digest(
        version.salt,
        document.title,
        document.kind,
        document.direction,
        version.name,
        version.content_type,
    )


def _add(
    document: Document, number: int, blob: Blob, name: str, content_type: str
) -> DocumentVersion:
    return DocumentVersion.objects.create(
        document=document,
        number=number,
        blob=blob,
        name=safe_name(name),
        content_type=content_type[:120],
        created_at=now(),
    )


def _check_open(case: Case, actor: Actor) -> None:
    """People reopen a case first; what the software still produces is filed all the same."""
    if case.state != CaseState.OPEN and actor.kind != "system":
        raise CaseIsClosed(case.reference)

"""Drafts: documents without a number, changed until somebody files them."""

from __future__ import annotations

from typing import IO

from django.db import transaction
from django.db.models import F

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Blob
from rathaus.organisation.models import StaffMember
from rathaus.records.actions.documents import file_document
from rathaus.records.actions.errors import CaseIsClosed, Outdated
from rathaus.records.models import Case, Direction, Document, DocumentKind, DraftDocument
from rathaus.records.names import safe_name
from rathaus.records.states import CaseState


def create_draft(
    *,
    case: Case,
    title: str,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    actor: Actor,
    staff: StaffMember | None = None,
) -> DraftDocument:
    """Lay a draft into an open case; it leaves no trace in the history until it is filed.

    Raises: CaseIsClosed.
    """
    if case.state != CaseState.OPEN:
        raise CaseIsClosed(case.reference)
    blob = content if isinstance(content, Blob) else storage.put(content)
    moment = now()
    return DraftDocument.objects.create(
        case=case,
        title=str(title)[:250],
        name=safe_name(name),
        content_type=content_type[:120],
        blob=blob,
        created_by=staff,
        author=actor.label,
        created_at=moment,
        updated_at=moment,
    )


def replace_draft(
    *,
    draft: DraftDocument,
    content: bytes | IO[bytes] | Blob,
    revision: int,
    actor: Actor,
    title: str | None = None,
    name: str | None = None,
    content_type: str | None = None,
) -> DraftDocument:
    """Save another state of a draft. `revision` is the one the writer began with.

    Raises: Outdated if somebody saved in between or the draft is gone.
    """
    blob = content if isinstance(content, Blob) else storage.put(content)
    changes: dict[str, object] = {"blob": blob, "author": actor.label, "updated_at": now()}
    if title is not None:
        changes["title"] = str(title)[:250]
    if name is not None:
        changes["name"] = safe_name(name)
    if content_type is not None:
        changes["content_type"] = content_type[:120]
    same = DraftDocument.objects.filter(pk=draft.pk, revision=revision)
    if not same.update(revision=F("revision") + 1, **changes):
        raise Outdated(draft.title)
    draft.refresh_from_db()
    return draft


def discard_draft(*, draft: DraftDocument, actor: Actor) -> None:
    """Throw a draft away. It never was part of the record, so nothing is kept of it."""
    with transaction.atomic():
        DraftDocument.objects.filter(pk=draft.pk).delete()


def file_draft(
    *,
    draft: DraftDocument,
    revision: int,
    actor: Actor,
    kind: str = DocumentKind.LETTER,
    direction: str = Direction.INTERNAL,
    title: str = "",
) -> Document:
    """File the draft as it is in `revision`: it gets its number and cannot be changed any more.

    Raises: Outdated if it was changed or filed in between; CaseIsClosed.
    """
    with transaction.atomic():
        same = DraftDocument.objects.filter(pk=draft.pk, revision=revision)
        current = same.select_related("blob", "case__chain").first()
        if current is None or not same.delete()[0]:
            raise Outdated(draft.title)
        return file_document(
            case=current.case,
            title=title or current.title,
            kind=kind,
            content=current.blob,
            name=current.name,
            content_type=current.content_type,
            direction=direction,
            actor=actor,
        )

"""Better titles, with the old ones in the history."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.records import events_plan, indexing, rescoping
from rathaus.records.actions.documents import digest_of
from rathaus.records.actions.errors import CaseIsClosed, Outdated, PlanRefused
from rathaus.records.events import label_digest
from rathaus.records.models import Case, Document
from rathaus.records.states import CaseState


def rename_case(*, case: Case, title: str, actor: Actor) -> Case:
    """Raises: CaseIsClosed, PlanRefused for an empty title, Outdated."""
    title = _title(title, 200)
    if case.state != CaseState.OPEN:
        raise CaseIsClosed(case.reference)
    before = case.title
    if title == before:
        return case
    with transaction.atomic():
        if not Case.objects.filter(pk=case.pk, title=before).update(title=title):
            raise Outdated(case.reference)
        case.title = title
        renamed = events_plan.CaseRenamed(
            label_digest=label_digest(case.salt, title), before=before, after=title
        )
        record(case.chain, renamed, actor=actor)
        rescoping.forget([case.pk])
        indexing.queue(case)
    return case


def rename_document(*, document: Document, title: str, actor: Actor) -> Document:
    """Raises: CaseIsClosed, PlanRefused for an empty title, Outdated."""
    title = _title(title, 250)
    case = document.case
    if case.state != CaseState.OPEN:
        raise CaseIsClosed(case.reference)
    before = document.title
    if title == before:
        return document
    with transaction.atomic():
        if not Document.objects.filter(pk=document.pk, title=before).update(title=title, indexed=0):
            raise Outdated(before)
        document.title = title
        renamed = events_plan.DocumentRenamed(
            document_id=str(document.public_id),
            label_digests={
                str(version.number): digest_of(document, version)
                for version in document.versions.all()
            },
            before=before,
            after=title,
        )
        record(case.chain, renamed, actor=actor)
        indexing.queue(case)
    return document


def _title(text: str, limit: int) -> str:
    text = " ".join(text.split())[:limit]
    if not text:
        raise PlanRefused(_("Geben Sie einen Titel ein."))
    return text

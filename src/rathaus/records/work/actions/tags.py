"""Tags: making, renaming, merging, putting on and taking off."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.organisation.actions import site_chain
from rathaus.organisation.models import Office
from rathaus.records.models import Case, Document
from rathaus.records.work import events
from rathaus.records.work.errors import Unfit
from rathaus.records.work.models import CaseTag, DocumentTag, Tag, Tone


def create_tag(*, name: str, office: Office | None, tone: str, actor: Actor) -> Tag:
    """A new tag of `office`, or without office of the whole town. Raises: Unfit."""
    name = _checked(name, tone)
    _taken(name, office)
    with transaction.atomic():
        try:
            with transaction.atomic():
                tag = Tag.objects.create(
                    name=name, folded=name.casefold()[:60], office=office, tone=tone
                )
        except IntegrityError:
            raise Unfit(_("Dieses Schlagwort gibt es schon.")) from None
        made = events.TagChanged(tag_id=str(tag.public_id), before="", after=name)
        record(site_chain(), made, actor=actor)
    return tag


def change_tag(*, tag: Tag, name: str, tone: str, actor: Actor) -> Tag:
    """Another name or colour. Raises: Unfit, also where the name is taken (merge them)."""
    name = _checked(name, tone)
    before = tag.name
    _taken(name, tag.office, but=tag)
    with transaction.atomic():
        try:
            with transaction.atomic():
                Tag.objects.filter(pk=tag.pk).update(
                    name=name, folded=name.casefold()[:60], tone=tone
                )
        except IntegrityError:
            raise Unfit(_("Dieses Schlagwort gibt es schon. Legen Sie beide zusammen.")) from None
        tag.refresh_from_db()
        if name != before:
            changed = events.TagChanged(tag_id=str(tag.public_id), before=before, after=name)
            record(site_chain(), changed, actor=actor)
    return tag


def merge_tags(*, gone: Tag, kept: Tag, actor: Actor) -> None:
    """Everything tagged `gone` is tagged `kept`; `gone` goes.

    Raises: Unfit for the same tag, or for a town-wide tag into one of an office.
    """
    if gone.pk == kept.pk:
        raise Unfit(_("Wählen Sie zwei verschiedene Schlagwörter."))
    if kept.office_id is not None and kept.office_id != gone.office_id:
        raise Unfit(_("Ein Schlagwort kann nur in eines desselben Amtes oder der Stadt aufgehen."))
    with transaction.atomic():
        CaseTag.objects.filter(tag=gone, case__in=kept.on_cases.values("case")).delete()
        CaseTag.objects.filter(tag=gone).update(tag=kept)
        DocumentTag.objects.filter(
            tag=gone, document__in=kept.on_documents.values("document")
        ).delete()
        DocumentTag.objects.filter(tag=gone).update(tag=kept)
        Tag.objects.filter(pk=gone.pk).delete()
        merged = events.TagMerged(gone=gone.name, kept=kept.name)
        record(site_chain(), merged, actor=actor)


def tag_case(*, case: Case, tag: Tag, actor: Actor) -> bool:
    """Put a tag on a case; False if it is there. Raises: Unfit for another office's tag."""
    _fits(tag, case)
    with transaction.atomic():
        _row, new = CaseTag.objects.get_or_create(case=case, tag=tag)
        if new:
            record(case.chain, events.TagAdded(tag=tag.name), actor=actor)
    return new


def untag_case(*, case: Case, tag: Tag, actor: Actor) -> bool:
    """Take a tag off a case; False if it was not there."""
    with transaction.atomic():
        if not CaseTag.objects.filter(case=case, tag=tag).delete()[0]:
            return False
        record(case.chain, events.TagRemoved(tag=tag.name), actor=actor)
    return True


def tag_document(*, document: Document, tag: Tag, actor: Actor) -> bool:
    """Put a tag on a document; False if it is there. Raises: Unfit for another office's tag."""
    _fits(tag, document.case)
    with transaction.atomic():
        _row, new = DocumentTag.objects.get_or_create(document=document, tag=tag)
        if new:
            added = events.TagAdded(tag=tag.name, document_id=str(document.public_id))
            record(document.case.chain, added, actor=actor)
    return new


def untag_document(*, document: Document, tag: Tag, actor: Actor) -> bool:
    """Take a tag off a document; False if it was not there."""
    with transaction.atomic():
        if not DocumentTag.objects.filter(document=document, tag=tag).delete()[0]:
            return False
        removed = events.TagRemoved(tag=tag.name, document_id=str(document.public_id))
        record(document.case.chain, removed, actor=actor)
    return True


def _checked(name: str, tone: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Unfit(_("Ein Schlagwort hat 1 bis 60 Zeichen."))
    if tone not in Tone.values:
        raise Unfit(_("Wählen Sie eine der angebotenen Farben."))
    return name


def _taken(name: str, office: Office | None, *, but: Tag | None = None) -> None:
    rows = Tag.objects.filter(folded=name.casefold()[:60], office=office)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    if rows.exists():
        raise Unfit(_("Dieses Schlagwort gibt es schon. Legen Sie beide zusammen."))


def _fits(tag: Tag, case: Case) -> None:
    if tag.office_id is not None and tag.office_id != case.office_id:
        raise Unfit(_("Dieses Schlagwort gehört einem anderen Amt."))

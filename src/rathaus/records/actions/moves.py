"""Moving and re-filing, with reason, rights at both ends and history on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import StaffMember
from rathaus.records import access, events_plan, indexing, rescoping
from rathaus.records.actions.documents import digest_of
from rathaus.records.actions.dossiers import depth
from rathaus.records.actions.errors import CaseIsClosed, DossierIsClosed, PlanRefused
from rathaus.records.actions.histories import note
from rathaus.records.models import (
    DOSSIER_LEVELS,
    Case,
    Document,
    Dossier,
    FilingPlanEntry,
    FormerReference,
    Rendition,
)
from rathaus.records.permissions import require_write
from rathaus.records.states import CaseState


def refile_case(
    *, case: Case, target: Dossier, reason: str, staff: StaffMember | None, actor: Actor
) -> Case:
    """Move a case into another dossier; its reference stays, office and access follow.

    A case that keeps to the plan's retention takes over that of the new place; a closed one
    only if it is longer. Without `staff` (the software itself) nobody's rights are asked.

    Raises: NotAllowed, DossierIsClosed, PlanRefused.
    """
    source = case.dossier
    reason = _reason(reason)
    if staff is not None:
        require_write(staff, source)
        require_write(staff, target)
    if target.pk == source.pk:
        raise PlanRefused(_("Der Vorgang liegt schon in dieser Akte."))
    if not target.is_open:
        raise DossierIsClosed(target.reference)
    changes = {"dossier": target, "office": target.office, **_retention(case, source, target)}
    with transaction.atomic():
        moved = Case.objects.filter(pk=case.pk, dossier=source, state=case.state)
        if not moved.update(**changes):
            raise PlanRefused(_("Der Vorgang wurde inzwischen geändert. Laden Sie die Seite neu."))
        for key, value in changes.items():
            setattr(case, key, value)
        until = case.retention_until
        refiled = events_plan.CaseRefiled(
            dossier=target.reference,
            filing_code=target.filing_plan_entry.code,
            office=target.office.key,
            from_dossier=source.reference,
            from_code=source.filing_plan_entry.code,
            retention_years=case.retention_years,
            disposal=case.disposal,
            retention_until=until.isoformat() if until else "",
            reason=reason,
        )
        record(case.chain, refiled, actor=actor)
        out = events_plan.DossierCaseOut(case=case.reference, to_dossier=target.reference)
        note(source, out, actor=actor)
        entered = events_plan.DossierCaseIn(case=case.reference, from_dossier=source.reference)
        note(target, entered, actor=actor)
        rescoping.forget([case.pk])
        indexing.queue(case)
    return case


def refile_cases(
    *,
    cases: Sequence[Case],
    target: Dossier,
    reason: str,
    staff: StaffMember | None,
    actor: Actor,
) -> int:
    """Move several cases, all or none; those that lie in `target` already are left.

    Raises: as `refile_case`.
    """
    moving = [case for case in cases if case.dossier_id != target.pk]
    with transaction.atomic():
        for case in moving:
            refile_case(case=case, target=target, reason=reason, staff=staff, actor=actor)
    return len(moving)


def move_document(
    *, document: Document, target: Case, reason: str, staff: StaffMember | None, actor: Actor
) -> Document:
    """Move a document with all versions into another open case; it gets a new number there.

    The old reference still leads to it. Both chains say what it was, and verification
    compares them.

    Raises: NotAllowed, CaseIsClosed, PlanRefused.
    """
    source = document.case
    reason = _reason(reason)
    if staff is not None:
        require_write(staff, source.dossier)
        require_write(staff, target.dossier)
    if source.pk == target.pk:
        raise PlanRefused(_("Das Dokument liegt schon in diesem Vorgang."))
    for case in (source, target):
        if case.state != CaseState.OPEN:
            raise CaseIsClosed(case.reference)
    moment = now()
    with transaction.atomic():
        Case.objects.filter(pk=target.pk).update(filed=F("filed") + 1)
        number = Case.objects.values_list("filed", flat=True).get(pk=target.pk)
        old = document.number
        rows = Document.objects.filter(pk=document.pk, case=source, latest=document.latest)
        if not rows.update(case=target, number=number):
            raise PlanRefused(_("Das Dokument wurde inzwischen geändert. Laden Sie die Seite neu."))
        FormerReference.objects.create(document=document, case=source, number=old, moved_at=moment)
        out = events_plan.DocumentMovedOut(
            document_id=str(document.public_id),
            number=old,
            to_case=target.reference,
            to_chain=str(target.chain_id),
            reason=reason,
        )
        record(source.chain, out, actor=actor)
        entered = events_plan.DocumentMovedIn(
            document_id=str(document.public_id),
            number=number,
            from_case=source.reference,
            from_chain=str(source.chain_id),
            kind=document.kind,
            direction=document.direction,
            versions=_versions(document),
            renditions=_renditions(document),
            reason=reason,
        )
        record(target.chain, entered, actor=actor)
        document.case, document.number = target, number
        Document.objects.filter(pk=document.pk).update(indexed=0)
        indexing.queue(target)
    return document


def move_dossier(
    *,
    dossier: Dossier,
    entry: FilingPlanEntry,
    reason: str,
    staff: StaffMember | None,
    actor: Actor,
    parent: Dossier | None = None,
) -> Dossier:
    """Move a dossier with everything below to another place of the plan, or below another one.

    Its reference and those of its cases stay. What kept to the old place's retention and is
    open takes over the new one. An automatic dossier becomes one made by hand, so that new
    applications open a fresh one at the old place.

    Raises: NotAllowed, PlanRefused.
    """
    reason = _reason(reason)
    if staff is not None:
        require_write(staff, dossier)
        if parent is not None:
            require_write(staff, parent)
    if parent is not None:
        _check_parent(dossier, parent)
        entry = parent.filing_plan_entry
    if entry.retired_at is not None:
        raise PlanRefused(_("Diese Stelle im Aktenplan ist stillgelegt."))
    same_parent = (parent.pk if parent else None) == dossier.parent_id
    if entry.pk == dossier.filing_plan_entry_id and same_parent:
        raise PlanRefused(_("Die Akte liegt schon dort."))
    before, above = dossier.filing_plan_entry, dossier.parent
    with transaction.atomic():
        dossier.parent, dossier.filing_plan_entry = parent, entry
        dossier.automatic = False
        dossier.save(update_fields=["parent", "filing_plan_entry", "automatic"])
        inside = _below(dossier)
        keys = [one.pk for one in inside]
        for one in inside:
            moved = events_plan.DossierMoved(
                entry_id=str(entry.public_id),
                filing_code=entry.code,
                parent=one.parent.reference if one.parent else "",
                office=one.office.key,
                from_entry_id=str(before.public_id),
                from_code=before.code,
                from_parent=(above.reference if above else "")
                if one.pk == dossier.pk
                else (one.parent.reference if one.parent else ""),
                from_office=one.office.key,
                reason=reason,
            )
            note(one, moved, actor=actor)
        Dossier.objects.filter(pk__in=keys).update(filing_plan_entry=entry)
        follows = {"retention_years": before.retention_years, "disposal": before.disposal}
        becomes = {"retention_years": entry.retention_years, "disposal": entry.disposal}
        opened = {"state": CaseState.OPEN, **follows}
        Dossier.objects.filter(pk__in=keys, **opened).update(**becomes)
        Case.objects.filter(dossier__in=keys, **opened).update(**becomes)
        fresh = Dossier.objects.with_place().get(pk=dossier.pk)
        access.spread_from_dossier(fresh)
        enqueue(rescoping.reindex_dossiers, dossiers=keys)
    dossier.refresh_from_db()
    return dossier


def _check_parent(dossier: Dossier, parent: Dossier) -> None:
    if not parent.is_open:
        raise DossierIsClosed(parent.reference)
    if parent.office_id != dossier.office_id:
        raise PlanRefused(_("Eine Teilakte gehört zum selben Amt wie die Akte darüber."))
    inside = _below(dossier)
    if parent.pk in {one.pk for one in inside}:
        raise PlanRefused(_("Eine Akte kann nicht in sich selbst liegen."))
    deepest = max(depth(one) for one in inside) - depth(dossier)
    if depth(parent) + 1 + deepest >= DOSSIER_LEVELS:
        raise PlanRefused(_("Tiefer geht es nicht: Akten haben höchstens drei Ebenen."))


def _below(dossier: Dossier) -> list[Dossier]:
    """The dossier and all below it, parents first."""
    found, level = [dossier], [dossier]
    while level and len(found) < 10_000:
        above = {one.pk: one for one in level}
        level = list(Dossier.objects.filter(parent__in=above).select_related("office"))
        for one in level:
            one.parent = above[one.parent_id] if one.parent_id else None
        found += level
    return found


def _retention(case: Case, source: Dossier, target: Dossier) -> dict[str, Any]:
    old, new = source.filing_plan_entry, target.filing_plan_entry
    if (case.retention_years, case.disposal) != (old.retention_years, old.disposal):
        return {}  # set by the service or by hand: it stays
    if case.closed_at is None or case.retention_until is None:
        return {"retention_years": new.retention_years, "disposal": new.disposal}
    if new.retention_years <= case.retention_years:
        return {}
    until = date(local(case.closed_at).year + new.retention_years, 12, 31)
    return {
        "retention_years": new.retention_years,
        "disposal": new.disposal,
        "retention_until": max(until, case.retention_until),
    }


def _versions(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "number": version.number,
            "version_id": str(version.public_id),
            "sha256": version.blob.sha256,
            "size": version.blob.size,
            "label_digest": digest_of(document, version),
        }
        for version in document.versions.select_related("blob").order_by("number")
    ]


def _renditions(document: Document) -> list[dict[str, Any]]:
    rows = Rendition.objects.filter(version__document=document).select_related("blob", "version")
    return [
        {
            "version_id": str(row.version.public_id),
            "kind": row.kind,
            "sha256": row.blob.sha256,
        }
        for row in rows
    ]


def _reason(text: str) -> str:
    text = " ".join(text.split())[:200]
    if not text:
        raise PlanRefused(_("Geben Sie einen Grund an. Er steht im Verlauf auf beiden Seiten."))
    return text

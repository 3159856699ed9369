"""Dossiers made by hand: open, describe, close, reopen."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import new_chain
from rathaus.core.jobs import enqueue
from rathaus.core.references import next_number
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import access, events_plan, patterns, rescoping
from rathaus.records.actions.errors import DossierIsClosed, PlanRefused
from rathaus.records.actions.grants import give
from rathaus.records.actions.histories import note
from rathaus.records.events import label_digest
from rathaus.records.models import DOSSIER_LEVELS, MAX_DEPTH, Dossier, FilingPlanEntry
from rathaus.records.permissions import may_write
from rathaus.records.states import Access, CaseState, Medium


def open_dossier(
    *,
    title: str,
    actor: Actor,
    staff: StaffMember | None = None,
    entry: FilingPlanEntry | None = None,
    office: Office | None = None,
    parent: Dossier | None = None,
    own_access: str = "",
    medium: str = Medium.ELECTRONIC,
    location: str = "",
    note_text: str = "",
) -> Dossier:
    """Open a dossier for a subject at a place of the plan, or below another dossier.

    A sub-dossier has place and office of the one above. Whoever opens a restricted dossier
    may write in it from the beginning, else nobody could.

    Raises: PlanRefused, DossierIsClosed.
    """
    if parent is not None:
        if not parent.is_open:
            raise DossierIsClosed(parent.reference)
        if depth(parent) + 1 >= DOSSIER_LEVELS:
            raise PlanRefused(_("Tiefer geht es nicht: Akten haben höchstens drei Ebenen."))
        entry, office = parent.filing_plan_entry, parent.office
    if entry is None or office is None:
        raise PlanRefused(_("Wählen Sie, wo im Aktenplan die Akte stehen soll."))
    if entry.retired_at is not None and parent is None:
        raise PlanRefused(_("Diese Stelle im Aktenplan ist stillgelegt."))
    if medium != Medium.ELECTRONIC and not location:
        raise PlanRefused(_("Geben Sie an, wo das Papier steht."))
    moment = now()
    year = local(moment).year
    with transaction.atomic():
        pattern = patterns.current().dossier
        values = {
            "Plan": entry.code,
            "Jahr": str(year),
            "JJ": f"{year % 100:02d}",
            "Amt": office.key,
        }
        series = patterns.series("dossier", pattern, values)
        number = next_number(series)
        dossier = Dossier(
            reference=patterns.render(pattern, values, number),
            title=str(title)[:200],
            filing_plan_entry=entry,
            parent=parent,
            year=year,
            office=office,
            automatic=False,
            chain=new_chain("dossier"),
            series=series,
            number=number,
            opened_at=moment,
            retention_years=entry.retention_years,
            disposal=entry.disposal,
            medium=medium,
            location=location[:120] if medium != Medium.ELECTRONIC else "",
            note=note_text,
            own_access=own_access,
        )
        dossier.save()
        access.set_dossier(dossier, shared=False)
        Dossier.objects.filter(pk=dossier.pk).update(
            access=dossier.access, scope=dossier.scope, above_scope=dossier.above_scope
        )
        opened = events_plan.DossierOpened(
            dossier_id=str(dossier.public_id),
            reference=dossier.reference,
            entry_id=str(entry.public_id),
            filing_code=entry.code,
            office=office.key,
            parent=parent.reference if parent else "",
            access=own_access,
            medium=medium,
            label_digest=label_digest(dossier.salt, dossier.title),
        )
        note(dossier, opened, actor=actor)
        if dossier.access == Access.RESTRICTED and staff and not may_write(staff, dossier):
            give(
                dossier=dossier,
                staff=staff,
                may_write=True,
                reason=_("hat die Akte angelegt"),
                actor=actor,
            )
    return dossier


def depth(dossier: Dossier) -> int:
    """How many dossiers lie above."""
    count, one = 0, dossier
    while one.parent is not None and count < MAX_DEPTH:
        count, one = count + 1, one.parent
    return count


def change_dossier(
    *,
    dossier: Dossier,
    title: str,
    medium: str,
    location: str,
    note_text: str,
    actor: Actor,
) -> Dossier:
    """Change title, medium, place of the paper and note; the old words stay in the history.

    Raises: PlanRefused.
    """
    if medium != Medium.ELECTRONIC and not location:
        raise PlanRefused(_("Geben Sie an, wo das Papier steht."))
    if medium == Medium.ELECTRONIC and dossier.loans.filter(back__isnull=True).exists():
        raise PlanRefused(_("Das Papier ist noch ausgeliehen."))
    location = location[:120] if medium != Medium.ELECTRONIC else ""
    before, renamed = _words(dossier), dossier.title != title[:200]
    with transaction.atomic():
        dossier.title, dossier.medium = title[:200], medium
        dossier.location, dossier.note = location, note_text
        if _words(dossier) == before:
            return dossier
        dossier.save(update_fields=["title", "medium", "location", "note"])
        changed = events_plan.DossierChanged(
            label_digest=label_digest(dossier.salt, dossier.title),
            medium=medium,
            before=before,
            after=_words(dossier),
        )
        note(dossier, changed, actor=actor)
        if renamed:
            enqueue(rescoping.reindex_dossiers, dossiers=[dossier.pk])
    return dossier


def _words(dossier: Dossier) -> str:
    parts = (dossier.title, dossier.get_medium_display(), dossier.location, dossier.note)
    return " · ".join(part for part in parts if part)


def close_dossier(*, dossier: Dossier, actor: Actor) -> Dossier:
    """Close a dossier whose cases are all closed; its retention runs to the end of a year.

    Raises: PlanRefused, DossierIsClosed.
    """
    moment = now()
    year = local(moment).year
    if dossier.automatic and dossier.year >= year:
        raise PlanRefused(_("Diese Akte nimmt bis Jahresende neue Vorgänge auf."))
    if dossier.cases.filter(state=CaseState.OPEN).exists():
        raise PlanRefused(_("Schließen Sie zuerst die offenen Vorgänge der Akte ab."))
    if dossier.children.filter(state=CaseState.OPEN).exists():
        raise PlanRefused(_("Schließen Sie zuerst die Teilakten ab."))
    until = date(year + dossier.retention_years, 12, 31)
    with transaction.atomic():
        changes = {"state": CaseState.CLOSED, "closed_at": moment, "retention_until": until}
        if not Dossier.objects.filter(pk=dossier.pk, state=CaseState.OPEN).update(**changes):
            raise DossierIsClosed(dossier.reference)
        closed = events_plan.DossierClosed(
            retention_years=dossier.retention_years, retention_until=until.isoformat()
        )
        note(dossier, closed, actor=actor)
    dossier.refresh_from_db(fields=list(changes))
    return dossier


def reopen_dossier(*, dossier: Dossier, actor: Actor) -> Dossier:
    """Open a closed dossier again. Raises: PlanRefused if it is open or the one above closed."""
    if dossier.parent is not None and not dossier.parent.is_open:
        raise PlanRefused(_("Öffnen Sie zuerst die Akte darüber."))
    with transaction.atomic():
        changes = {"state": CaseState.OPEN, "closed_at": None, "retention_until": None}
        if not Dossier.objects.filter(pk=dossier.pk, state=CaseState.CLOSED).update(**changes):
            raise PlanRefused(_("Die Akte ist schon offen."))
        note(dossier, events_plan.DossierReopened(), actor=actor)
    dossier.refresh_from_db(fields=list(changes))
    return dossier

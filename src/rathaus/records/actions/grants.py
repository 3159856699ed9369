"""Who may see a dossier: its kind of access, and grants to people and offices."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import Office, StaffMember
from rathaus.records import access, events_plan, rescoping
from rathaus.records.actions.errors import PlanRefused
from rathaus.records.actions.histories import note, note_plan
from rathaus.records.models import AccessGrant, Dossier, FilingPlanEntry
from rathaus.records.states import Access


def give(
    *,
    reason: str,
    actor: Actor,
    dossier: Dossier | None = None,
    entry: FilingPlanEntry | None = None,
    staff: StaffMember | None = None,
    office: Office | None = None,
    may_write: bool = False,
    until: date | None = None,
) -> AccessGrant:
    """Let a person or an office read (or write) a dossier, or the dossiers of a restricted place.

    Raises: PlanRefused.
    """
    if (staff is None) == (office is None):
        raise PlanRefused(_("Wählen Sie eine Person oder ein Amt."))
    if until is not None and until < today():
        raise PlanRefused(_("Das Enddatum liegt in der Vergangenheit."))
    if entry is not None and entry.own_access != Access.RESTRICTED:
        raise PlanRefused(_("Namentliche Berechtigungen gibt es nur an geschützten Stellen."))
    if not reason.strip():
        raise PlanRefused(_("Geben Sie einen Grund an."))
    with transaction.atomic():
        grant = AccessGrant.objects.create(
            dossier=dossier,
            entry=entry,
            staff=staff,
            office=office,
            may_write=may_write,
            until=until,
            reason=reason.strip()[:200],
            given_by=actor.label,
            given_at=now(),
        )
        granted = events_plan.AccessGranted(
            grant_id=str(grant.public_id),
            may_write=may_write,
            until=until.isoformat() if until else "",
            entry_id=str(entry.public_id) if entry else "",
            to=name_of(grant),
            reason=grant.reason,
        )
        _note(grant, granted, actor)
        _spread(dossier)
    return grant


def revoke(*, grant: AccessGrant, actor: Actor) -> None:
    """Take a grant back; a second time changes nothing."""
    with transaction.atomic():
        rows = AccessGrant.objects.filter(pk=grant.pk, revoked_at__isnull=True)
        if not rows.update(revoked_at=now()):
            return
        entry = grant.entry
        revoked = events_plan.AccessRevoked(
            grant_id=str(grant.public_id),
            entry_id=str(entry.public_id) if entry else "",
            to=name_of(grant),
        )
        _note(grant, revoked, actor)
        _spread(grant.dossier)


def set_access(*, dossier: Dossier, own_access: str, reason: str, actor: Actor) -> Dossier:
    """Change who may see a dossier: "" for as the plan says. Raises: PlanRefused."""
    if own_access and own_access not in Access.values:
        raise PlanRefused(_("Wählen Sie, wer die Akte sehen darf."))
    if not reason.strip():
        raise PlanRefused(_("Geben Sie einen Grund an."))
    if dossier.own_access == own_access:
        return dossier
    with transaction.atomic():
        dossier.own_access = own_access
        dossier.save(update_fields=["own_access"])
        changed = events_plan.AccessChanged(access=own_access, reason=reason.strip()[:200])
        note(dossier, changed, actor=actor)
        _spread(dossier)
    return dossier


def name_of(grant: AccessGrant) -> str:
    """The person or office named."""
    if grant.staff is not None:
        return grant.staff.name
    return grant.office.name if grant.office else ""


def _note(
    grant: AccessGrant,
    event: events_plan.AccessGranted | events_plan.AccessRevoked,
    actor: Actor,
) -> None:
    if grant.dossier is not None:
        note(grant.dossier, event, actor=actor)
    else:
        note_plan(event, actor=actor)


def _spread(dossier: Dossier | None) -> None:
    if dossier is None:
        return
    changed = access.spread_from_dossier(dossier)
    if changed:
        enqueue(rescoping.reindex_dossiers, dossiers=changed)

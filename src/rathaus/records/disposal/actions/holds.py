"""Legal holds: nothing below them is offered or destroyed."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.core.models import Chain
from rathaus.records.disposal import events
from rathaus.records.disposal.actions.processes import withdraw_items
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Item, LegalHold
from rathaus.records.disposal.queries import LEVELS
from rathaus.records.models import Case, Dossier


def set_hold(
    *,
    actor: Actor,
    reason: str,
    case: Case | None = None,
    dossier: Dossier | None = None,
    until: date | None = None,
) -> LegalHold:
    """Hold a case, or a dossier with everything below it.

    Cases that wait in a process of disposal are taken out of it. What the archive has
    already taken over stays there; only the destruction here is stopped.
    Raises: DisposalRefused without reason or with an end in the past.
    """
    if (case is None) == (dossier is None):
        raise ValueError("either a case or a dossier")
    if not reason.strip():
        raise DisposalRefused(_("Geben Sie den Grund der Sperre an."))
    if until is not None and until < today():
        raise DisposalRefused(_("Das Ende der Sperre liegt in der Vergangenheit."))
    with transaction.atomic():
        hold = LegalHold.objects.create(
            case=case,
            dossier=dossier,
            reason=reason.strip()[:300],
            set_by=actor.label,
            set_at=now(),
            until=until,
        )
        told = events.HoldSet(
            hold=str(hold.public_id),
            until=until.isoformat() if until else "",
            reason=hold.reason,
        )
        for chain in _chains(hold):
            record(chain, told, actor=actor)
        waiting = Item.objects.filter(_below(hold))
        withdraw_items(waiting, why=str(_("Löschsperre")), actor=actor)
    return hold


def release_hold(*, hold: LegalHold, reason: str, actor: Actor) -> LegalHold:
    """End a hold. Raises: DisposalRefused without reason, or if it has ended already."""
    if not reason.strip():
        raise DisposalRefused(_("Geben Sie an, warum die Sperre endet."))
    with transaction.atomic():
        ended = LegalHold.objects.filter(pk=hold.pk, released_at__isnull=True).update(
            released_at=now(), released_by=actor.label, release_reason=reason.strip()[:300]
        )
        if not ended:
            raise DisposalRefused(_("Die Sperre ist schon aufgehoben."))
        hold.refresh_from_db()
        told = events.HoldReleased(hold=str(hold.public_id), reason=hold.release_reason)
        for chain in _chains(hold):
            record(chain, told, actor=actor)
    return hold


def _chains(hold: LegalHold) -> list[Chain]:
    """The histories that tell of a hold: of the case, or of the dossier and its cases."""
    if hold.case is not None:
        return [hold.case.chain]
    if hold.dossier is None:
        return []
    own = [hold.dossier.chain] if hold.dossier.chain is not None else []
    cases = Case.objects.filter(dossier=hold.dossier).select_related("chain")
    return own + [case.chain for case in cases.iterator()]


def _below(hold: LegalHold) -> Q:
    if hold.case_id is not None:
        return Q(case_id=hold.case_id)
    found, path = Q(), "case__dossier"
    for _level in range(LEVELS):
        found |= Q(**{path: hold.dossier_id})
        path += "__parent"
    return found

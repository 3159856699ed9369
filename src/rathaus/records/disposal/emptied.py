"""Dossiers whose last case was destroyed or handed over: they do not stay as empty shells.

A dossier is closed out when nothing can come into it any more and nothing stands against it:

- no case and no dossier below it, and at least one case of it was disposed of;
- made by itself: its year is over; made by hand: closed, and its own retention is over (it was
  offered and appraised with its cases, which are due only as a whole);
- no legal hold on it or on a dossier above it;
- purely electronic: paper has to be destroyed by people, who then set it to electronic.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now, today
from rathaus.core.models import EventPersonalData
from rathaus.records.actions.histories import note
from rathaus.records.disposal import events
from rathaus.records.disposal.models import DossierTombstone, Item, LegalHold, Process
from rathaus.records.disposal.queries import LEVELS
from rathaus.records.disposal.removal import Gone, remove_below
from rathaus.records.disposal.states import ItemState, ProcessState
from rathaus.records.models import Case, Dossier, DossierQuerySet
from rathaus.records.states import CaseState, Medium

ACTOR = Actor.system("disposal")
AT_ONCE = 100
"""Dossiers of one later protocol."""


class NotEmptyAnyMore(RuntimeError):
    """Something came into a dossier, or a hold was set, since the protocol was written."""


def by(process: Process) -> list[Dossier]:
    """Dossiers that this process has emptied, those below first, up to those above."""
    gone = process.items.filter(state=ItemState.DESTROYED).order_by()
    found: list[Dossier] = []
    rows = Dossier.objects.filter(public_id__in=gone.values("dossier_uuid"))
    while level := list(_ready(rows, without=found)):
        found += level
        above = {one.parent_id for one in level if one.parent_id is not None}
        rows = Dossier.objects.filter(pk__in=above)
    return found


def later() -> list[Dossier]:
    """Emptied dossiers that stayed and may go by now; some of them, those below first."""
    disposed = Item.objects.filter(
        dossier_uuid=OuterRef("public_id"),
        state=ItemState.DESTROYED,
        process__state__in=[ProcessState.FINISHED, ProcessState.CANCELLED],
    )
    below = DossierTombstone.objects.filter(parent_uuid=OuterRef("public_id"))
    rows = Dossier.objects.filter(Exists(disposed) | Exists(below))
    return list(_ready(rows)[:AT_ONCE])


def cases_of(dossier: Dossier) -> int:
    """How many cases of it were disposed of."""
    return Item.objects.filter(dossier_uuid=dossier.public_id, state=ItemState.DESTROYED).count()


def close_out(dossier: Dossier, process: str) -> DossierTombstone:
    """Replace a dossier by its tombstone, in the caller's transaction.

    Raises: NotEmptyAnyMore; StillReferenced; DatabaseError where the guards refuse.
    """
    if not _ready(Dossier.objects.filter(pk=dossier.pk)).exists():
        raise NotEmptyAnyMore(dossier.reference)
    cases = cases_of(dossier)
    told = events.DossierDestroyed(process=process, dossier_id=str(dossier.public_id), cases=cases)
    note(dossier, told, actor=ACTOR)
    chain = dossier.chain
    if chain is None:
        raise NotEmptyAnyMore(dossier.reference)
    chain.refresh_from_db()
    remove_below(Dossier, [dossier.pk], Gone())
    EventPersonalData.objects.filter(event__chain=chain).delete()
    return DossierTombstone.objects.create(
        dossier_uuid=dossier.public_id,
        parent_uuid=dossier.parent.public_id if dossier.parent else None,
        chain=chain,
        chain_length=chain.length,
        chain_head=chain.head,
        reference=dossier.reference,
        plan_code=dossier.filing_plan_entry.code,
        office_key=dossier.office.key,
        year=dossier.year,
        automatic=dossier.automatic,
        opened_on=local(dossier.opened_at).date(),
        closed_on=local(dossier.closed_at).date() if dossier.closed_at else None,
        retention_until=dossier.retention_until,
        cases=cases,
        process_reference=process,
        destroyed_at=now(),
    )


def _ready(rows: DossierQuerySet, without: list[Dossier] | None = None) -> DossierQuerySet:
    """Those of `rows` that may go; `without` are about to go and count as gone."""
    day = today()
    going = [one.pk for one in without or ()]
    below = Dossier.objects.filter(parent=OuterRef("pk")).exclude(pk__in=going)
    rows = rows.filter(_over(day), medium=Medium.ELECTRONIC).exclude(pk__in=going)
    rows = rows.exclude(Exists(Case.objects.filter(dossier=OuterRef("pk")).order_by()))
    rows = rows.exclude(Exists(below.order_by())).exclude(_held(day))
    return rows.select_related("filing_plan_entry", "office", "parent", "chain").order_by("pk")


def _over(day: date) -> Q:
    by_itself = Q(automatic=True, year__lt=day.year)
    by_hand = Q(automatic=False, state=CaseState.CLOSED, retention_until__lt=day)
    return by_itself | by_hand


def _held(day: date) -> Q:
    active = LegalHold.objects.active(day)
    found, above = Q(Exists(active.filter(dossier=OuterRef("pk")))), "parent_id"
    for _level in range(LEVELS):
        found |= Q(Exists(active.filter(dossier=OuterRef(above))))
        above = above.removesuffix("_id") + "__parent_id"
    return found

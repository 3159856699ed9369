"""What is due, what is held, what runs. Who may see what comes from `rathaus.records.queries`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from rathaus.core.clock import today
from rathaus.organisation.models import StaffMember
from rathaus.records import queries as records
from rathaus.records.disposal.models import ErasureRequest, Item, LegalHold, Message, Process
from rathaus.records.disposal.states import ENDED
from rathaus.records.models import Case, CaseQuerySet, Dossier
from rathaus.records.states import CaseState

LEVELS = 5
"""Dossiers above each other (`rathaus.records.models.MAX_DEPTH`)."""


@dataclass(frozen=True)
class Wanted:
    """What a list of due cases is filtered by; empty means everything."""

    office: str = ""
    plan_code: str = ""
    """A place of the plan with everything below it."""
    year: int | None = None
    """Year in which the retention ended."""
    kind: str = ""
    """A, B or V."""
    text: str = ""
    tab: str = "due"
    """due, held, asked (for deletion) or running."""


def past_retention(on: date) -> Q:
    """Closed and past the last day of retention; a dossier made by hand goes as a whole."""
    over = Q(state=CaseState.CLOSED, retention_until__lt=on)
    whole = Q(dossier__automatic=True) | Q(
        dossier__state=CaseState.CLOSED, dossier__retention_until__lt=on
    )
    return over & whole


def held(on: date | None = None) -> Q:
    """Under a legal hold, its own or one of a dossier above."""
    active = LegalHold.objects.active(on or today())
    found = Q(Exists(active.filter(case=OuterRef("pk"))))
    above = "dossier_id"
    for _level in range(LEVELS):
        found |= Q(Exists(active.filter(dossier=OuterRef(above))))
        above = above.removesuffix("_id") + "__parent_id"
    return found


def running() -> Q:
    """In a process of disposal that has not ended for it."""
    items = Item.objects.filter(case=OuterRef("pk")).exclude(state__in=ENDED)
    return Q(Exists(items))


def asked_for_erasure() -> Q:
    """Somebody demanded the deletion of their data in it."""
    return Q(Exists(ErasureRequest.objects.filter(case=OuterRef("pk"), state="restricted")))


def due_cases(staff: StaffMember | None, wanted: Wanted, on: date | None = None) -> CaseQuerySet:
    """Cases `staff` may see whose retention is over, oldest first; see `Wanted.tab`."""
    day = on or today()
    rows = records.cases_for(staff).filter(past_retention(day))
    if wanted.tab == "held":
        rows = rows.filter(held(day))
    elif wanted.tab == "running":
        rows = rows.filter(running())
    else:
        rows = rows.exclude(held(day)).exclude(running())
        if wanted.tab == "asked":
            rows = rows.filter(asked_for_erasure())
    if wanted.office:
        rows = rows.filter(office__key=wanted.office)
    if wanted.plan_code:
        code = wanted.plan_code
        below = Q(dossier__filing_plan_entry__code__startswith=f"{code}.")
        rows = rows.filter(Q(dossier__filing_plan_entry__code=code) | below)
    if wanted.year:
        rows = rows.filter(retention_until__year=wanted.year)
    if wanted.kind:
        rows = rows.filter(disposal=wanted.kind)
    if wanted.text:
        rows = rows.filter(Q(reference__icontains=wanted.text) | Q(title__icontains=wanted.text))
    return rows.order_by("retention_until", "pk")


def disposable(staff: StaffMember | None, idents: Iterable[Any]) -> list[Case]:
    """Those of the named cases that may be put into a process now by `staff`."""
    return list(
        due_cases(staff, Wanted()).filter(public_id__in=list(idents)).select_related("chain")
    )


def holds_on(case: Case, on: date | None = None) -> list[LegalHold]:
    """Active holds that count for a case, its own first."""
    rows = LegalHold.objects.active(on or today())
    above = dossier_line(case.dossier)
    found = rows.filter(Q(case=case) | Q(dossier__in=above)).select_related("dossier", "case")
    return sorted(found, key=lambda hold: hold.case_id is None)


def holds_on_dossier(dossier: Dossier, on: date | None = None) -> list[LegalHold]:
    """Active holds of a dossier and of those above it."""
    rows = LegalHold.objects.active(on or today()).filter(dossier__in=dossier_line(dossier))
    return list(rows.select_related("dossier"))


def dossier_line(dossier: Dossier) -> list[int]:
    """Primary keys of a dossier and all above it."""
    found: list[int] = [dossier.pk]
    above = dossier.parent_id
    while above is not None and len(found) < LEVELS:
        found.append(above)
        above = Dossier.objects.filter(pk=above).values_list("parent_id", flat=True).first()
    return found


def process_of(ident: Any) -> Process:
    """A process with archive. Raises: Process.DoesNotExist."""
    return Process.objects.select_related("archive", "chain", "protocol").get(public_id=ident)


def items_of(process: Process) -> QuerySet[Item]:
    """The cases of a process with what still exists of them."""
    rows = process.items.select_related("case__dossier__filing_plan_entry", "case__office")
    return rows.order_by("reference", "pk")


def item_of(case: Case) -> Item | None:
    """The process that a case is in now."""
    rows = Item.objects.filter(case=case).exclude(state__in=ENDED)
    return rows.select_related("process__archive").first()


def messages_of(process: Process) -> list[Message]:
    """All messages of a process in order."""
    return list(process.messages.order_by("created_at", "pk"))

"""The basket of an office: what must I do next, oldest deadline first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, Q

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.application import ApplicationQuerySet
from rathaus.proceedings.states import DESK_STATES, OPEN_STATES, State
from rathaus.records import queries as records
from rathaus.records import reasons
from rathaus.records.models import Case
from rathaus.records.states import Access

PAGE = 50
FAR = date(9999, 12, 31)
RUNNING = frozenset({State.RECEIVED, State.IN_PROGRESS})
"""Where our deadline runs: it stands still while the resident is asked, and ends at the end."""
Tab = Literal["all", "new", "mine", "waiting", "overdue", "unpaid", "done"]


@dataclass(frozen=True)
class BasketFilter:
    """What to show; `after` is the key of the last row of the page before."""

    tab: Tab = "all"
    service: str = ""
    office: str = ""
    text: str = ""
    person: UUID | Literal["", "nobody"] = ""
    """With whom the case lies, by public id."""
    sort: Literal["due", "newest", "oldest"] = "due"
    after: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a list, with the key that continues it."""

    rows: list[Application] = field(default_factory=list)
    next: str = ""


def visible(staff: StaffMember, offices: Collection[int]) -> ApplicationQuerySet:
    """Applications of `offices` that `staff` may read: restricted dossiers only who is named."""
    return Application.objects.visible_to(offices, records.scopes_for(staff))


def basket(staff: StaffMember, offices: Collection[int], wanted: BasketFilter) -> Page:
    """One page of the basket: only what `staff` may read in `offices`."""
    rows = _filtered(visible(staff, offices), staff, wanted)
    if wanted.sort == "due":
        rows = rows.order_by(F("due_on").asc(nulls_last=True), "id")
    elif wanted.sort == "newest":
        rows = rows.order_by("-submitted_at", "-id")
    else:
        rows = rows.order_by("submitted_at", "id")
    rows = _after(rows, wanted)
    found = list(rows.for_lists()[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    return Page(found, _key(found[-1], wanted) if more and found else "")


def counts(staff: StaffMember, offices: Collection[int]) -> dict[str, int]:
    """Numbers for the tabs: open work only, so the index keeps this cheap."""
    desk = Q(state__in=DESK_STATES) | Q(has_unread=True)
    rows = visible(staff, offices).filter(desk | Q(state=State.AWAITING_PAYMENT))
    return rows.aggregate(
        all=Count("pk", filter=desk),
        new=Count("pk", filter=Q(state=State.RECEIVED)),
        mine=Count("pk", filter=desk & Q(assigned_to=staff)),
        waiting=Count("pk", filter=Q(state=State.AWAITING_RESIDENT)),
        overdue=Count("pk", filter=Q(state__in=RUNNING, due_on__lt=today())),
        unpaid=Count("pk", filter=Q(state=State.AWAITING_PAYMENT)),
    )


def colleagues(case: Case) -> list[StaffMember]:
    """Whom a case can be handed to: active staff of its office who may work in its dossier."""
    people = organisation.members([case.office])
    if case.dossier.access != Access.RESTRICTED:
        return people
    working = {viewer.staff.pk for viewer in reasons.audience(case) if viewer.may_write}
    return [person for person in people if person.pk in working]


def can_be_handed(staff: StaffMember, case: Case) -> bool:
    """Whether `staff`, who is active, is among `colleagues`: asked for many cases at once, the
    queries are those of one where the face said so (`organisation.remembering`)."""
    offices = organisation.remembered(
        staff, "member_of", lambda: set(staff.memberships.values_list("office", flat=True))
    )
    return case.office_id in offices and records.may_work(staff, case.dossier)


def is_left_behind(application: Application) -> bool:
    """Whether the person it lies with works there no more: the access is closed, or the role gone.

    Then every colleague may lay it back, or it would lie there where the office has no head.
    """
    holder = application.assigned_to_id
    if holder is None:
        return False
    return all(person.pk != holder for person in colleagues(application.case))


def _filtered(
    rows: ApplicationQuerySet, staff: StaffMember, wanted: BasketFilter
) -> ApplicationQuerySet:
    if wanted.tab == "done":
        rows = rows.exclude(state__in=OPEN_STATES)
    elif wanted.tab == "unpaid":
        rows = rows.filter(state=State.AWAITING_PAYMENT)
    else:
        rows = rows.on_the_desk()
    if wanted.tab == "new":
        rows = rows.filter(state=State.RECEIVED)
    elif wanted.tab == "mine":
        rows = rows.filter(assigned_to=staff)
    elif wanted.tab == "waiting":
        rows = rows.filter(state=State.AWAITING_RESIDENT)
    elif wanted.tab == "overdue":
        rows = rows.filter(state__in=RUNNING, due_on__lt=today())
    if wanted.service:
        rows = rows.filter(version__service__slug=wanted.service)
    if wanted.office:
        rows = rows.filter(office__key=wanted.office)
    if wanted.person == "nobody":
        rows = rows.filter(assigned_to=None)
    elif wanted.person:
        rows = rows.filter(assigned_to__public_id=wanted.person)
    if wanted.text:
        text = wanted.text.strip()[:100]
        rows = rows.filter(
            Q(case__reference__icontains=text) | Q(applicant_folded__contains=text.casefold())
        )
    return rows


def _key(last: Application, wanted: BasketFilter) -> str:
    if wanted.sort == "due":
        return f"{(last.due_on or FAR).isoformat()}_{last.pk}"
    return f"{last.submitted_at.isoformat()}_{last.pk}"


def _after(rows: ApplicationQuerySet, wanted: BasketFilter) -> ApplicationQuerySet:
    from datetime import datetime

    first, _, ident = wanted.after.rpartition("_")
    if not ident.isdigit() or len(ident) > 18:
        return rows
    pk = int(ident)
    try:
        if wanted.sort == "due":
            day = date.fromisoformat(first)
            if day == FAR:
                return rows.filter(due_on=None, pk__gt=pk)
            return rows.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk) | Q(due_on=None))
        moment = datetime.fromisoformat(first)
    except ValueError:
        return rows
    if moment.tzinfo is None:
        return rows
    if wanted.sort == "newest":
        return rows.filter(Q(submitted_at__lt=moment) | Q(submitted_at=moment, pk__lt=pk))
    return rows.filter(Q(submitted_at__gt=moment) | Q(submitted_at=moment, pk__gt=pk))

"""The basket: what must I do next, oldest deadline first."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any, Literal, cast, get_args
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.catalogue import queries as catalogue
from rathaus.desk import figures, lookup, navigation, params, rows
from rathaus.desk.access import Desk, DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.proceedings import actions, queries
from rathaus.proceedings.queries import BasketFilter
from rathaus.proceedings.queries.worklist import Tab
from rathaus.proceedings.states import MoveRefused
from rathaus.records.work import access
from rathaus.records.work import queries as work

SORTS = ("due", "newest", "oldest")
REMINDERS = 3
"""Due reminders shown above the list; the others are one click away."""
TRIES = 10
"""How many new cases "take the next one" tries when colleagues are faster."""


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The list with figures, tabs and filter."""
    desk = request.desk
    if not desk.can("case.view"):
        return redirect(_first_page(request))
    wanted = _wanted(request)
    offices = desk.offices("case.view")
    page = queries.basket(desk.staff, [office.pk for office in offices], wanted)
    listed = rows.rows(page.rows, desk)
    visible = lookup.applications(desk)
    numbers = navigation.counts(request)
    people = _people(desk)
    _remember(request, _question(wanted, after=wanted.after))
    later = reverse("desk:basket") + _question(wanted, after=page.next) if page.next else ""
    context = {
        "nav_current": "mine" if wanted.tab == "mine" else "basket",
        "rows": listed,
        "pickable": any(row.pickable for row in listed),
        "tabs": _tabs(wanted, numbers),
        "wanted": wanted,
        "filtered": bool(wanted.text or wanted.service or wanted.office or wanted.person),
        "offices": offices,
        "services": [d for d in catalogue.definitions() if d.office in {o.key for o in offices}],
        "sorts": _sorts(wanted),
        "next_url": later,
        "first_url": reverse("desk:basket") + _question(wanted) if wanted.after else "",
        "numbers": numbers,
        "new_today": figures.received_today(visible),
        "duration": figures.duration_text(figures.usual_duration(visible)),
        "can_take": desk.can("case.take"),
        "can_enter": desk.can("case.enter"),
        "colleagues": [person for person in people if person.user.is_active],
        "people": people,
        "here": _question(wanted, after=wanted.after),
        "work": navigation.work_counts(request),
        "due_reminders": _due_reminders(request),
    }
    return render(request, "desk/basket.html", context)


@require_POST
def take_next(request: DeskRequest) -> HttpResponse:
    """Take over the new case with the oldest deadline and open it."""
    desk = request.desk
    offices = desk.office_ids("case.take")
    new = [
        application
        for person in (desk.staff.public_id, "nobody")
        for application in queries.basket(
            desk.staff, offices, BasketFilter(tab="new", person=person)
        ).rows
    ]
    new.sort(key=lambda one: (one.due_on or date.max, one.pk))
    free = (one for one in new if lookup.may_work(desk, one))  # asked only until one is taken
    for application in islice(free, TRIES):
        try:
            actions.take_over(
                application=application,
                staff=desk.staff,
                actor=desk.actor(application.case.office),
            )
        except MoveRefused:
            continue
        messages.success(request, _("Der Vorgang liegt jetzt bei Ihnen."))
        return redirect("desk:case", application.public_id)
    messages.info(request, _("Es gibt gerade keinen neuen Vorgang."))
    return redirect("desk:basket")


def _due_reminders(request: DeskRequest) -> list[Any]:
    """The most pressing reminders; none are asked for where none are due."""
    if not navigation.work_counts(request).reminders:
        return []
    rows, _next = work.reminder_page(access.me(request.desk.staff), show="due")
    return rows[:REMINDERS]


def _first_page(request: HttpRequest) -> str:
    """For roles without cases: the first entry of their rail."""
    for group in navigation.context(request)["rail"]:
        for item in group["items"]:
            return str(item["url"])
    return reverse("desk:password")


def _wanted(request: HttpRequest) -> BasketFilter:
    tab = params.text(request.GET, "tab", 20)
    tab = tab if tab in get_args(Tab) else "all"
    sort = params.text(request.GET, "sort", 20)
    return BasketFilter(
        tab=cast(Tab, tab),
        service=params.text(request.GET, "leistung", 80),
        office=params.text(request.GET, "amt", 60),
        text=params.text(request.GET, "q", 100),
        person=_person(params.text(request.GET, "bei", 40)),
        sort=cast(Any, sort if sort in SORTS else _usual_sort(tab)),
        after=params.cursor(request),
    )


def _remember(request: HttpRequest, question: str) -> None:
    """So that the way back from a case leads to the list somebody is working through."""
    if request.session.get(rows.LAST_BASKET, "") != question:
        request.session[rows.LAST_BASKET] = question


def _usual_sort(tab: str) -> str:
    """What is done has no deadline any more: whoever looks there wants what was there lately."""
    return "newest" if tab == "done" else "due"


def _question(wanted: BasketFilter, **changes: str) -> str:
    values = {
        "tab": "" if wanted.tab == "all" else wanted.tab,
        "leistung": wanted.service,
        "amt": wanted.office,
        "q": wanted.text,
        "bei": str(wanted.person),
        "sort": "" if wanted.sort == _usual_sort(wanted.tab) else wanted.sort,
    }
    after = changes.pop("after", "")
    return params.query(**{**values, **changes, "nach": after})


def _tabs(wanted: BasketFilter, numbers: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "all": _("Alle"),
        "new": _("Neu"),
        "mine": _("Bei mir"),
        "waiting": _("Rückfrage"),
        "overdue": _("Überfällig"),
        "unpaid": _("Unbezahlt"),
        "done": _("Erledigt"),
    }
    home = reverse("desk:basket")
    return [
        {
            "label": label,
            "count": numbers.get(key),
            "current": key == wanted.tab,
            "url": home + (_question(wanted, tab="" if key == "all" else key) or ""),
        }
        for key, label in labels.items()
    ]


def _sorts(wanted: BasketFilter) -> list[tuple[str, str, bool]]:
    labels = {"due": _("Frist"), "newest": _("neueste"), "oldest": _("älteste")}
    return [(key, label, key == wanted.sort) for key, label in labels.items()]


def _person(typed: str) -> UUID | Literal["", "nobody"]:
    if typed == "nobody":
        return "nobody"
    try:
        return UUID(typed)
    except ValueError:
        return ""


def _people(desk: Desk) -> list[Any]:
    """For heads: with whom a case can lie; whoever left may still have some."""
    offices = desk.offices("case.assign")
    return list(organisation.members(offices, former=True)) if offices else []

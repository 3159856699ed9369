"""The rail at the side: where one can go, with the numbers that call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.core import tally
from rathaus.core.models import Job, JobState
from rathaus.desk.access import Desk
from rathaus.payments.models import PaymentIssue, Refund
from rathaus.payments.models.refund import WAITING_STATES
from rathaus.payments.states import IssueState
from rathaus.proceedings import queries
from rathaus.records.disposal.models import Process
from rathaus.records.disposal.release_rights import releasable
from rathaus.records.intake import queries as intake
from rathaus.records.work import access
from rathaus.records.work import queries as work

Item = dict[str, Any]


def context(request: HttpRequest) -> Mapping[str, Any]:
    """What the desk's shell shows around a page; almost nothing before log-in."""
    desk: Desk | None = getattr(request, "desk", None)
    base = {"simulation": settings.SIMULATION, "simulation_url": "/simulation/"}
    if desk is None:
        return base
    return {
        **base,
        "rail": _rail(desk, request),
        "staff_name": desk.staff.name,
        "staff_role": ", ".join(office.label for office in desk.own_offices[:3]),
        "logout_url": reverse("desk:logout"),
    }


def counts(request: HttpRequest) -> dict[str, int]:
    """Numbers of open work, asked once per request by rail and tabs."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    found: dict[str, int] | None = getattr(request, "desk_counts", None)
    if found is None:
        found = queries.counts(desk.staff, desk.office_ids("case.view"))
        request.desk_counts = found  # type: ignore[attr-defined]
    return found


def work_counts(request: HttpRequest) -> work.Counts:
    """Reminders, signatures and mentions that wait."""
    numbers = calling(request)
    return work.Counts(**{one.name: numbers.get(one.name, 0) for one in fields(work.Counts)})


def calling(request: HttpRequest) -> dict[str, int]:
    """All numbers beside the entries of the rail, by name: one query for each page."""
    found: dict[str, int] | None = getattr(request, "desk_calling", None)
    if found is None:
        desk: Desk = request.desk  # type: ignore[attr-defined]
        found = tally.count(_waiting(desk))
        request.desk_calling = found  # type: ignore[attr-defined]
    return found


def _waiting(desk: Desk) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    if desk.can("records.view"):
        rows |= work.open_rows(access.me(desk.staff))
    if desk.can("intake.view"):
        rows["intake"] = intake.open_items(desk.office_ids("intake.view"))
    if desk.can("records.release") and not desk.can("records.dispose"):
        prepared = Process.objects.filter(items__state="prepared")
        rows["release"] = releasable(desk.grants, prepared)
    if desk.can("payment.match"):
        rows["issues"] = PaymentIssue.objects.filter(state=IssueState.OPEN)
        rows["refunds"] = Refund.objects.filter(state__in=WAITING_STATES)
    if desk.can("jobs.view"):
        rows["dead"] = Job.objects.filter(state=JobState.DEAD)
    return rows


def _item(
    label: str, name: str, icon: str, key: str, *, count: int = 0, late: bool = False
) -> Item:
    return {
        "label": label,
        "url": reverse(f"desk:{name}"),
        "icon": icon,
        "key": key,
        "count": count,
        "late": late,
    }


def _rail(desk: Desk, request: HttpRequest) -> list[dict[str, Any]]:
    groups = [
        {"title": "", "items": _work(desk, request)},
        {"title": _("Akten und Geld"), "items": _records_and_money(desk, request)},
        {"title": _("Verwaltung"), "items": _administration(desk, request)},
    ]
    return [group for group in groups if group["items"]]


def _work(desk: Desk, request: HttpRequest) -> list[Item]:
    items = []
    if desk.can("case.view"):
        numbers = counts(request)
        items.append(_item(_("Posteingang"), "basket", "inbox", "basket", count=numbers["all"]))
        own = _item(_("Meine Vorgänge"), "basket", "task_alt", "mine", count=numbers["mine"])
        own["url"] += "?tab=mine"
        items.append(own)
    if desk.can("intake.view"):
        waiting = calling(request)["intake"]
        items.append(_item(_("Eingangskorb"), "intake", "move_to_inbox", "intake", count=waiting))
    if desk.can("records.view"):
        mine = work_counts(request)
        late = mine.late > 0
        items.append(
            _item(_("Meine Aufgaben"), "tasks", "checklist", "tasks", count=mine.all, late=late)
        )
    if desk.can("case.enter"):
        items.append(_item(_("Antrag erfassen"), "enter", "post_add", "enter"))
    if desk.can("records.view"):
        items.append(_item(_("Suche"), "search", "search", "search"))
    return items


def _records_and_money(desk: Desk, request: HttpRequest) -> list[Item]:
    items = []
    if desk.can("records.view"):
        items.append(_item(_("E-Akten"), "files", "folder_open", "files"))
        items.append(_item(_("Ausleihe"), "loans", "inventory_2", "loans"))
    if desk.can("records.dispose"):
        items.append(_item(_("Aussonderung"), "disposal", "archive", "disposal"))
    elif count := calling(request).get("release", 0):
        items.append(
            _item(_("Aussonderung"), "disposal_processes", "archive", "disposal", count=count)
        )
    if desk.can("scan.work"):
        items.append(_item(_("Scannen"), "scan", "scanner", "scan"))
    if desk.can("legacy.shelves"):
        items.append(_item(_("Altbestand"), "legacy", "inventory_2", "legacy"))
    if desk.can("records.verify"):
        items.append(_item(_("Beweise"), "evidence", "workspace_premium", "evidence"))
    if desk.can("payment.match"):
        numbers = calling(request)
        waiting = numbers["issues"] + numbers["refunds"]
        items.append(_item(_("Kasse"), "cash", "payments", "cash", count=waiting, late=True))
    return items


def _administration(desk: Desk, request: HttpRequest) -> list[Item]:
    items = []
    if desk.can("service.view"):
        items.append(_item(_("Leistungen"), "services", "fact_check", "services"))
    if desk.can("jobs.view"):
        dead = calling(request)["dead"]
        items.append(
            _item(_("Betrieb"), "operations", "monitoring", "operations", count=dead, late=True)
        )
    if desk.can("identity.view"):
        items.append(_item(_("Anmeldequellen"), "sources", "key", "sources"))
    if desk.can("intake.sources"):
        items.append(
            _item(_("Quellen des Eingangs"), "intake_sources", "folder_shared", "intake_sources")
        )
    if desk.can("staff.manage"):
        items.append(_item(_("Beschäftigte"), "staff", "groups", "staff"))
    items.append(_item(_("Vertretung"), "substitutes", "swap_horiz", "substitutes"))
    items.append(_item(_("Anmeldung und Sicherheit"), "security", "password", "security"))
    items.append(_item(_("Hilfe"), "help", "help", "help"))
    return items

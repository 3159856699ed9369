"""Aussonderung: what is due, with filters; the start of a process."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.records.disposal import actions, queries
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Archive, ErasureRequest, Process, Quarantine
from rathaus.records.disposal.queries import Wanted
from rathaus.records.models import Case, FilingPlanEntry
from rathaus.records.states import Disposal

PAGE = 50
MAX_PICKED = 1000


def tabs() -> list[tuple[str, str]]:
    """The lists there are."""
    return [
        ("due", _("Frist abgelaufen")),
        ("asked", _("Löschung verlangt")),
        ("held", _("Gesperrt")),
        ("running", _("In Aussonderung")),
    ]


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Cases whose retention is over, oldest first."""
    return _page(request)


def _page(request: DeskRequest, status: int = 200) -> HttpResponse:
    """The list, after a mistake with the filter, the ticks and the words that were there."""
    wanted = _wanted(request)
    rows = queries.due_cases(request.desk.staff, wanted)
    rows = rows.annotate(
        asked=Exists(ErasureRequest.objects.filter(case=OuterRef("pk"), state="restricted"))
    )
    cases = list(_after(rows, params.cursor(request))[: PAGE + 1])
    more = cases[PAGE - 1] if len(cases) > PAGE else None
    after = params.cursor(request)
    here = reverse("desk:disposal")
    keep = _query(wanted)
    context: dict[str, Any] = {
        "nav_current": "disposal",
        "cases": cases[:PAGE],
        "wanted": wanted,
        "filtered": wanted != Wanted(tab=wanted.tab),
        "tabs": [
            {
                "label": label,
                "url": here + params.query(**{**keep, "tab": "" if key == "due" else key}),
                "current": key == wanted.tab,
            }
            for key, label in tabs()
        ],
        "next_url": here + params.query(**keep, nach=f"{more.retention_until}_{more.pk}")
        if more
        else "",
        "first_url": here + params.query(**keep) if after else "",
        "after": after,
        "ticked": set(request.POST.getlist("pick")),
        "archive": params.text(request.POST, "archive", 40),
        "waiver": params.text(request.POST, "waiver", 300),
        "offices": organisation.offices(),
        "entries": FilingPlanEntry.objects.all(),
        "kinds": Disposal.choices,
        "archives": Archive.objects.filter(active=True),
        **numbers(request),
    }
    return render(request, "desk/disposal/due.html", context, status=status)


def numbers(request: DeskRequest) -> dict[str, Any]:
    """Figures above the list."""
    running = Process.objects.running()
    return {
        "running": running.count(),
        "to_release": running.filter(items__state="prepared").distinct().count(),
        "refused": Quarantine.objects.filter(settled_at=None).count(),
        "asked": ErasureRequest.objects.filter(state="restricted").count(),
    }


@require_POST
def begin(request: DeskRequest) -> HttpResponse:
    """Put the picked cases, or all that the filter shows, into a new process."""
    if request.POST.get("all") == "1":
        shown = queries.due_cases(request.desk.staff, _wanted(request))
        picked = list(shown.select_related("chain")[:MAX_PICKED])
    else:
        idents = [ident for ident in request.POST.getlist("pick")[:MAX_PICKED] if _is_uuid(ident)]
        picked = queries.disposable(request.desk.staff, idents)
        if len(picked) < len(idents):
            messages.warning(request, _("Einige Vorgänge sind inzwischen gesperrt oder vergeben."))
    chosen = params.text(request.POST, "archive", 40)
    archive = Archive.objects.filter(public_id=chosen).first() if _is_uuid(chosen) else None
    if archive is None and chosen != "none":
        messages.error(request, _("Wählen Sie das Archiv aus, dem Sie anbieten."))
        return _page(request, 422)
    try:
        process = actions.begin(
            cases=picked,
            archive=archive,
            waiver=params.text(request.POST, "waiver", 300),
            actor=request.desk.actor(),
        )
    except DisposalRefused as refused:
        messages.error(request, str(refused.reason))
        return _page(request, 422)
    messages.success(
        request, _("Die Aussonderung %(reference)s ist vorbereitet.") % {"reference": process}
    )
    return redirect("desk:disposal_process", process.public_id)


def _wanted(request: DeskRequest) -> Wanted:
    """What the list shows; a form sends back what it was sent from."""
    source = request.POST if request.method == "POST" else request.GET
    year = params.text(source, "jahr", 4)
    kind = params.text(source, "art", 1)
    tab = params.text(source, "tab", 10)
    return Wanted(
        office=params.text(source, "amt", 60),
        plan_code=params.text(source, "plan", 20),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        kind=kind if kind in Disposal.values else "",
        text=params.text(source, "q", 100),
        tab=tab if tab in dict(tabs()) else "due",
    )


def _query(wanted: Wanted) -> dict[str, str]:
    return {
        "tab": "" if wanted.tab == "due" else wanted.tab,
        "amt": wanted.office,
        "plan": wanted.plan_code,
        "jahr": str(wanted.year or ""),
        "art": wanted.kind,
        "q": wanted.text,
    }


def _after(rows: QuerySet[Case], cursor: str) -> QuerySet[Case]:
    """The rows after a key of date and number; nonsense counts as the beginning."""
    day, _sep, number = cursor.partition("_")
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return rows
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return rows
    return rows.filter(
        Q(retention_until__gt=last) | Q(retention_until=last, pk__gt=int(number)),
        retention_until__lt=today(),
    )


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True

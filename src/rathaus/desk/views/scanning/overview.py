"""The scan place at a glance: what to do next, and the figures."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.scanning import chart, common
from rathaus.records.scanning import figures, queries
from rathaus.records.scanning.states import BatchState

SHOWN = 8
PAGE = 50


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Own open batches, batches to check, failed ones, paper that may go, figures."""
    rows = queries.batches_for(request.desk.staff)
    me = str(request.desk.staff.user_id)
    to_check = rows.filter(state__in=[BatchState.TRANSFERRED, BatchState.CHECKING])
    own = Q(opened_by=me) | Q(transferred_by=me)
    months = figures.months(rows)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    context = {
        **common.NAV,
        "open_count": counts.get(BatchState.OPEN, 0),
        "failed_count": counts.get(BatchState.FAILED, 0),
        "check_count": to_check.exclude(own).count(),
        "mine": common.listed(list(rows.filter(state=BatchState.OPEN)[:SHOWN])),
        "to_check": common.listed(list(to_check.exclude(own).order_by("pk")[:SHOWN])),
        "with_others": common.listed(list(to_check.filter(own).order_by("pk")[:SHOWN])),
        "failed": common.listed(list(rows.filter(state=BatchState.FAILED)[:SHOWN])),
        "paper": queries.paper_due(rows)[:1000].count(),
        "months": months,
        "chart": chart.columns(
            [(date_format(m.first, "M"), m.pages, str(m.pages) if m.pages else "") for m in months]
        ),
        "pages_year": sum(month.pages for month in months),
        "can_manage": request.desk.can("scan.manage"),
        "helper": common.helper(),
    }
    return render(request, "desk/scanning/index.html", context)


@require_safe
def batches(request: DeskRequest) -> HttpResponse:
    """All batches, newest first, by state, office and words."""
    wanted = params.text(request.GET, "stand", 20)
    office = params.text(request.GET, "amt", 60)
    text = params.text(request.GET, "q", 80)
    oldest = params.text(request.GET, "sort", 10) == "alt"
    rows = queries.batches_for(request.desk.staff)
    if wanted in BatchState.values:
        rows = rows.filter(state=wanted)
    if office:
        rows = rows.filter(office__key=office)
    if text:
        rows = rows.filter(Q(reference__icontains=text) | Q(origin__icontains=text))
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__gt=int(after)) if oldest else rows.filter(pk__lt=int(after))
    found = list(rows.order_by("pk" if oldest else "-pk")[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    sort = "alt" if oldest else ""
    following = params.query(stand=wanted, amt=office, q=text, sort=sort, nach=more)
    context = {
        **common.NAV,
        "rows": common.listed(found[:PAGE]),
        "states": BatchState.choices,
        "offices": request.desk.offices("scan.work"),
        "wanted": {"state": wanted, "office": office, "text": text, "sort": sort},
        "next_url": reverse("desk:scan_batches") + following if more else "",
        "sorts": [("", _("neueste zuerst")), ("alt", _("älteste zuerst"))],
    }
    return render(request, "desk/scanning/batches.html", context)

"""Full text over the cases and documents of one's offices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.proceedings.models import Application
from rathaus.records import queries as records

KINDS = ("case", "document")


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The search page; what may be seen is part of the question to the database."""
    text = params.text(request.GET, "q", 200)
    kind = params.text(request.GET, "art", 10)
    kind = kind if kind in KINDS else ""
    after = params.cursor(request)
    page = None
    if text:
        page = records.find(request.desk.staff, text, kind=kind or None, after=after or None)
    hits = list(page.hits) if page else []
    offices = request.desk.office_ids("case.view")
    pages = dict(
        Application.objects.visible_to_offices(offices)
        .filter(case__in=[hit.case.pk for hit in hits])
        .values_list("case_id", "public_id")
        if hits
        else ()
    )
    home = reverse("desk:search")
    context = {
        "nav_current": "search",
        "text": text,
        "kind": kind,
        "page": page,
        "hits": [{"hit": hit, "application": pages.get(hit.case.pk)} for hit in hits],
        "next_url": home + params.query(q=text, art=kind, nach=page.next)
        if page and page.next
        else "",
        "suggestion_url": home + params.query(q=page.suggestion) if page else "",
    }
    return render(request, "desk/search.html", context)

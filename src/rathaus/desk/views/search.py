"""Finding anything in the record: one page, one address for each search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.files import ICONS
from rathaus.desk.views.finding import form
from rathaus.records.finding import queries
from rathaus.records.finding.queries import Found
from rathaus.records.finding.syntax import FIELDS
from rathaus.records.finding.wanted import ORDERS, Wanted

FILE_ICONS = {"application/pdf": "picture_as_pdf", "message/rfc822": "mail"}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The search page; what may be seen is part of the question to the database."""
    return render(request, "desk/search.html", page(request, wanted_of(request)))


@require_safe
def help_page(request: DeskRequest) -> HttpResponse:
    """What can be typed into the box, with examples to click."""
    home = reverse("desk:search")
    rows = [
        {"field": one, "names": one.names, "url": home + params.query(q=one.example)}
        for one in FIELDS
    ]
    return render(request, "desk/finding/help.html", {"nav_current": "search", "rows": rows})


def wanted_of(request: HttpRequest) -> Wanted:
    """The search in the address; the old name of "worin" still counts."""
    given = {key: params.text(request.GET, key, 400) for key in request.GET}
    if given.get("art") in {"case", "document"}:
        given["in"] = given.pop("art")
    return Wanted.of(given)


def page(request: DeskRequest, wanted: Wanted, **more: Any) -> dict[str, Any]:
    """Everything the page shows for a search."""
    staff = request.desk.staff
    after = params.cursor(request)
    found = queries.find(staff, wanted, after=after or None)
    home = reverse("desk:search")
    controls = form.fields(request.desk, wanted)
    cases = {hit.case.pk for hit in found.hits}
    mine = lookup.applications(request.desk)
    pages = dict(mine.filter(case__in=cases).values_list("case_id", "public_id")) if cases else {}
    rows = [_row(hit, pages) for hit in found.hits]
    saved = list(queries.saved_for(staff))
    here = wanted.address()
    better = Wanted(" ".join([found.suggestion, *_typed(wanted)]), wanted.fields, wanted.order)
    return {
        "nav_current": "search",
        "wanted": wanted,
        "here": here,
        "found": found,
        "hits": rows,
        "groups": [] if wanted.single else [_group(one, pages) for one in found.groups],
        "singles": rows if wanted.single else [],
        "fields": controls,
        "is_narrowed": bool(wanted.fields),
        "chips": form.chips(wanted, controls),
        "orders": _orders(wanted),
        "views": _views(wanted),
        "first_url": f"{home}?{here}" if after else "",
        "next_url": f"{home}?{here}" + f"&nach={found.next}" if found.next else "",
        "suggestion_url": f"{home}?{better.address()}" if found.suggestion else "",
        "saved": queries.with_news(staff, saved),
        "is_saved": any(one.address == here for one in saved),
        "can_share": request.desk.offices("records.view"),
        **more,
    }


def _typed(wanted: Wanted) -> list[str]:
    return [condition.text for condition in wanted.typed.conditions]


def _group(group: queries.Group, pages: dict[int, Any]) -> dict[str, Any]:
    return {
        "case": group.case,
        "hit": group.hit,
        "application": pages.get(group.case.pk),
        "documents": [_row(hit, pages) for hit in group.documents],
    }


def _row(hit: Found, pages: dict[int, Any]) -> dict[str, Any]:
    icon = "folder_open"
    if hit.document is not None:
        kind = hit.version.content_type.partition(";")[0] if hit.version else ""
        icon = FILE_ICONS.get(kind) or ("image" if kind.startswith("image/") else "")
        icon = icon or ICONS.get(hit.document.kind, "description")
    return {"hit": hit, "icon": icon, "application": pages.get(hit.case.pk)}


def _orders(wanted: Wanted) -> list[dict[str, Any]]:
    labels = {
        "relevance": _("Titel zuerst"),
        "newest": _("neueste"),
        "oldest": _("älteste"),
    }
    return [
        {
            "label": labels[key],
            "current": key == wanted.order,
            "url": "?" + wanted.address(sort="" if key == "relevance" else key),
        }
        for key in ORDERS
    ]


def _views(wanted: Wanted) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "current": wanted.single is single,
            "url": "?" + wanted.address(einzeln="1" if single else ""),
        }
        for single, label in ((False, _("nach Vorgang")), (True, _("einzeln")))
    ]

"""Choosing where something goes: search, pick, give a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan.form import sentence
from rathaus.records import queries
from rathaus.records.actions import NotAllowed, RecordsError
from rathaus.records.finding import plan_search
from rathaus.records.models import FilingPlanEntry

MANY = 30


@dataclass(frozen=True)
class Offer:
    """Something to choose."""

    key: str
    label: str
    note: str


def choose(
    request: DeskRequest, page: dict[str, Any], act: Callable[[str, str], HttpResponse]
) -> HttpResponse:
    """The page; on POST `act(key, reason)`. `page["offers"](request, text)` lists targets."""
    text = page.get("typed") or params.text(request.GET, "q", 100)
    chosen = params.text(request.POST, "ziel", 60)
    reason = params.text(request.POST, "reason", 200)
    errors: dict[str, str] = {}
    if request.method == "POST" and not params.text(request.POST, "erst", 5):
        if not chosen:
            errors["ziel"] = _("Wählen Sie ein Ziel.")
        if not reason:
            errors["reason"] = _("Geben Sie einen Grund an. Er steht im Verlauf auf beiden Seiten.")
        if not errors:
            try:
                return act(chosen, reason)
            except NotAllowed:
                raise PermissionDenied from None
            except RecordsError as error:
                errors["ziel"] = sentence(error)
    context = {
        "nav_current": "files",
        **page,
        "text": text,
        "chosen": chosen,
        "reason": reason,
        "errors": errors,
        "offers": page["offers"](request, text),
        "here": request.get_full_path(),
    }
    return render(request, "desk/plan/choose.html", context, status=400 if errors else 200)


def dossiers(request: DeskRequest, text: str) -> list[Offer]:
    """Open dossiers that the person may read: found by words, or the newest."""
    mine = queries.dossiers_for(request.desk.staff).filter(state="open")
    rows = plan_search.dossiers(mine, text).order_by("-pk")
    return [
        Offer(
            f"akte:{row.public_id}",
            f"{row.reference} {row.title}",
            f"{row.office.label} · {row.filing_plan_entry}",
        )
        for row in rows[:MANY]
    ]


def places_and_dossiers(request: DeskRequest, text: str) -> list[Offer]:
    """Places of the plan, then dossiers; without words only places."""
    rows = FilingPlanEntry.objects.filter(retired_at__isnull=True).order_by("code")
    if text:
        rows = rows.filter(pk__in=plan_search.places(text))
    places = [
        Offer(f"stelle:{row.public_id}", str(row), _("Stelle im Aktenplan")) for row in rows[:200]
    ]
    return [*places, *(dossiers(request, text) if text else ())]


def cases(request: DeskRequest, text: str) -> list[Offer]:
    """Open cases that the person may read: found by words, or the newest."""
    where = Q(state="open")
    for word in text.split()[:6]:
        where &= Q(title__icontains=word) | Q(reference__startswith=word)
    rows = queries.cases_for(request.desk.staff).filter(where).order_by("-pk")
    return [
        Offer(
            f"vorgang:{row.public_id}",
            f"{row.reference} {row.title}",
            f"{row.office.label} · {row.dossier.reference} {row.dossier.title}",
        )
        for row in rows[:MANY]
    ]

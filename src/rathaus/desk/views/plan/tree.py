"""The filing plan as a tree: one branch open at a time, everything else on demand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records import queries
from rathaus.records.finding import plan_search
from rathaus.records.models import Case, Document, Dossier, FilingPlanEntry

FEW = 8
"""Dossiers shown right in the tree; the page of the place has all."""
FOUND = 40


def anchor(code: str) -> str:
    """The id of a place in the tree: the code without what an id must not hold."""
    return "p-" + code.replace(".", "-")


@dataclass
class Branch:
    """A place as it is shown; `below` only where it is open."""

    entry: Any
    url: str
    is_open: bool = False
    below: list[Branch] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)
    more: bool = False

    @property
    def anchor(self) -> str:
        """Where the page opens after a click."""
        return anchor(self.entry.code)


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The plan, or what a search in it finds."""
    text = params.text(request.GET, "q", 100)
    context: dict[str, Any] = {
        "nav_current": "files",
        "text": text,
        "can_plan": request.desk.can("records.plan"),
        "can_file": request.desk.can("records.file"),
    }
    if text:
        target = _jump(request, text)
        if target:
            return redirect(target)
        context |= _search(request, text)
    else:
        context["branches"] = _branches(request)
    return render(request, "desk/files.html", context)


def _branches(request: DeskRequest) -> list[Branch]:
    scopes = queries.scopes_for(request.desk.staff)
    opened = _path(params.text(request.GET, "auf", 40))
    mine = Dossier.objects.visible_in(scopes)
    here = mine.filter(filing_plan_entry=OuterRef("pk"), parent__isnull=True).order_by()
    inner = FilingPlanEntry.objects.filter(parent=OuterRef("pk")).order_by()
    rows = (
        FilingPlanEntry.objects.filter(
            Q(parent__isnull=True) | Q(parent__in=[entry.pk for entry in opened])
        )
        .annotate(has_below=Exists(inner), has_dossiers=Exists(here))
        .order_by("code")
    )
    open_keys = {entry.pk for entry in opened}
    home = reverse("desk:files")
    branches: dict[int, Branch] = {}
    top: list[Branch] = []
    for entry in rows:
        is_open = entry.pk in open_keys
        above_it = _public(opened, entry.parent_id)
        wanted = above_it if is_open else str(entry.public_id)
        url = home + params.query(auf=wanted) + f"#{anchor(entry.code)}"
        branches[entry.pk] = Branch(entry, url, is_open)
    for branch in branches.values():
        above = branches.get(branch.entry.parent_id)
        (above.below if above else top).append(branch)
    if opened:
        last = opened[-1]
        dossiers = mine.filter(filing_plan_entry=last, parent__isnull=True).select_related("office")
        found = list(dossiers.order_by("-pk")[: FEW + 1])
        branches[last.pk].dossiers = found[:FEW]
        branches[last.pk].more = len(found) > FEW
    return top


def _public(opened: list[FilingPlanEntry], pk: int | None) -> str:
    return next((str(entry.public_id) for entry in opened if entry.pk == pk), "")


def _path(ident: str) -> list[FilingPlanEntry]:
    """From the top to the place that is open."""
    try:
        key = uuid.UUID(ident)
    except ValueError:
        return []
    rows = FilingPlanEntry.objects.select_related("parent__parent__parent__parent")
    entry: FilingPlanEntry | None = rows.filter(public_id=key).first()
    path: list[FilingPlanEntry] = []
    while entry is not None:
        path.insert(0, entry)
        entry = entry.parent
    return path


def _jump(request: DeskRequest, text: str) -> str:
    """Straight to what a whole reference names."""
    found = queries.by_reference(request.desk.staff, text)
    if isinstance(found, Document):
        return reverse("desk:record_document", args=[found.public_id])
    if isinstance(found, Case):
        return reverse("desk:file_case", args=[found.public_id])
    if isinstance(found, Dossier):
        return reverse("desk:dossier", args=[found.public_id])
    return ""


def _search(request: DeskRequest, text: str) -> dict[str, Any]:
    """Places by code or words, dossiers by reference or words."""
    keys = plan_search.places(text)[: FOUND + 1]
    entries = list(
        FilingPlanEntry.objects.filter(pk__in=keys)
        .select_related("parent__parent")
        .order_by("code")
    )
    mine = plan_search.dossiers(queries.dossiers_for(request.desk.staff), text)
    dossiers = list(mine.order_by("-pk")[: FOUND + 1])
    return {
        "entries": entries[:FOUND],
        "dossiers": dossiers[:FOUND],
        "limit_note": _("Es gibt noch mehr Treffer. Geben Sie weitere Wörter ein.")
        if len(entries) > FOUND or len(dossiers) > FOUND
        else "",
    }

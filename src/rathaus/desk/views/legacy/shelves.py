"""The inventory of shelves."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import history, keyset, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.legacy import common
from rathaus.records.legacy import actions, queries
from rathaus.records.legacy.errors import ShelfInvalid
from rathaus.records.legacy.models import Shelf, ShelfState
from rathaus.records.scanning import queries as scanning

PAGE = 100
WORKS = 50
CHOICES = 20
GONE = "entfernt"
FIELDS = ("office", "room", "cabinet", "name", "content", "metres", "priority", "state")
PRIORITIES = [
    ("1", gettext_lazy("1, zuerst")),
    ("2", gettext_lazy("2, danach")),
    ("3", gettext_lazy("3, zuletzt")),
]
SORTS = {
    "": ("priority", "office__position", "room", "cabinet", "name", "pk"),
    "laenge": ("-centimetres", "pk"),
    "rest": ("cleared", "-centimetres", "pk"),
}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All shelves with search, filter and order; several can be changed at once."""
    text = params.text(request.GET, "q", 80)
    office = params.text(request.GET, "amt", 60)
    state = params.text(request.GET, "stand", 10)
    sort = params.text(request.GET, "sort", 10)
    gone = state == GONE
    rows = queries.shelves_for(request.desk.staff, removed=gone)
    if text:
        words = Q(room__icontains=text) | Q(cabinet__icontains=text) | Q(name__icontains=text)
        rows = rows.filter(words | Q(content__icontains=text))
    if office:
        rows = rows.filter(office__key=office)
    if state in ShelfState.values:
        rows = rows.filter(state=state)
    sort = sort if sort in SORTS else ""
    after, mine = params.cursor(request), queries.shelves_for(request.desk.staff, removed=None)
    found, more = keyset.page(rows, SORTS[sort], after, PAGE, mine)
    following = params.query(q=text, amt=office, stand=state, sort=sort, nach=more)
    context = {
        **common.NAV,
        "rows": [_listed(row) for row in found],
        "offices": request.desk.offices("legacy.shelves"),
        "states": ShelfState.choices,
        "gone": gone,
        "filters": [*ShelfState.choices, (GONE, _("entfernt"))],
        "priorities": PRIORITIES,
        "wanted": {"text": text, "office": office, "state": state, "sort": sort},
        "next_url": reverse("desk:shelves") + following if more else "",
    }
    return render(request, "desk/legacy/shelves.html", context)


def _listed(row: Shelf) -> dict[str, Any]:
    return {
        "shelf": row,
        "total": common.metres(row.centimetres),
        "left": common.left_on(row),
        "percent": 100 * row.cleared // row.centimetres,
    }


@require_POST
def change(request: DeskRequest) -> HttpResponse:
    """Order or state of all ticked shelves."""
    picked = set()
    for value in request.POST.getlist("pick")[:PAGE]:
        try:
            picked.add(uuid.UUID(value))
        except ValueError:
            continue
    rows = queries.shelves_for(request.desk.staff).filter(public_id__in=picked)
    priority = params.text(request.POST, "priority", 2)
    state = params.text(request.POST, "state", 10)
    done = 0
    for row in rows:
        try:
            _save(request, row, priority=priority or str(row.priority), state=state or row.state)
            done += 1
        except ShelfInvalid as error:
            messages.error(request, f"{row}: {error}")
    if done:
        text = ngettext("%(n)s Regal geändert.", "%(n)s Regale geändert.", done)
        messages.success(request, text % {"n": done})
    elif not picked:
        messages.warning(request, _("Wählen Sie zuerst mindestens ein Regal aus."))
    return redirect("desk:shelves")


def _save(request: DeskRequest, row: Shelf, *, priority: str, state: str) -> None:
    actions.save_shelf(
        office=row.office,
        room=row.room,
        cabinet=row.cabinet,
        name=row.name,
        content=row.content,
        centimetres=row.centimetres,
        priority=int(priority) if priority.isdecimal() else 0,
        state=state,
        shelf=row,
        actor=request.desk.actor(row.office),
    )


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """A new shelf."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A shelf with its works; change it, or say what is empty now."""
    shelf = common.shelf_of(request, ident, removed=None)
    if shelf.removed_at is not None and request.method == "POST":
        raise Http404
    return _form(request, shelf)


def _form(
    request: DeskRequest,
    shelf: Shelf | None,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    offices = request.desk.offices("legacy.shelves")
    values = _values(shelf)
    errors = errors or {}
    if request.method == "POST" and typed is None:
        values = {key: params.text(request.POST, key, 200) for key in FIELDS}
        office = next((one for one in offices if one.key == values["office"]), None)
        if office is None:
            raise PermissionDenied("legacy.shelves")
        try:
            saved = actions.save_shelf(
                office=office,
                room=values["room"],
                cabinet=values["cabinet"],
                name=values["name"],
                content=values["content"],
                centimetres=common.centimetres(values["metres"]),
                priority=int(values["priority"]) if values["priority"].isdecimal() else 0,
                state=values["state"],
                shelf=shelf,
                actor=request.desk.actor(office),
            )
            messages.success(request, _("Das Regal ist gespeichert."))
            return redirect("desk:shelf", saved.public_id)
        except ShelfInvalid as error:
            errors = error.errors
            if shelf is not None:
                shelf.refresh_from_db()
    context = {
        **common.NAV,
        "shelf": shelf,
        "values": values,
        "typed": typed or {},
        "errors": errors,
        "offices": offices,
        "states": ShelfState.choices,
        "priorities": PRIORITIES,
        "today": today(),
        **(_of(request, shelf) if shelf else {}),
    }
    return render(request, "desk/legacy/shelf.html", context, status=422 if errors else 200)


def _values(shelf: Shelf | None) -> dict[str, str]:
    if shelf is None:
        return {**dict.fromkeys(FIELDS, ""), "priority": "2", "state": ShelfState.OPEN}
    values = {key: str(getattr(shelf, key)) for key in ("room", "cabinet", "name", "content")}
    return {
        **values,
        "office": shelf.office.key,
        "metres": common.metres(shelf.centimetres),
        "priority": str(shelf.priority),
        "state": shelf.state,
    }


def _of(request: DeskRequest, shelf: Shelf) -> dict[str, Any]:
    works = shelf.works.select_related("run", "batch")[:WORKS]
    batches = scanning.batches_for(request.desk.staff).filter(office=shelf.office)
    return {
        "total": common.metres(shelf.centimetres),
        "done": common.metres(shelf.cleared),
        "left": common.left_on(shelf),
        "percent": 100 * shelf.cleared // shelf.centimetres,
        "works": [{"work": row, "metres": common.metres(row.centimetres)} for row in works],
        "batches": batches.exclude(state="cancelled")[:CHOICES],
        "runs": queries.runs_for(request.desk.staff).filter(office=shelf.office)[:CHOICES],
        "events": history.history(shelf.chain)[::-1] if shelf.chain else [],
    }


@require_POST
def remove(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A shelf that does not exist (any more) leaves the inventory; its history stays."""
    shelf = common.shelf_of(request, ident)
    reason = params.text(request.POST, "grund", 200)
    try:
        actions.remove_shelf(shelf=shelf, reason=reason, actor=request.desk.actor(shelf.office))
    except ShelfInvalid as error:
        return _form(request, shelf, error.errors, {"grund": reason})
    messages.success(request, _("Das Regal ist aus dem Bestand entfernt."))
    return redirect("desk:shelves")


@require_POST
def work(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """So much is empty now, by this scan batch or import run."""
    shelf = common.shelf_of(request, ident)
    typed = {key: params.text(request.POST, key, 200) for key in ("leer", "am", "durch", "notiz")}
    kind, _colon, reference = typed["durch"].partition(":")
    batches = scanning.batches_for(request.desk.staff).filter(office=shelf.office)
    runs = queries.runs_for(request.desk.staff).filter(office=shelf.office)
    try:
        actions.record_work(
            shelf=shelf,
            centimetres=common.centimetres(typed["leer"]),
            day=params.day(request.POST, "am") or today(),
            note=typed["notiz"],
            batch=batches.filter(reference=reference).first() if kind == "stapel" else None,
            run=runs.filter(reference=reference).first() if kind == "uebernahme" else None,
            actor=request.desk.actor(shelf.office),
        )
    except ShelfInvalid as error:
        places = {"metres": "leer", "day": "am", "work": "durch"}
        errors = {places.get(key, key): text for key, text in error.errors.items()}
        return _form(request, shelf, errors, typed)
    messages.success(request, _("Eingetragen."))
    return redirect("desk:shelf", ident)

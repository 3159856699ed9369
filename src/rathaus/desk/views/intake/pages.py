"""Work on the pages of an item: order, rotation, leaving out, dividing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.intake import rows
from rathaus.records.intake import actions, planning
from rathaus.records.intake.errors import BadPages, IntakeError, MovedOn
from rathaus.records.intake.models import Item, Work
from rathaus.records.intake.reading.pagework import Page, parse_ranges

SINGLE = 300
"""Up to so many pages each has its own fields; beyond, ranges are typed."""
TURNS = (0, 90, 180, 270)


@require_http_methods(["GET", "POST"])
def work(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The pages as pictures with their fields; nothing is changed before a button is pressed."""
    item = rows.item_of(request, ident, "intake.work")
    if request.method != "POST":
        return _render(request, item, _untouched(item))
    count = item.pages or 0
    typed = _typed(request, count)
    what = params.text(request.POST, "act", 20)
    try:
        made = _do(request, item, what, typed)
    except BadPages as error:
        return _render(request, item, typed, error=str(error))
    except MovedOn as error:
        messages.error(request, str(error))
        return redirect("desk:intake_item", ident)
    if not made:
        return _render(request, item, typed, error=_("Wählen Sie aus, was geschehen soll."))
    if isinstance(made, Work):
        return redirect("desk:intake_work", made.public_id)
    if len(made) == 1:
        messages.success(request, _("Fertig. Das Original bleibt unverändert aufbewahrt."))
        return redirect("desk:intake_item", made[0].public_id)
    messages.success(
        request,
        _("Geteilt in %(n)s Eingänge. Das Original bleibt aufbewahrt.") % {"n": len(made)},
    )
    return redirect("desk:intake")


def _do(
    request: DeskRequest, item: Item, what: str, typed: list[dict[str, Any]]
) -> list[Item] | Work:
    planning.check_editable(item)
    if what == "edit":
        plan = planning.edit(item, _order(typed))
    elif what == "split":
        plan = planning.arrange(item, _groups(typed))
    elif what == "burst":
        plan = planning.split(item, [[number] for number in range(1, (item.pages or 0) + 1)])
    elif what == "ranges":
        text = params.text(request.POST, "ranges", 500)
        plan = planning.split(item, parse_ranges(text, item.pages or 0))
    else:
        return []
    return actions.carry_out(plan=plan, actor=request.desk.actor(item.office))


def _untouched(item: Item) -> list[dict[str, Any]]:
    return [
        {"number": n, "place": n, "turn": 0, "drop": False, "cut": False}
        for n in range(1, min(item.pages or 0, SINGLE) + 1)
    ]


def _typed(request: DeskRequest, count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(1, min(count, SINGLE) + 1):
        place = params.text(request.POST, f"place{number}", 6)
        turn = params.text(request.POST, f"turn{number}", 3)
        found.append(
            {
                "number": number,
                "place": int(place) if place.isdecimal() else number,
                "turn": int(turn) if turn.isdecimal() and int(turn) in TURNS else 0,
                "drop": f"drop{number}" in request.POST,
                "cut": f"cut{number}" in request.POST,
            }
        )
    return found


def _order(typed: list[dict[str, Any]]) -> list[Page]:
    """By place; pages with the same place stay in their order."""
    kept = [page for page in typed if not page["drop"]]
    if not kept:
        raise BadPages(_("Es muss mindestens eine Seite übrig bleiben."))
    return [(p["number"], p["turn"]) for p in sorted(kept, key=lambda p: (p["place"], p["number"]))]


def _groups(typed: list[dict[str, Any]]) -> list[list[Page]]:
    """Divided at the marks, in the order and with the rotation that are typed as well."""
    groups: list[list[Page]] = [[]]
    for page in sorted(typed, key=lambda p: (p["place"], p["number"])):
        if not page["drop"]:
            groups[-1].append((page["number"], page["turn"]))
        if page["cut"] and groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    if len(groups) < 2:
        raise BadPages(_("Markieren Sie mindestens eine Stelle, an der geteilt wird."))
    return groups


def _render(
    request: DeskRequest, item: Item, typed: list[dict[str, Any]], error: str = ""
) -> HttpResponse:
    try:
        planning.check_editable(item)
    except IntakeError as refused:
        messages.error(request, str(refused))
        return redirect("desk:intake_item", item.public_id)
    context = {
        "nav_current": "intake",
        "item": item,
        "pages": typed,
        "drawn": set(item.images.values_list("number", flat=True)),
        "turns": TURNS,
        "single": (item.pages or 0) <= SINGLE,
        "error": error,
        "ranges": params.text(request.POST, "ranges", 500),
    }
    return render(request, "desk/intake/pages.html", context, status=422 if error else 200)

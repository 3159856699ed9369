"""Pages of the simulated account systems: the way in, log-in, switches and log."""

from __future__ import annotations

import base64
import time
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from rathaus.accounts.sources import simulated
from rathaus.core.middleware import client_ip
from rathaus.simulation.bundid import engine, faults, labels, log, people, xml
from rathaus.simulation.bundid.engine import Option, Outgoing
from rathaus.simulation.bundid.errors import TEXTS, Refused
from rathaus.simulation.bundid.houses import House
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.requests import LoginRequest
from rathaus.simulation.models import SimulatedLogin, SimulatedMessage

SLOW_SECONDS = 5


@csrf_exempt  # requests come from the town's page, with its signature
@require_http_methods(["GET", "POST"])
def saml(request: HttpRequest, house: House) -> HttpResponse:
    """Where requests arrive, by either binding."""
    if faults.take(house, "unavailable"):
        return _problem(request, house, "sim-unavailable", status=503)
    if faults.take(house, "slow"):
        time.sleep(SLOW_SECONDS)
    parameters = request.GET if request.method == "GET" else request.POST
    try:
        row = engine.arrive(
            house,
            method=str(request.method),
            parameters={name: str(parameters[name]) for name in parameters},
            query=request.META.get("QUERY_STRING", ""),
        )
    except Refused as refused:
        address = reverse("simulation:identity_error", args=[house])
        return redirect(f"{address}?{urlencode({'idp.code': refused.code})}")
    response = redirect("simulation:identity_login", house, row.token)
    response.status_code = 303
    return response


@require_GET
def error(request: HttpRequest, house: House) -> HttpResponse:
    """A refused request; like BundID with the code in the address."""
    code = request.GET.get("idp.code", "")
    return _problem(request, house, code if code in TEXTS else "sim-unreadable", status=400)


@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest, house: House, token: str) -> HttpResponse:
    """Choose a way in and a person; then see what will be told, and go on or cancel."""
    try:
        row, wanted = engine.find(house, token)
    except Refused as refused:
        return _problem(request, house, refused.code, status=410)
    if request.method == "GET":
        return _choose(request, house, wanted)
    if request.POST.get("action") == "cancel":
        outgoing = engine.cancel(house, wanted)
        return _leave(request, house, row, wanted, outgoing, cancelled=True)
    problems = _problems(request, house, wanted)
    if problems:
        return _choose(request, house, wanted, problems, status=422)
    method = house.method(request.POST["method"])
    if method is None:
        raise TypeError("checked above")
    outgoing = engine.log_in(
        house,
        wanted,
        method=method,
        who=people.accounts(house)[request.POST["who"]],
        address=client_ip(request),
    )
    return _leave(request, house, row, wanted, outgoing)


@require_GET
def metadata(request: HttpRequest, house: House) -> HttpResponse:
    """The house's own description."""
    return HttpResponse(
        simulated.metadata(house.key), content_type="application/samlmetadata+xml; charset=utf-8"
    )


@require_http_methods(["GET", "POST"])
def board(request: HttpRequest, house: House) -> HttpResponse:
    """Faults on and off, and what arrived."""
    if request.method == "POST":
        name, times = request.POST.get("name", ""), request.POST.get("times", "1")
        if name in faults.names(house):
            valid = times.isascii() and times.isdecimal() and len(times) < 3
            faults.switch_on(house, name, int(times) if valid else 1)
        return redirect("simulation:identity_board", house)
    on = faults.active(house)
    groups = [
        (heading, [(name, text, on.get(name, 0)) for name, text in group.items()])
        for heading, group in faults.groups(house)
    ]
    context = {
        "house": house,
        "groups": groups,
        "on": [row for _heading, rows in groups for row in rows if row[2]],
        "messages_log": log.of(house),
        "accounts": people.accounts(house).values(),
    }
    return render(request, "simulation/identity/board.html", context)


@require_GET
def message(request: HttpRequest, house: House, token: str) -> HttpResponse:
    """One message, decoded."""
    found = get_object_or_404(SimulatedMessage, house=house.key, token=token)
    context = {
        "house": house,
        "message": found,
        "xml": xml.pretty(found.xml.encode()),
        "inside": xml.pretty(found.inside.encode()) if found.inside else "",
    }
    return render(request, "simulation/identity/message.html", context)


def _choose(
    request: HttpRequest,
    house: House,
    wanted: LoginRequest,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    methods, persons = engine.methods(house, wanted), engine.persons(house, wanted)
    context = {
        "house": house,
        "wanted": wanted,
        "level": Level(wanted.level).label,
        "methods": methods,
        "persons": persons,
        "chosen_method": request.POST.get("method") or _first(methods),
        "chosen_person": request.POST.get("who") or "",
        "problems": problems or {},
    }
    return render(request, "simulation/identity/login.html", context, status=status)


def _first(options: list[Option]) -> str:
    return next((one.key for one in options if not one.why_not), "")


def _problems(request: HttpRequest, house: House, wanted: LoginRequest) -> dict[str, str]:
    """What is wrong with the choice, by field."""
    methods = {one.key: one for one in engine.methods(house, wanted) if not one.why_not}
    persons = {one.key: one for one in engine.persons(house, wanted) if not one.why_not}
    method, who = request.POST.get("method", ""), request.POST.get("who", "")
    found = {}
    if method not in methods:
        found["method"] = _("Wählen Sie, wie Sie sich anmelden.")
    if who not in persons:
        found["who"] = _("Wählen Sie, wer sich anmeldet.")
    if found:
        return found
    way, one = house.method(method), people.accounts(house)[who]
    if way is None or not one.can(house, way):
        text = _(
            "%(name)s kann sich hier so nicht anmelden: %(method)s. Wählen Sie beides passend."
        )
        return {"who": text % {"name": one.name, "method": methods[method].label}}
    return {}


def _leave(
    request: HttpRequest,
    house: House,
    row: SimulatedLogin,
    wanted: LoginRequest,
    outgoing: Outgoing,
    *,
    cancelled: bool = False,
) -> HttpResponse:
    """The page whose form takes the answer to the town."""
    context = {
        "house": house,
        "wanted": wanted,
        "answer": base64.b64encode(outgoing.answer.xml).decode(),
        "relay_state": row.relay_state,
        "told": labels.rows(outgoing.told),
        "faults": [faults.text(house, name) for name in outgoing.faults],
        "cancelled": cancelled,
        "refused": not cancelled and not outgoing.answer.inside,
    }
    return render(request, "simulation/identity/leave.html", context)


def _problem(request: HttpRequest, house: House, code: str, *, status: int) -> HttpResponse:
    context = {"house": house, "code": code, "text": TEXTS[code]}
    return render(request, "simulation/identity/error.html", context, status=status)

"""The simulated service on the wire, and its switch board."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.simulation import switches
from rathaus.simulation.timestamps import faults

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


@csrf_exempt
@require_POST
def stamp(request: HttpRequest) -> HttpResponse:
    """RFC 3161 §3.4: a request in DER, a response in DER."""
    from rathaus.simulation.timestamps import engine

    if faults.take("down"):
        return HttpResponse(status=503)
    if faults.take("timeout"):
        response = HttpResponse(status=504)
        response["X-Simulation"] = "timeout"
        return response
    if faults.take("not_der"):
        return HttpResponse("<h1>Wartungsarbeiten</h1>")
    if faults.take("too_long"):
        return HttpResponse(b"0" * 1_000_000, content_type=REPLY)
    if request.content_type != QUERY:
        return HttpResponse(status=415)
    try:
        return HttpResponse(engine.answer(request.body), content_type=REPLY)
    except (ValueError, TypeError, KeyError):
        return HttpResponse(status=400)


@require_http_methods(["GET", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """Faults on and off."""
    if request.method == "POST":
        name, times = request.POST.get("name", ""), request.POST.get("times", "1")
        if name in faults.NAMES:
            faults.switch_on(name, int(times) if times.isdecimal() and len(times) < 3 else 1)
        return redirect("simulation:timestamps")
    on = switches.active("tsa")
    context = {"faults": [(name, text, on.get(name, 0)) for name, text in faults.NAMES.items()]}
    return render(request, "simulation/timestamps.html", context)

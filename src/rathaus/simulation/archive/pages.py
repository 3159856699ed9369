"""Pages of the simulated archive: what arrived, appraise, answer, faults."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rathaus.simulation import switches
from rathaus.simulation.archive import engine
from rathaus.simulation.archive.faults import FAULTS, PREFIX
from rathaus.simulation.archive.models import ArchivedProcess, ArchiveMessage

PAGE = 50


@require_http_methods(["GET", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """Everything that arrived, and the switches for faults."""
    if request.method == "POST":
        name, times = request.POST.get("name", ""), request.POST.get("times", "")
        if name in FAULTS and times.isascii() and times.isdigit():
            switches.switch_on(f"{PREFIX}.{name}", int(times[:4]))
        return redirect("simulation:archive")
    engine.look_into_folders()
    on = switches.active(PREFIX)
    context = {
        "processes": ArchivedProcess.objects.order_by("-pk")[:PAGE],
        "messages_log": ArchiveMessage.objects.select_related("process").order_by("-pk")[:PAGE],
        "faults": [(name, text, on.get(name, 0)) for name, text in FAULTS.items()],
        "on": [(text, on[name]) for name, text in FAULTS.items() if name in on],
    }
    return render(request, "simulation/archive/board.html", context)


@require_GET
def process(request: HttpRequest, ident: uuid.UUID) -> HttpResponse:
    """One process as the archive sees it."""
    found = get_object_or_404(ArchivedProcess, process=ident)
    context = {
        "process": found,
        "objects": found.objects_of.order_by("reference"),
        "messages_log": found.messages_of.order_by("-pk"),
    }
    return render(request, "simulation/archive/process.html", context)


@require_POST
def answer(request: HttpRequest, ident: uuid.UUID, code: str) -> HttpResponse:
    """Send an answer; the appraisal comes with the form."""
    found = get_object_or_404(ArchivedProcess, process=ident)
    if code == "0502":
        if request.POST.get("rule") == "1":
            engine.appraise_by_rule(found)
        for one in found.objects_of.all():
            kind = request.POST.get(f"verdict-{one.pk}", "")
            if kind in ("A", "V") and request.POST.get("rule") != "1":
                found.objects_of.filter(pk=one.pk).update(verdict=kind)
        if not found.objects_of.exclude(verdict="").exists():
            messages.error(request, _("Bewerten Sie mindestens einen Vorgang."))
            return redirect("simulation:archive_process", ident)
    sent = engine.answer(found, code)
    if sent is None:
        messages.warning(request, _("Das Archiv schweigt, wie eingeschaltet."))
    else:
        messages.success(request, _("Gesendet: %(name)s") % {"name": sent.name})
    return redirect("simulation:archive_process", ident)


@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """A message as it was sent."""
    found = get_object_or_404(ArchiveMessage, pk=pk)
    return render(request, "simulation/archive/message.html", {"message": found})

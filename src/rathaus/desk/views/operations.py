"""Betrieb: is everything running, and what needs a person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.core import health, jobs
from rathaus.core.clock import now
from rathaus.core.models import CronEntry, Job, JobState
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import safety

DEAD_SHOWN = 50
WAITING_SHOWN = 20


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Health, jobs by state, dead letters with their errors, what waits, regular jobs."""
    counts = dict(Job.objects.values_list("state").annotate(n=Count("pk")))
    waiting = Job.objects.filter(state__in=[JobState.READY, JobState.RUNNING]).order_by("run_at")
    dead = Job.objects.filter(state=JobState.DEAD).order_by("-finished_at", "-pk")
    moment = now()
    cron = list(CronEntry.objects.order_by("next_run"))
    context = {
        "nav_current": "operations",
        "parts": [*_parts(health.report()), *safety.parts()],
        "counts": {state: counts.get(state, 0) for state in JobState.values},
        "dead": [_dead(row) for row in dead[:DEAD_SHOWN]],
        "more_dead": max(0, counts.get(JobState.DEAD, 0) - DEAD_SHOWN),
        "waiting": waiting[:WAITING_SHOWN],
        "cron": cron,
        "late": sum(entry.next_run < moment for entry in cron),
        "now": moment,
        "can_retry": request.desk.can("jobs.retry"),
    }
    return render(request, "desk/operations.html", context)


@require_POST
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Restart one dead job."""
    row = Job.objects.filter(pk=pk).first() if pk < 2**62 else None
    if row is None:
        raise Http404
    with transaction.atomic():
        revived = jobs.retry(row)
    if revived:
        messages.success(request, _("Der Auftrag läuft wieder."))
    else:
        messages.info(request, _("Dieser Auftrag wurde schon neu gestartet."))
    return redirect("desk:operations")


@require_POST
def retry_all(request: DeskRequest) -> HttpResponse:
    """Restart all dead jobs."""
    revived = 0
    for row in Job.objects.filter(state=JobState.DEAD).order_by("pk")[:1000]:
        with transaction.atomic():
            revived += jobs.retry(row)
    text = ngettext("%(n)s Auftrag läuft wieder.", "%(n)s Aufträge laufen wieder.", revived)
    messages.success(request, text % {"n": revived})
    return redirect("desk:operations")


def _dead(row: Job) -> dict[str, Any]:
    lines = [line for line in row.last_error.strip().splitlines() if line.strip()]
    return {"job": row, "reason": lines[-1][:300] if lines else "", "error": row.last_error}


def _parts(report: dict[str, Any]) -> list[dict[str, Any]]:
    labels = {
        "database": (_("Datenbank"), "dataset"),
        "jobs": (_("Aufträge"), "sync"),
        "storage": (_("Ablage"), "inventory_2"),
        "disk": (_("Platz"), "dns"),
    }
    found = []
    for key, (label, icon) in labels.items():
        part = report[key]
        ok = part["ok"] and not part.get("dead")  # a dead job waits for a person
        found.append({"label": label, "icon": icon, "ok": ok, "text": _part_text(key, part)})
    return found


def _part_text(key: str, part: dict[str, Any]) -> str:
    if "error" in part:
        return str(part["error"])
    if key == "database":
        return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(part["engine"], "")
    if key == "jobs" and part["dead"]:
        return _("%(n)s gescheitert") % {"n": part["dead"]}
    if key == "jobs" and not part["waiting"]:
        return _("Nichts wartet.")
    if key == "jobs":
        return _("%(waiting)s fällig, ältester seit %(seconds)s s") % {
            "waiting": part["waiting"],
            "seconds": part["oldest_seconds"],
        }
    if key == "disk":
        return _("%(gigabytes)s GB frei") % {"gigabytes": part["free_megabytes"] // 1024}
    return _("liest und schreibt") if part["ok"] else _("gestört")

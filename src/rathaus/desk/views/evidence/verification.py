"""Verifying the whole record as a job: start, look, stop."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import today
from rathaus.core.jobs import enqueue
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records import queries as records
from rathaus.records import wording
from rathaus.records.evidence import jobs, runs, words
from rathaus.records.evidence.models import RunFinding, RunState, VerificationRun

SHOWN = 50
SAMPLES = (100, 25, 5)
_TITLE = re.compile(r"„[^“]*“")


@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """A new verification; one at a time."""
    running = VerificationRun.objects.filter(state=RunState.RUNNING).first()
    if running is not None:
        messages.info(request, _("Es läuft schon eine Prüfung."))
        return redirect("desk:evidence_run", running.pk)
    sample = request.POST.get("sample", "100")
    typed = params.text(request.POST, "since", 20)
    since = params.day(request.POST, "since")
    if sample not in map(str, SAMPLES) or (typed and (since is None or since > today())):
        messages.error(
            request,
            _("Bitte geben Sie einen Tag wie 27.11.2026 an, der nicht in der Zukunft liegt."),
        )
        return redirect("desk:evidence")
    begin = datetime.combine(since, time.min, tzinfo=UTC) if since else None
    with transaction.atomic():
        run = runs.start(requested_by=request.desk.staff.name, since=begin, sample=int(sample))
        enqueue(jobs.verify, run=run.pk)
    return redirect("desk:evidence_run", run.pk)


@require_safe
def show(request: DeskRequest, pk: int) -> HttpResponse:
    """Progress and findings, with links to the cases that the person may see."""
    run = _run(pk)
    rows = RunFinding.objects.filter(run=run)
    after = params.cursor(request)
    if after.isdecimal() and len(after) < 18:
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: SHOWN + 1])
    context = {
        "nav_current": "evidence",
        "run": run,
        "minutes": round(run.seconds / 60),
        "rate": round(run.counts.get("documents", 0) / run.seconds) if run.seconds > 1 else 0,
        "findings": _shown(request, found[:SHOWN]),
        "next": found[SHOWN - 1].pk if len(found) > SHOWN else 0,
    }
    return render(request, "desk/evidence/run.html", context)


@require_POST
def stop(request: DeskRequest, pk: int) -> HttpResponse:
    """End a verification before it is done."""
    runs.stop(_run(pk))
    messages.info(request, _("Die Prüfung ist beendet. Was gefunden wurde, bleibt stehen."))
    return redirect("desk:evidence_run", pk)


def _run(pk: int) -> VerificationRun:
    run = VerificationRun.objects.filter(pk=pk).first() if pk < 2**62 else None
    if run is None:
        raise Http404
    return run


def _shown(request: DeskRequest, rows: list[RunFinding]) -> list[dict[str, Any]]:
    """Who may not see a case reads that something is wrong with it, but no title of it."""
    keys = {row.case_id for row in rows if row.case_id}
    visible = dict(
        records.cases_for(request.desk.staff)
        .filter(pk__in=keys)
        .order_by()
        .values_list("pk", "public_id")
    )
    found = []
    for row in rows:
        ident = visible.get(row.case_id) if row.case_id else None
        hidden = ident is None and ("Vorgang" in row.object or "Dokument" in row.object)
        found.append(
            {
                "object": _TITLE.sub("„…“", row.object) if hidden else row.object,
                "what": words.german(row.what),
                "expected": "" if hidden else wording.german_value(row.expected),
                "found": "" if hidden else wording.german_value(row.found),
                "case": ident,
            }
        )
    return found

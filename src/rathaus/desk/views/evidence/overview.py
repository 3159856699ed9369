"""What is sealed, what is not yet, and whether time stamps come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records.evidence import anchor, gather, jobs, queries, renewal
from rathaus.records.evidence.models import RunState, Seal, VerificationRun

SEALS = 20
MOST = 1000
SOON = timedelta(days=90)


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The newest seal, what waits, services, renewals, verifications, all seals."""
    last = queries.newest()
    services, problems = queries.services()
    due = renewal.due()
    context = {
        "nav_current": "evidence",
        "last": last,
        "anchor": anchor.line(last) if last else "",
        "anchor_place": settings.RATHAUS_EVIDENCE_ANCHOR,
        "open_versions": _counted(gather.unsealed_versions()),
        "open_chains": _counted(gather.unsealed_chains()),
        "most": MOST,
        "unstamped": queries.unstamped().count(),
        "services": [_service(one) for one in services],
        "problems": problems,
        "due": due[:SEALS],
        "due_count": len(due),
        "waiting_renewals": queries.waiting_renewals().count(),
        "runs": VerificationRun.objects.all()[:5],
        "running": VerificationRun.objects.filter(state=RunState.RUNNING).first(),
        **_seals(request),
    }
    return render(request, "desk/evidence/index.html", context)


@require_POST
def seal(request: DeskRequest) -> HttpResponse:
    """Seal now, in the background."""
    with transaction.atomic():
        enqueue(jobs.seal, dedupe_key="evidence.seal")
    messages.success(request, _("Alles Neue wird jetzt versiegelt."))
    return redirect("desk:evidence")


@require_safe
def seal_line(request: DeskRequest) -> HttpResponse:
    """The newest seal as a text file, to be kept outside."""
    last = queries.newest()
    text = f"{anchor.line(last)}\n" if last else ""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="siegel.txt"'
    return response


def _seals(request: DeskRequest) -> dict[str, Any]:
    rows = Seal.objects.order_by("-number").prefetch_related("stamps")
    after = params.cursor(request)
    if after.isdecimal() and len(after) < 10:
        rows = rows.filter(number__lt=int(after))
    found = list(rows[: SEALS + 1])
    more = found[SEALS - 1].number if len(found) > SEALS else 0
    here = reverse("desk:evidence")
    url = f"{here}{params.query(nach=str(more))}#siegel" if more else ""
    return {"seals": found[:SEALS], "next_url": url}


def _service(one: queries.Service) -> dict[str, Any]:
    until = one.state.valid_until if one.state else None
    return {
        "one": one,
        "until": until,
        "days": (until - now()).days if until else None,
        "soon": until is not None and until - now() < SOON,
    }


def _counted(rows: Any) -> int:
    """A number up to `MOST`: nobody waits for an exact million."""
    return int(rows[:MOST].count())

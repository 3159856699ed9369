"""Betrieb: how far the renditions are, what failed and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records.renditions import actions, queries
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.reasons import REASONS, reason

MINUTE = 60


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Length, rates, failures by reason, and each failure with what the reader said."""
    chosen = params.text(request.GET, "grund", 30)
    chosen = chosen if chosen in REASONS else ""
    after = params.cursor(request)
    before = int(after) if after.isdigit() and len(after) < 18 else 0
    rows = queries.failed(reason=chosen, before=before)
    shown, more = rows[: queries.FAILED_SHOWN], len(rows) > queries.FAILED_SHOWN
    here = reverse("desk:renditions")
    state = queries.queue()
    context = {
        "nav_current": "operations",
        "queue": state,
        "oldest_minutes": -(-state["oldest_seconds"] // MINUTE),
        "failures": [
            {"code": code, "n": n, "reason": reason(code)} for code, n in state["failures"].items()
        ],
        "rows": [_row(work) for work in shown],
        "chosen": chosen,
        "chosen_reason": reason(chosen) if chosen else None,
        "next_url": here + params.query(grund=chosen, nach=str(shown[-1].pk)) if more else "",
        "can_retry": request.desk.can("jobs.retry"),
    }
    return render(request, "desk/renditions/queue.html", context)


@require_POST
def retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Make the renditions of one version anew."""
    work = RenditionWork.objects.filter(pk=pk).first() if pk < 2**62 else None
    if work is None:
        raise Http404
    if actions.retry(work):
        messages.success(request, _("Die Wiedergabe wird neu gemacht."))
    else:
        messages.info(request, _("Daran wird schon gearbeitet."))
    return redirect("desk:renditions")


@require_POST
def retry_failed(request: DeskRequest) -> HttpResponse:
    """Make everything anew that failed, or failed for one reason."""
    code = params.text(request.POST, "grund", 30)
    if code and code not in REASONS:
        raise Http404
    count = actions.retry_failed(code)
    text = ngettext(
        "%(n)s Wiedergabe wird neu gemacht.", "%(n)s Wiedergaben werden neu gemacht.", count
    )
    messages.success(request, text % {"n": count})
    return redirect("desk:renditions")


def _row(work: RenditionWork) -> dict[str, Any]:
    """Without title or name: operators need not know what the document is about."""
    return {
        "work": work,
        "reason": reason(work.reason),
        "type": work.version.content_type.partition(";")[0],
    }

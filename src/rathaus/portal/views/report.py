"""Reporting a barrier (§ 9b Abs. 2 NBGG)."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from rathaus.core.jobs import enqueue
from rathaus.core.secrets import seal
from rathaus.forms.text import one_line
from rathaus.organisation import queries
from rathaus.portal import asked, fields, jobs, limits
from rathaus.theme.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
def barrier(request: HttpRequest) -> HttpResponse:
    """Without log-in, without a name if wanted; the report goes to the town hall by mail."""
    start = {"seite": one_line(request.GET.get("seite", "")[:300])}
    question = asked.ask(fields.barrier(), request, start=start)
    if question.is_valid():
        if not limits.allow_form(request, "barrier"):
            return too_many(request, retry_minutes=30)
        sealed = seal(json.dumps(question.cleaned, ensure_ascii=False))
        with transaction.atomic():
            enqueue(jobs.mail_barrier, report=sealed)
            if question.cleaned.get("email"):
                language = get_language() or "de"
                enqueue(jobs.confirm_barrier, report=sealed, language=language)
        response = redirect(reverse("portal:report_barrier") + "?gesendet=1")
        response.status_code = 303
        return response
    facts = {"bound": question, "sent": "gesendet" in request.GET, "town": queries.town()}
    return render(request, "portal/report_barrier.html", facts)

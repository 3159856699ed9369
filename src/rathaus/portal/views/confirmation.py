"""Submitted: reference, code, what happens next."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rathaus.payments.queries import latest_attempt
from rathaus.portal import papers
from rathaus.portal.access import application_for, personal
from rathaus.proceedings import queries


@require_safe
@personal
def confirmation(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """May be opened again and printed. The receipt follows within moments."""
    application = application_for(request, application_id)
    claim = application.claim
    attempt = latest_attempt(claim) if claim is not None else None
    facts = {
        "application": application,
        "service": application.service,
        "code": application.code,
        "now": queries.what_now(application, attempt=attempt),
        "receipt": papers.receipt(application),
        "owed": claim.amount if claim is not None and claim.state == "open" else None,
        "by_invoice": attempt is not None and attempt.provider == "transfer",
        "office": application.case.office,
        "nav_current": "cases",
    }
    return render(request, "portal/confirmation.html", facts)

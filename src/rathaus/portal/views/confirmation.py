"""Submitted: reference, code, what happens next."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rathaus.portal import papers
from rathaus.portal.access import application_for, personal
from rathaus.portal.money import money_of
from rathaus.proceedings import queries


@require_safe
@personal
def confirmation(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """May be opened again and printed. The receipt follows within moments."""
    application = application_for(request, application_id)
    money = money_of(application)
    facts = {
        "application": application,
        "service": application.service,
        "code": application.code,
        "now": queries.what_now(application, attempt=money.attempt if money else None),
        "receipt": papers.receipt(application),
        "owed": money.open if money is not None and money.can_pay else None,
        "by_invoice": money is not None and money.by_invoice,
        "office": application.case.office,
        "nav_current": "cases",
    }
    return render(request, "portal/confirmation.html", facts)

"""Withdrawing an application, after asking."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rathaus.portal import asked, fields
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.portal.money import money_of
from rathaus.portal.views.status import can_withdraw
from rathaus.proceedings import actions
from rathaus.proceedings.errors import NotWithdrawable
from rathaus.proceedings.states import MoveRefused


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def withdraw(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """What it means, what becomes of the fee, then the button."""
    application = application_for(request, application_id)
    status = reverse("portal:status", args=[application_id])
    if not can_withdraw(application):
        return redirect(status)
    question = asked.ask(fields.withdrawal(), request)
    if question.is_valid():
        try:
            actions.withdraw(
                application=application,
                actor=actor_for(application),
                reason=question.cleaned.get("grund", ""),
            )
        except (MoveRefused, NotWithdrawable):
            return redirect(status)  # decided in the meantime: the status page tells
        response = redirect(f"{status}?neu=zurueckgezogen")
        response.status_code = 303
        return response
    facts = {
        "application": application,
        "service": application.service,
        "bound": question,
        "money": money_of(application),
        "nav_current": "cases",
    }
    return render(request, "portal/withdraw.html", facts)

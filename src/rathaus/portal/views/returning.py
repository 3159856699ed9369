"""Coming back from the payment service.

The address carries our own unguessable reference and works without any cookie: the page says
what became of the payment, and nothing about the person or the case. Nothing in the query
proves a payment, so it is not read; the payment room asks the service.
"""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rathaus.core.actors import Actor
from rathaus.payments import actions, queries
from rathaus.payments.models import PaymentAttempt
from rathaus.portal.access import may_open, never_stored
from rathaus.proceedings.models import Application

UNCERTAIN = frozenset({"approved", "capturing", "unknown", "starting"})


@csrf_exempt  # some services come back with POST; nothing that was sent is read
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """Ask the payment service, tell the outcome and the way on."""
    attempt = _attempt(attempt_id)
    if attempt.is_open:
        attempt = actions.settle(attempt)
    return _page(request, attempt, outcome_of(attempt))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def cancelled(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """The payer turned back: pay later, or otherwise."""
    attempt = _attempt(attempt_id)
    actor = Actor.resident(str(attempt.claim.chain_id))
    attempt = actions.cancel_attempt(attempt=attempt, actor=actor)
    outcome = outcome_of(attempt)
    return _page(request, attempt, "cancelled" if outcome == "unfinished" else outcome)


def outcome_of(attempt: PaymentAttempt) -> str:
    """paid, pending, uncertain, declined, cancelled, unfinished or failed."""
    if attempt.state == "confirmed":
        return "paid"
    if attempt.state in UNCERTAIN:
        return "uncertain"
    if attempt.reason == "INSTRUMENT_DECLINED" and attempt.is_open:
        return "declined"
    named = {"pending": "pending", "cancelled": "cancelled", "awaiting_payer": "unfinished"}
    return named.get(attempt.state, "failed")


def _attempt(attempt_id: uuid.UUID) -> PaymentAttempt:
    try:
        return queries.attempt(attempt_id)
    except PaymentAttempt.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, attempt: PaymentAttempt, outcome: str) -> HttpResponse:
    rows = Application.objects.filter(claim_id=attempt.claim_id)
    application = rows.only("public_id", "account_id", "represented_id").first()
    known = application is not None and may_open(request, application)
    facts = {
        "attempt": attempt,
        "outcome": outcome,
        "application": application if known else None,
        "nav_current": "cases",
    }
    return never_stored(render(request, "portal/payment_outcome.html", facts))

"""Choosing how to pay: PayPal, invoice, or at the counter."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.organisation import hours
from rathaus.organisation import queries as organisation
from rathaus.payments import actions, errors, queries
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers import registry
from rathaus.portal import shell
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.portal.money import MoneyFacts, money_of
from rathaus.portal.views.catalogue import week
from rathaus.proceedings.models import Application

RETURN = "/zahlung/{attempt}/zurueck/"
CANCEL = "/zahlung/{attempt}/abbruch/"
ICONS = {"paypal": "account_balance_wallet", "transfer": "receipt_long"}


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def choose(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """The ways to pay; a click on one begins."""
    application = application_for(request, application_id)
    facts = money_of(application)
    if facts is None or facts.balance.open_cents == 0:
        return redirect("portal:status", application_id=application_id)
    problem = ""
    if request.method == "POST":
        provider = request.POST.get("provider", "")[:40]
        if provider == "counter":
            actions.choose_counter(claim=facts.claim, actor=actor_for(application))
            return redirect("portal:counter", application_id=application_id)
        try:
            return _begin(application, facts.claim, provider)
        except errors.PaymentInProgress as busy:
            way = redirect("portal:payment_return", attempt_id=busy.attempt.public_id)
            way.status_code = 303
            return way
        except _NotReached:
            problem = _(
                "PayPal antwortet gerade nicht. Es wurde nichts abgebucht. Versuchen Sie es noch "
                "einmal oder wählen Sie einen anderen Weg."
            )
        except errors.PaymentError as error:
            problem = str(error)
    ways = [
        {
            "key": way.key,
            "name": way.public_name,
            "text": way.description,
            "icon": ICONS.get(way.key, "payments"),
        }
        for way in queries.providers()
    ]
    page = {
        "application": application,
        "service": application.service,
        "money": facts,
        "lines": facts.claim.fee_lines,
        "ways": ways,
        "problem": problem,
        "nav_current": "cases",
    }
    return render(request, "portal/pay.html", page)


class _NotReached(Exception):
    """The payment service did not answer, or sent us somewhere we do not go."""


def _begin(application: Application, claim: Claim, provider: str) -> HttpResponse:
    """Start or go on with an attempt. Raises: PaymentError, _NotReached."""
    attempt = actions.start_attempt(
        claim=claim,
        provider=provider,
        actor=actor_for(application),
        return_url=settings.BASE_URL + RETURN,
        cancel_url=settings.BASE_URL + CANCEL,
    )
    if provider == "transfer":
        response = redirect("portal:invoice", application_id=application.public_id)
        response.status_code = 303
        return response
    if attempt.state != "awaiting_payer" or not _is_allowed(attempt.redirect_url):
        raise _NotReached
    return HttpResponseRedirect(attempt.redirect_url, status=303)


def _is_allowed(url: str) -> bool:
    """Only the payment pages that the settings name, or the stand-in of the simulation."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" in getattr(settings, "CSP_FORM_TARGETS", ()):
        return True
    own = urlsplit(settings.BASE_URL)
    same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    return bool(settings.SIMULATION and same and parts.path.startswith("/simulation/"))


@require_safe
@personal
def invoice(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Bank details, as text to copy and as GiroCode, over what is open at this moment."""
    application = application_for(request, application_id)
    facts = money_of(application)
    if facts is None or facts.balance.open_cents == 0:
        return redirect("portal:status", application_id=application_id)
    attempt = _invoice(application, facts)
    if attempt is None:
        return redirect("portal:pay", application_id=application_id)
    page = {
        "application": application,
        "service": application.service,
        "bank": registry.get("transfer").instructions(attempt),
        "is_demo": organisation.town().is_demo,
        "nav_current": "cases",
    }
    return render(request, "portal/invoice.html", page)


def _invoice(application: Application, facts: MoneyFacts) -> PaymentAttempt | None:
    """The invoice that waits, over what is open; None where none was chosen or may be made."""
    waiting = facts.awaited if facts.by_invoice else None
    if waiting is None or waiting.amount_cents == facts.balance.open_cents:
        return waiting
    try:  # a part was paid since: it asks for more than is open and gets a successor
        return actions.start_attempt(
            claim=facts.claim, provider="transfer", actor=actor_for(application)
        )
    except errors.PaymentError:
        return None


@require_safe
@personal
def counter(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Where and when to pay in person, and what to bring."""
    application = application_for(request, application_id)
    facts = money_of(application)
    if facts is None or facts.balance.open_cents == 0:
        return redirect("portal:status", application_id=application_id)
    office = shell.main_office()
    page = {
        "application": application,
        "service": application.service,
        "money": facts,
        "office": office,
        "office_status": hours.status(office) if office else None,
        "days": week(office) if office else [],
        "town": organisation.town(),
        "nav_current": "cases",
    }
    return render(request, "portal/counter.html", page)

"""Kasse: every euro accounted for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.core.money import Money
from rathaus.desk import lookup, params, rows
from rathaus.desk.access import DeskRequest
from rathaus.desk.history import Entry, entry
from rathaus.payments import queries
from rathaus.payments.events import ClaimCancelled
from rathaus.payments.models import Claim, CounterReceipt, PaymentAttempt, PaymentIssue, Refund
from rathaus.payments.models.refund import RELEASABLE_STATES, WAITING_STATES
from rathaus.payments.models.refund import Refund as RefundModel
from rathaus.payments.states import (
    AttemptState,
    ClaimState,
    IssueState,
    RefundState,
)
from rathaus.proceedings.models import Application

TABS = ("offen", "ueberfaellig", "klaeren", "erstattungen", "eingaenge", "bezahlt", "ueberzahlt")
BY_DUE = {"offen", "ueberfaellig"}
FOUND = "treffer"
"""The list of a search by name: claims in every state."""
REFUND_TONES = {
    RefundState.CREATED: "wait",
    RefundState.REQUESTING: "work",
    RefundState.PENDING: "work",
    RefundState.DONE: "done",
    RefundState.FAILED: "bad",
    RefundState.UNKNOWN: "bad",
    RefundState.REJECTED: "off",
}
CLAIM_TABS = {
    "offen": ClaimState.OPEN,
    "bezahlt": ClaimState.PAID,
    "ueberzahlt": ClaimState.OVERPAID,
}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The lists of the cash desk, and the search for a Kassenzeichen or a name."""
    text = params.text(request.GET, "q", 60)
    tab = params.text(request.GET, "tab", 20)
    tab = tab if tab in TABS else TABS[0]
    if text:
        claim = queries.find_claim(text) or _by_case(text)
        if claim is not None:
            return redirect("desk:claim", claim.public_id)
        if _of(text).exists():
            tab = FOUND
        else:
            messages.info(request, _("Zu „%(text)s“ gibt es keine Forderung.") % {"text": text})
    after = params.cursor(request)
    try:
        page = _page(tab, after, text)
    except queries.BadCursor:
        page = _page(tab, "", text)
    where = {"q": text} if tab == FOUND else {"tab": tab}
    context = {
        "nav_current": "cash",
        "tab": tab,
        "tabs": _tabs(tab),
        "by_due": tab in BY_DUE,
        "text": text,
        "rows": _rows(tab, page.items),
        "next_url": reverse("desk:cash") + params.query(nach=page.after, **where)
        if page.after
        else "",
    }
    return render(request, "desk/cash.html", context)


@require_safe
def claim(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """One claim with its account, payments, refunds and issues."""
    return claim_page(request, find(ident))


def find(ident: uuid.UUID) -> Claim:
    """A claim by its public id. Raises: Http404."""
    found = Claim.objects.filter(public_id=ident).select_related("chain").first()
    if found is None:
        raise Http404
    return found


def claim_page(
    request: DeskRequest,
    found: Claim,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    """The page of a claim, after a mistake with what was typed."""
    desk = request.desk
    balance = queries.balance(found)
    application = (
        Application.objects.filter(claim=found)
        .select_related("case__office", "version__service")
        .first()
    )
    refundable = balance.confirmed_cents - balance.refunded_cents - balance.returning_cents
    context = {
        "nav_current": "cash",
        "claim": found,
        "tone": rows.PAYMENT_TONES[ClaimState(found.state)],
        "balance": balance,
        "attempts": found.attempts.select_related("counter_receipt").order_by("-number"),
        "refunds": [_refund(row, desk.staff.user_id) for row in found.refunds.order_by("-number")],
        "issues": PaymentIssue.objects.filter(claim=found).order_by("-created_at"),
        "application": application,
        "case_visible": lookup.applications(desk).filter(claim=found).exists(),
        "methods": CounterReceipt.Method.choices,
        "open_text": _amount(balance.open_cents),
        "refund_text": _amount(balance.overpaid_cents or refundable),
        "can_pay": balance.open_cents > 0,
        "can_waive": found.state == ClaimState.OPEN and desk.can("payment.refund"),
        "cancelled": _cancellation(found),
        "can_refund": refundable > 0 and desk.can("payment.refund"),
        "typed": typed or {},
        "errors": errors or {},
    }
    return render(request, "desk/claim.html", context, status=status)


def _amount(cents: int) -> str:
    return Money(cents).format().replace("\u00a0€", "")


def _refund(row: RefundModel, me: Any) -> dict[str, Any]:
    state = RefundState(row.state)
    return {
        "row": row,
        "tone": REFUND_TONES[state],
        "waits": state == RefundState.CREATED,
        "again": state in {RefundState.UNKNOWN, RefundState.REQUESTING},
        "failed": state == RefundState.FAILED,
        "stays": state in RELEASABLE_STATES,
        "mine": row.requested_by == str(me),
    }


def _cancellation(found: Claim) -> Entry | None:
    """Who cancelled the claim, when and why, as the record says."""
    if found.state != ClaimState.CANCELLED:
        return None
    rows = found.chain.events.filter(type=ClaimCancelled.name, data__claim_id=str(found.public_id))
    row = rows.select_related("personal_row").first()
    return entry(row) if row else None


def _by_case(text: str) -> Claim | None:
    return Claim.objects.filter(application__case__reference__iexact=text.strip()).first()


def _of(name: str) -> QuerySet[Any, Any]:
    """Keys of the claims of people whose name contains `name`: who pays rarely has the number."""
    rows = Application.objects.filter(applicant_folded__contains=name.casefold())
    return rows.exclude(claim=None).values("claim_id")


def _page(tab: str, after: str, text: str) -> queries.Page[Any]:
    if tab == FOUND:
        return queries.claims(among=_of(text), after=after)
    if tab in CLAIM_TABS:
        return queries.claims(state=CLAIM_TABS[tab], after=after)
    if tab == "ueberfaellig":
        return queries.overdue_page(after=after)
    if tab == "klaeren":
        return queries.open_issues(after=after)
    if tab == "erstattungen":
        return queries.refunds(after=after)
    return queries.payments(after=after)


def _tabs(current: str) -> list[dict[str, Any]]:
    waiting = Refund.objects.filter(state__in=WAITING_STATES).count()
    numbers = {
        "offen": Claim.objects.filter(state=ClaimState.OPEN).count(),
        "ueberfaellig": queries.overdue().count(),
        "klaeren": PaymentIssue.objects.filter(state=IssueState.OPEN).count(),
        "erstattungen": waiting,
        "ueberzahlt": Claim.objects.filter(state=ClaimState.OVERPAID).count(),
    }
    labels = {
        "offen": _("Offen"),
        "ueberfaellig": _("Überfällig"),
        "klaeren": _("Zu klären"),
        "erstattungen": _("Erstattungen"),
        "eingaenge": _("Eingänge"),
        "bezahlt": _("Bezahlt"),
        "ueberzahlt": _("Überzahlt"),
    }
    home = reverse("desk:cash")
    return [
        {
            "label": label,
            "count": numbers.get(key),
            "url": home + params.query(tab="" if key == TABS[0] else key),
            "current": key == current,
        }
        for key, label in labels.items()
    ]


def _rows(tab: str, items: Iterable[Any]) -> list[dict[str, Any]]:
    found = list(items)
    claims = found if tab in {*CLAIM_TABS, *BY_DUE, FOUND} else [row.claim for row in found]
    keys = {row.pk for row in claims}
    owners = dict(
        Application.objects.filter(claim__in=keys).values_list("claim_id", "applicant_name")
        if keys
        else ()
    )
    received: dict[int, int] = {}
    if tab in BY_DUE and keys:
        sums = PaymentAttempt.objects.filter(claim__in=keys, state=AttemptState.CONFIRMED)
        for pk, cents in sums.values_list("claim_id").annotate(Sum("received_cents")):
            received[pk] = cents
    return [
        {
            "row": row,
            "claim": one,
            "owner": owners.get(one.pk, ""),
            "received": received.get(one.pk, 0),
            "tone": _tone(tab, row),
        }
        for row, one in zip(found, claims, strict=True)
    ]


def _tone(tab: str, row: Any) -> str:
    if tab == "erstattungen":
        return REFUND_TONES[RefundState(row.state)]
    return rows.PAYMENT_TONES[ClaimState(row.state)] if tab == FOUND else ""

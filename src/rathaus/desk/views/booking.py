"""What the cashier books: money in, money back, issues settled."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rathaus.core.money import Money, MoneyError
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import cash
from rathaus.payments import actions, errors
from rathaus.payments.models import Claim, CounterReceipt, PaymentIssue, Refund

MOST_CENTS = 100_000_000
"""A million euros; more is a typing error."""
Booking = Callable[[DeskRequest, Claim], HttpResponse | None]


class Wrong(Exception):
    """A field cannot be used; `name` is its id on the page."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.text = text


def booking(act: Booking) -> Callable[..., HttpResponse]:
    """A POST on one claim; mistakes show the claim again with what was typed."""

    @wraps(act)
    def view(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
        claim = cash.find(ident)
        try:
            response = act(request, claim)
        except Wrong as wrong:
            typed = {key: params.text(request.POST, key, 300) for key in request.POST}
            return cash.claim_page(
                request, claim, status=422, typed=typed, errors={wrong.name: wrong.text}
            )
        except errors.PaymentError as error:
            messages.warning(request, str(error))
            response = None
        return response or redirect("desk:claim", claim.public_id)

    return require_POST(view)


@booking
def counter(request: DeskRequest, claim: Claim) -> HttpResponse | None:
    """Cash or card at the counter of the Kasse."""
    method = params.text(request.POST, "method", 10)
    if method not in CounterReceipt.Method.values:
        raise Wrong("method", _("Wählen Sie bar oder Karte."))
    try:
        receipt = actions.record_counter_payment(
            claim=claim,
            amount=_amount(request, "amount"),
            method=method,
            staff=request.desk.actor(),
            seen_cents=params.whole(request.POST, "open"),
        )
    except errors.AmountWrong as error:
        raise Wrong("amount", str(error)) from error
    messages.success(
        request, _("Zahlung gebucht. Quittung %(number)s.") % {"number": receipt.number}
    )
    return None


@booking
def transfer(request: DeskRequest, claim: Claim) -> HttpResponse | None:
    """A credit on the bank statement."""
    amount = _amount(request, "transfer")
    entry = params.text(request.POST, "entry", 65)
    if not entry or len(entry) > 64:
        raise Wrong("entry", _("Geben Sie die Nummer der Buchung auf dem Kontoauszug ein."))
    attempt = actions.record_incoming_transfer(
        claim=claim, amount=amount, bank_reference=entry, actor=request.desk.actor()
    )
    if attempt.claim_id != claim.pk:
        raise Wrong("entry", _("Diese Buchung gehört schon zu einer anderen Forderung."))
    messages.success(request, _("Die Überweisung ist gebucht."))
    return None


@booking
def refund(request: DeskRequest, claim: Claim) -> HttpResponse | None:
    """Ask for a refund; another person releases it above the limit."""
    if not request.desk.can("payment.refund"):
        raise PermissionDenied("payment.refund")
    reason = params.text(request.POST, "reason", 300)
    amount = _amount(request, "refund")
    if len(reason) < 5:
        raise Wrong("reason", _("Nennen Sie den Grund in wenigen Worten."))
    try:
        actions.request_refund(
            claim=claim, amount_cents=amount.cents, reason=reason, actor=request.desk.actor()
        )
    except errors.RefundTooLarge as error:
        most = Money(error.refundable_cents).format()
        text = _("Auf einmal lassen sich höchstens %(most)s erstatten.") % {"most": most}
        raise Wrong("refund", text) from error
    except errors.AmountWrong as error:
        raise Wrong("refund", str(error)) from error
    messages.success(request, _("Die Erstattung ist angefordert. Geben Sie sie unten frei."))
    return None


@booking
def waive(request: DeskRequest, claim: Claim) -> HttpResponse | None:
    """Give up what is open: the resident owes nothing any more."""
    if not request.desk.can("payment.refund"):
        raise PermissionDenied("payment.refund")
    reason = params.text(request.POST, "why", 300)
    if len(reason) < 5:
        raise Wrong("why", _("Nennen Sie den Grund in wenigen Worten."))
    actions.waive_claim(claim=claim, reason=reason, actor=request.desk.actor())
    messages.success(request, _("Die Gebühr ist erlassen. Der Grund steht in der Akte."))
    return None


@require_POST
def settle_refund(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Release, note as paid by hand, or reject a refund."""
    row = Refund.objects.filter(public_id=ident).select_related("claim__chain", "attempt").first()
    if row is None:
        raise Http404
    if not request.desk.can("payment.refund"):
        raise PermissionDenied("payment.refund")
    what = params.text(request.POST, "act", 20)
    actor = request.desk.actor()
    try:
        if what == "execute":
            row = actions.execute_refund(refund=row, actor=actor)
            text = _("Erstattung: %(state)s.") % {"state": row.get_state_display()}
        elif what == "by_hand":
            note = params.text(request.POST, "note", 100)
            if len(note) < 3:
                messages.warning(request, _("Vermerken Sie, wie und wann erstattet wurde."))
                return redirect("desk:claim", row.claim.public_id)
            row = actions.record_manual_refund(refund=row, note=note, actor=actor)
            text = _("Die Erstattung ist als erledigt vermerkt.")
        elif what == "reject":
            row = actions.reject_refund(refund=row, actor=actor)
            text = _("Die Erstattung ist abgelehnt.")
        else:
            raise Http404
    except errors.PaymentError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, text)
    return redirect("desk:claim", row.claim.public_id)


@require_POST
def settle_issue(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Note what was done about an issue."""
    issue = PaymentIssue.objects.filter(public_id=ident).select_related("claim__chain").first()
    if issue is None:
        raise Http404
    text = params.text(request.POST, "resolution", 300)
    if len(text) < 3:
        messages.warning(request, _("Vermerken Sie, was Sie geklärt haben."))
    elif actions.resolve_issue(issue=issue, resolution=text, actor=request.desk.actor()):
        messages.success(request, _("Geklärt und in der Akte vermerkt."))
    else:
        messages.info(request, _("Das hat schon jemand geklärt."))
    return redirect("desk:claim", issue.claim.public_id)


def _amount(request: DeskRequest, name: str) -> Money:
    try:
        amount = Money.parse(params.text(request.POST, name, 20))
    except MoneyError:
        raise Wrong(name, _("Geben Sie einen Betrag ein, zum Beispiel 26,00.")) from None
    if not 0 < amount.cents <= MOST_CENTS:
        raise Wrong(name, _("Geben Sie einen Betrag über null ein, zum Beispiel 26,00."))
    return amount

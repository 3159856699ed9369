"""What happens to the money when a case ends without its service."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.payments import actions as payments
from rathaus.payments import queries as payment_queries
from rathaus.proceedings.models import Application


def settle_claim(application: Application, *, refund: bool, reason: str, actor: Actor) -> None:
    """Cancel what is still open and, if `refund`, give back what was paid.

    The refund itself is carried out by a job of the payments room.
    """
    claim = application.claim
    if claim is None:
        return
    balance = payment_queries.balance(claim)
    paid = balance.confirmed - balance.refunded
    if refund and paid.cents > 0:
        payments.request_refund(claim=claim, amount_cents=paid.cents, reason=reason, actor=actor)
    if not balance.is_paid:
        payments.cancel_claim(claim=claim, reason=reason, actor=actor)

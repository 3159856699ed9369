"""What happens to the money when a case ends without its service."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.core.jobs import enqueue
from rathaus.payments import actions as payments
from rathaus.payments import queries as payment_queries
from rathaus.proceedings import jobs
from rathaus.proceedings.models import Application


def hold_claim(application: Application) -> None:
    """Take the lock of the claim before that of the application, and re-read the claim.

    A payment locks claim, record and application in this order. Whatever moves an application
    that may have a payment under way begins in the same way, or the two wait for each other.
    """
    if application.claim is not None:
        payments.serialise(application.claim)


def settle_claim(application: Application, *, refund: bool, reason: str, actor: Actor) -> None:
    """Cancel what is still open and, if `refund`, give back what was paid.

    A job carries a refund out where the provider can do it and its amount is within what needs
    no second person; otherwise it waits for the cashier, who sees it beside "Kasse".
    """
    claim = application.claim
    if claim is None:
        return
    balance = payment_queries.balance(claim)
    paid = balance.confirmed - balance.refunded
    if refund and paid.cents > 0:
        for row in payments.request_all(claim=claim, reason=reason, actor=actor):
            enqueue(jobs.pay_back, refund_id=row.pk)
    if not balance.is_paid:
        payments.cancel_claim(claim=claim, reason=reason, actor=actor)

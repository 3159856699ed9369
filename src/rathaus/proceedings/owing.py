"""What a letter says about money: how to pay what is open, and nothing where nothing is."""

from __future__ import annotations

from contextlib import suppress

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.payments import fees
from rathaus.payments import queries as payments
from rathaus.payments.fees import FeeLine
from rathaus.payments.models import Claim
from rathaus.payments.providers import transfer
from rathaus.payments.providers.transfer.girocode import PayeeInvalid, grouped
from rathaus.payments.states import ON_ITS_WAY
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.outcome import Outcome
from rathaus.theme.documents import Payment


def due_once_granted(application: Application) -> list[FeeLine]:
    """The fee that the decision sets: of a service that charges afterwards, and has not yet."""
    service = application.service
    if service.payment_policy != "after" or application.claim is not None:
        return []
    return fees.assess(service.fees, application.answers, on=today())


def lets_go(application: Application, *, outcome: str, refund: bool | None) -> bool:
    """A decision that gives the fee back; then what is open is not owed either.

    `refund` overrides the rule of the service.
    """
    rule = application.service.fee_refund_on_rejection
    return outcome == Outcome.REJECTED and (rule if refund is None else refund)


def to_pay(claim: Claim | None) -> Payment | None:
    """The bank details for what is open of a claim at this moment.

    A town without a valid account takes money at the counter: then only the Kassenzeichen.
    """
    balance = payments.balance(claim) if claim is not None else None
    if claim is None or balance is None or not balance.open_cents:
        return None
    bank: dict[str, str] = {}
    with suppress(PayeeInvalid):
        order = transfer.transfer_of(claim, balance.open)
        bank = {
            "payee": order.payee.name,
            "iban": order.payee.iban_grouped,
            "bic": order.payee.bic,
        }
        with suppress(ValueError):  # a reference no bank app reads: the text says it all
            bank["girocode"] = str(order.svg())
    return Payment(
        amount_cents=balance.open_cents,
        assessed_cents=claim.amount_cents,
        reference=grouped(claim.payment_reference),
        due_on=claim.due_on,
        under_way=claim.attempts.filter(state__in=ON_ITS_WAY).exists(),
        demo=organisation.town().is_demo,
        **bank,
    )

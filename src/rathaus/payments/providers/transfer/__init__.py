"""Invoice: bank transfer with RF reference and GiroCode."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rathaus.core.money import Money
from rathaus.organisation import queries
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers.base import Provider, Snapshot, Status, registry
from rathaus.payments.providers.transfer.girocode import Payee, PayeeInvalid, Transfer


@registry.register("transfer")
class BankTransfer(Provider):
    """The attempt waits until the credit is recorded; any bank can pay it."""

    key = "transfer"
    public_name = _("Rechnung (Überweisung)")
    description = _("Sie überweisen den Betrag. Wir zeigen Ihnen die Bankdaten.")
    remote = False

    def is_available(self) -> bool:
        try:
            payee()
        except PayeeInvalid:
            return False
        return True

    def start(self, attempt: PaymentAttempt) -> Snapshot:
        return Snapshot(
            "",
            Status.AWAITING_PAYER,
            attempt.amount_cents,
            attempt.currency,
            str(attempt.public_id),
        )

    def instructions(self, attempt: PaymentAttempt) -> Mapping[str, object]:
        """`svg` is an image with a text alternative; everything in it stands beside it, too."""
        transfer = transfer_of(attempt.claim, attempt.amount)
        return {
            "payee_name": transfer.payee.name,
            "iban": transfer.payee.iban_grouped,
            "iban_compact": transfer.payee.iban,
            "bic": transfer.payee.bic,
            "amount": attempt.amount,
            "reference": transfer.reference,
            "reference_grouped": transfer.reference_grouped,
            "due_on": attempt.claim.due_on,
            "svg": transfer.svg(),
        }


def transfer_of(claim: Claim, amount: Money) -> Transfer:
    """What to type at the bank to pay `amount` of a claim. Raises: PayeeInvalid."""
    return Transfer(payee(), amount, claim.payment_reference)


def payee() -> Payee:
    """The town's account. Raises: PayeeInvalid if there is none."""
    town = queries.town()
    made = Payee(name=town.creditor_name, iban=town.creditor_iban, bic=town.creditor_bic)
    made.check()
    return made

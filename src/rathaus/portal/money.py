"""What a resident sees of claim and payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rathaus.core.money import Money
from rathaus.payments import queries
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.queries import Balance
from rathaus.payments.states import ON_ITS_WAY
from rathaus.proceedings.models import Application


@dataclass(frozen=True)
class MoneyFacts:
    """A claim in the words of the status page."""

    claim: Claim
    balance: Balance
    attempt: PaymentAttempt | None
    """The newest, whatever became of it."""
    awaited: PaymentAttempt | None = None
    """The newest that waits for the payer."""
    received: Sequence[PaymentAttempt] = ()
    """What came, oldest first."""

    @property
    def can_pay(self) -> bool:
        """Something is open, and no payment may already be on its way."""
        return self.balance.open_cents > 0 and self.claim.state == "open" and not self.is_waiting

    @property
    def is_waiting(self) -> bool:
        """A payment service is still working on it."""
        return self.attempt is not None and self.attempt.state in ON_ITS_WAY

    @property
    def is_paid(self) -> bool:
        """Covered, and something was owed."""
        return self.balance.is_paid and self.balance.confirmed_cents > 0

    @property
    def is_part_paid(self) -> bool:
        """Something came, and something is still to pay."""
        return self.balance.confirmed_cents > self.balance.refunded_cents and self.can_pay

    @property
    def by_invoice(self) -> bool:
        """The resident chose the invoice."""
        return self.awaited is not None and self.awaited.provider == "transfer" and self.can_pay

    @property
    def is_assessed(self) -> bool:
        """All of the fee is still to pay, as it was set."""
        return self.balance.open_cents == self.claim.amount_cents

    @property
    def open(self) -> Money:
        """What is still to pay."""
        return self.balance.open

    @property
    def state_text(self) -> str:
        """One or two words."""
        if self.claim.state == "cancelled":
            return _("aufgehoben")
        if self.is_paid:
            return _("bezahlt")
        if self.balance.returning_cents or self.balance.refunded_cents:
            return _("erstattet") if not self.balance.returning_cents else _("wird erstattet")
        if self.is_waiting:
            return _("wird geprüft")
        return _("offen")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        if self.is_paid:
            return "done"
        return "off" if self.claim.state == "cancelled" else "wait"


def money_of(application: Application) -> MoneyFacts | None:
    """The claim of an application, or None where nothing is owed."""
    claim = application.claim
    if claim is None:
        return None
    attempts = list(claim.attempts.order_by("-number"))
    if any(attempt.state == "confirmed" for attempt in attempts):
        balance = queries.balance(claim)
    else:  # nothing came, so nothing went back: no need to add up
        balance = Balance(claim.due_cents, 0, 0, 0, claim.currency)
    newest = attempts[0] if attempts else None
    received = [attempt for attempt in reversed(attempts) if attempt.state == "confirmed"]
    return MoneyFacts(claim, balance, newest, queries.awaited(attempts), received)

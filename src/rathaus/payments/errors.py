"""What can go wrong for the caller; messages are for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rathaus.core.money import Money
from rathaus.payments.models import PaymentAttempt


class PaymentError(Exception):
    """Base. `message` is a plain sentence in German for the person in front of the page."""

    message = _("Die Zahlung ist gerade nicht möglich.")

    def __str__(self) -> str:
        return str(self.message)


class ClaimNotPayable(PaymentError):
    """The claim is paid, cancelled or zero."""

    message = _("Hier ist nichts mehr zu bezahlen.")


class ProviderNotAvailable(PaymentError):
    """Not configured, or unknown."""

    message = _("Diese Zahlungsart steht nicht zur Verfügung.")


class PaymentInProgress(PaymentError):
    """Another attempt may already have moved money; `attempt` is that one."""

    message = _("Eine Zahlung wird gerade bearbeitet. Bitte warten Sie einen Moment.")

    def __init__(self, attempt: PaymentAttempt) -> None:
        super().__init__()
        self.attempt = attempt


class AmountWrong(PaymentError):
    """Zero, negative, or more than is open."""

    message = _(
        "Der Betrag passt nicht zur offenen Forderung. Geben Sie mehr als null und höchstens so "
        "viel ein, wie noch offen ist."
    )


class OpenAmountChanged(PaymentError):
    """Something came in since the cashier saw the page, such as the first of two clicks.

    `booked` is the newest payment; `still_open` is what is open now.
    """

    message = _(
        "Inzwischen sind %(amount)s eingegangen (%(reference)s). Offen sind jetzt %(open)s. "
        "Es wurde nichts gebucht."
    )

    def __init__(self, booked: PaymentAttempt | None, still_open: Money) -> None:
        super().__init__()
        self.booked = booked
        self.still_open = still_open

    def __str__(self) -> str:
        if self.booked is None:
            text = _("Offen sind jetzt %(open)s. Es wurde nichts gebucht.")
            return str(text) % {"open": self.still_open.format()}
        came = Money(self.booked.received_cents, self.booked.currency)
        return str(self.message) % {
            "amount": came.format(),
            "reference": self.booked.provider_reference,
            "open": self.still_open.format(),
        }


class RefundTooLarge(PaymentError):
    """No payment has that much left. `refundable_cents` is the most that can go back."""

    message = _("So viel kann nicht erstattet werden.")

    def __init__(self, refundable_cents: int) -> None:
        super().__init__()
        self.refundable_cents = refundable_cents


class FourEyesRequired(PaymentError):
    """Beyond the limit: the same person asked for the refund, or no person releases it.

    `limit` is what one claim may be given back in sum without a second person.
    """

    message = _(
        "Diese Erstattung muss eine zweite Person freigeben. Allein dürfen Sie für eine Forderung "
        "zusammen höchstens %(limit)s erstatten."
    )

    def __init__(self, limit: Money) -> None:
        super().__init__()
        self.limit = limit

    def __str__(self) -> str:
        return str(self.message) % {"limit": self.limit.format()}


class ManualRefundNeeded(PaymentError):
    """The way of payment has no way back by machine."""

    message = _("Bitte erstatten Sie den Betrag von Hand und vermerken Sie das hier.")

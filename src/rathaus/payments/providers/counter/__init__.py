"""Cash or card at the counter, recorded by staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rathaus.payments.models import PaymentAttempt
from rathaus.payments.providers.base import Provider, Snapshot, Status, registry


@registry.register("counter")
class Counter(Provider):
    """Money is taken with `actions.record_counter_payment`; nothing to start from outside."""

    key = "counter"
    public_name = _("Zahlung im Rathaus")
    description = _("Sie bezahlen bar oder mit Karte an der Kasse im Rathaus.")
    remote = False

    def start(self, attempt: PaymentAttempt) -> Snapshot:
        return Snapshot(
            "",
            Status.AWAITING_PAYER,
            attempt.amount_cents,
            attempt.currency,
            str(attempt.public_id),
        )

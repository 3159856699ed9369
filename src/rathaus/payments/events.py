"""What the history of a case says about money.

Reasons are typed by people and may name somebody: they go to the erasable part.
"""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("claim.created", text=_("Gebühr festgestellt"), public=True)
class ClaimCreated(EventType):
    claim_id: str
    payment_reference: str
    amount_cents: int


@event_type("claim.paid", text=_("Gebühr bezahlt"), public=True)
class ClaimPaid(EventType):
    """The claim is covered. `amount_cents` is what has been received in all."""

    claim_id: str
    amount_cents: int
    provider: str


@event_type("claim.overpaid", text=_("Mehr gezahlt als geschuldet"), public=False)
class ClaimOverpaid(EventType):
    claim_id: str
    overpaid_cents: int


@event_type("claim.reopened", text=_("Gebühr ist wieder offen"), public=False)
class ClaimReopened(EventType):
    """Money went back without our doing: chargeback, refund in the provider's console."""

    claim_id: str
    open_cents: int


@event_type("claim.cancelled", text=_("Gebühr aufgehoben"), public=True)
class ClaimCancelled(EventType):
    claim_id: str
    reason: Annotated[str, Personal] = ""


@event_type("claim.reduced", text=_("Gebühr ermäßigt"), public=True)
class ClaimReduced(EventType):
    claim_id: str
    waived_cents: int
    reason: Annotated[str, Personal] = ""


@event_type("attempt.started", text=_("Zahlung begonnen"), public=False)
class AttemptStarted(EventType):
    claim_id: str
    attempt_id: str
    provider: str
    amount_cents: int


@event_type("attempt.pending", text=_("Zahlung in Prüfung beim Zahlungsdienst"), public=True)
class AttemptPending(EventType):
    claim_id: str
    attempt_id: str
    provider: str
    reason: str


@event_type("attempt.confirmed", text=_("Zahlung eingegangen"), public=False)
class AttemptConfirmed(EventType):
    claim_id: str
    attempt_id: str
    provider: str
    received_cents: int
    provider_reference: str


@event_type("attempt.ended", text=_("Zahlung nicht zustande gekommen"), public=False)
class AttemptEnded(EventType):
    """`outcome` is failed, cancelled or expired."""

    claim_id: str
    attempt_id: str
    provider: str
    outcome: str
    reason: str


@event_type("refund.requested", text=_("Erstattung veranlasst"), public=True)
class RefundRequested(EventType):
    claim_id: str
    refund_id: str
    amount_cents: int
    reason: Annotated[str, Personal] = ""


@event_type("refund.done", text=_("Gebühr erstattet"), public=True)
class RefundDone(EventType):
    claim_id: str
    refund_id: str
    amount_cents: int
    origin: str


@event_type("refund.failed", text=_("Erstattung fehlgeschlagen"), public=False)
class RefundFailed(EventType):
    claim_id: str
    refund_id: str
    failure: str


@event_type("payment.issue", text=_("Zahlung muss geprüft werden"), public=False)
class PaymentIssueRaised(EventType):
    claim_id: str
    kind: str
    amount_cents: int


@event_type("payment.issue_resolved", text=_("Zahlung geprüft"), public=False)
class PaymentIssueResolved(EventType):
    claim_id: str
    kind: str
    resolution: Annotated[str, Personal] = ""

"""Everything that writes. Remote calls happen only in `start_attempt`, `settle`,
`execute_refund`, and never inside a transaction."""

from rathaus.payments.actions.attempts import (
    cancel_attempt,
    choose_counter,
    choose_local,
    start_attempt,
)
from rathaus.payments.actions.cashdesk import (
    record_counter_payment,
    record_incoming_transfer,
    resolve_issue,
)
from rathaus.payments.actions.claims import cancel_claim, create_claim, waive_claim
from rathaus.payments.actions.ledger import serialise
from rathaus.payments.actions.notifications import receive_notification
from rathaus.payments.actions.refunds import (
    execute_refund,
    record_manual_refund,
    reject_refund,
    request_all,
    request_refund,
)
from rathaus.payments.actions.settlement import settle

__all__ = [
    "cancel_attempt",
    "cancel_claim",
    "choose_counter",
    "choose_local",
    "create_claim",
    "execute_refund",
    "receive_notification",
    "record_counter_payment",
    "record_incoming_transfer",
    "record_manual_refund",
    "reject_refund",
    "request_all",
    "request_refund",
    "resolve_issue",
    "serialise",
    "settle",
    "start_attempt",
    "waive_claim",
]

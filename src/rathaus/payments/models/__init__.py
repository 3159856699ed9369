"""What is owed (Claim), each try to pay it (PaymentAttempt), money back (Refund)."""

from rathaus.payments.models.attempt import CounterReceipt, PaymentAttempt
from rathaus.payments.models.claim import Claim
from rathaus.payments.models.issue import PaymentIssue
from rathaus.payments.models.notification import ProviderNotification
from rathaus.payments.models.refund import Refund

__all__ = [
    "Claim",
    "CounterReceipt",
    "PaymentAttempt",
    "PaymentIssue",
    "ProviderNotification",
    "Refund",
]

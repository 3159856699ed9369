"""The contract between payments and a way to pay (MUST, SHOULD, MAY as in RFC 2119)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from rathaus.core.registry import Registry

if TYPE_CHECKING:
    from rathaus.payments.models import PaymentAttempt, Refund


class ProviderError(Exception):
    """`code` is the provider's machine word, `debug_id` what its support asks for."""

    def __init__(self, code: str, *, debug_id: str = "") -> None:
        super().__init__(f"{code} (debug id {debug_id})" if debug_id else code)
        self.code = code[:100]
        self.debug_id = debug_id


class OutcomeUnknown(ProviderError):
    """The call may or may not have had its effect: timeout, 5xx, unreadable answer."""


class NotReached(OutcomeUnknown):
    """The call certainly had no effect yet; later it may work: 429, no connection."""


class Refused(ProviderError):
    """The provider said no for good; the request id MUST NOT be used again."""


class NotFound(Refused):
    """The provider does not know the thing (any more)."""


class AlreadyDone(Refused):
    """What was asked for had happened before: re-read and go on."""


class PayerMustAct(Refused):
    """The payer has to go to the provider (again), e.g. to choose another account."""


class Status(StrEnum):
    """What a provider says about one attempt."""

    AWAITING_PAYER = "awaiting_payer"
    APPROVED = "approved"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundStatus(StrEnum):
    """What a provider says about one refund."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class RefundSnapshot:
    """`invoice_id` is ours if we asked for the refund."""

    reference: str
    status: RefundStatus
    amount_cents: int
    currency: str
    invoice_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One attempt as the provider sees it now. Amounts in cents, never guessed."""

    reference: str
    status: Status
    amount_cents: int
    currency: str
    merchant_reference: str
    """What we gave as the attempt's public id (PayPal: custom_id)."""
    redirect_url: str = ""
    capture_reference: str = ""
    captured_cents: int = 0
    fee_cents: int = 0
    reason: str = ""
    refunds: tuple[RefundSnapshot, ...] = ()
    reversed: bool = False


class Provider(ABC):
    """A way to pay.

    A provider MUST be stateless: everything to remember stands on the PaymentAttempt.
    It MUST NOT open a transaction, write to the database or record events; it MUST raise
    only ProviderError and its subclasses for what goes wrong outside. It MUST send the
    request ids found on attempt and refund as idempotency keys and MUST NOT make up its
    own. It MUST NOT send names, addresses or the title of the service anywhere.

    `refresh` MUST have no effect at the provider. A provider SHOULD raise NotReached only
    if it is certain that nothing happened, and OutcomeUnknown in every doubtful case.
    It MAY be local (`remote = False`); then `start` MUST NOT leave the process, the
    attempt waits for somebody to record the money, and the poller leaves it alone.
    """

    key: str
    public_name: str | Promise
    description: str | Promise
    remote: bool = True
    refunds_by_api: bool = False

    def is_available(self) -> bool:
        """Whether the town has configured it. SHOULD NOT make a remote call."""
        return True

    @abstractmethod
    def start(self, attempt: PaymentAttempt) -> Snapshot:
        """Announce the payment. MUST be repeatable with the same `start_request_id`."""

    def refresh(self, attempt: PaymentAttempt) -> Snapshot:
        """Read the attempt at the provider."""
        raise NotImplementedError(self.key)

    def capture(self, attempt: PaymentAttempt) -> Snapshot:
        """Collect an approved payment. MUST send `capture_request_id`."""
        raise NotImplementedError(self.key)

    def refund(self, refund: Refund) -> RefundSnapshot:
        """Give money back. MUST send `request_id`."""
        raise NotImplementedError(self.key)

    def refresh_refund(self, refund: Refund) -> RefundSnapshot:
        """Read a refund that has a `provider_reference`."""
        raise NotImplementedError(self.key)

    def instructions(self, attempt: PaymentAttempt) -> Mapping[str, object]:
        """What a page has to show when there is no redirect; plain values for a template."""
        return {}


registry: Registry[Provider] = Registry("payment_providers")
"""Members by key, in the order in which they are offered."""

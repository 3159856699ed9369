"""Reads: balance, the cashier's lists, finding an attempt."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet, Sum

from rathaus.core.clock import today
from rathaus.core.money import Money
from rathaus.core.prepared import Prepared
from rathaus.payments.models import Claim, PaymentAttempt, PaymentIssue, Refund
from rathaus.payments.providers.base import Provider, registry
from rathaus.payments.states import AttemptState, ClaimState, IssueState, RefundState

M = TypeVar("M", bound=Model)
C = TypeVar("C")
PAGE = 50


@dataclass(frozen=True)
class Balance:
    """A claim's account in cents. Paid means: confirmed minus refunded covers what is due."""

    due_cents: int
    confirmed_cents: int
    refunded_cents: int
    returning_cents: int
    """Refunds asked for but not done."""
    currency: str = "EUR"

    @property
    def is_paid(self) -> bool:
        return self.confirmed_cents - self.refunded_cents >= self.due_cents

    @property
    def open_cents(self) -> int:
        return max(0, self.due_cents - (self.confirmed_cents - self.refunded_cents))

    @property
    def overpaid_cents(self) -> int:
        """What lies here without reason and is not yet on its way back."""
        kept = self.confirmed_cents - self.refunded_cents - self.returning_cents
        return max(0, kept - self.due_cents)

    @property
    def confirmed(self) -> Money:
        return Money(self.confirmed_cents, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_cents, self.currency)

    @property
    def open(self) -> Money:
        return Money(self.open_cents, self.currency)

    @property
    def overpaid(self) -> Money:
        return Money(self.overpaid_cents, self.currency)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list; `after` of the last row opens the next one (keyset pagination)."""

    items: list[M]
    after: str


class BadCursor(ValueError):
    """`after` was not made by us."""


def balance(claim: Claim) -> Balance:
    """Add up what came and what went back."""
    confirmed = claim.attempts.filter(state=AttemptState.CONFIRMED).aggregate(
        cents=Sum("received_cents", default=0)
    )
    under_way = (
        RefundState.CREATED,
        RefundState.REQUESTING,
        RefundState.PENDING,
        RefundState.UNKNOWN,
    )
    refunds = claim.refunds.aggregate(
        done=Sum("amount_cents", filter=Q(state=RefundState.DONE), default=0),
        under_way=Sum("amount_cents", filter=Q(state__in=under_way), default=0),
    )
    return Balance(
        due_cents=claim.due_cents,
        confirmed_cents=confirmed["cents"],
        refunded_cents=refunds["done"],
        returning_cents=refunds["under_way"],
        currency=claim.currency,
    )


def attempt(public_id: uuid.UUID | str) -> PaymentAttempt:
    """By the id that return addresses carry. Raises: PaymentAttempt.DoesNotExist."""
    return PaymentAttempt.objects.select_related("claim__chain").get(public_id=public_id)


_newest_attempt = Prepared(lambda: PaymentAttempt.objects.order_by("-number"), "claim")


def latest_attempt(claim: Claim) -> PaymentAttempt | None:
    """The newest attempt, whatever became of it."""
    with suppress(PaymentAttempt.DoesNotExist):
        return _newest_attempt.get(claim.pk)
    return None


def confirmed_attempts(claim: Claim) -> list[PaymentAttempt]:
    """The payments that arrived, oldest first; the last one covered the claim."""
    rows = claim.attempts.filter(state=AttemptState.CONFIRMED)
    return list(rows.order_by("confirmed_at", "pk"))


def awaited(attempts: Iterable[PaymentAttempt]) -> PaymentAttempt | None:
    """Of a claim's attempts the newest that waits for the payer: how they last chose to pay."""
    waiting = [row for row in attempts if row.state == AttemptState.AWAITING_PAYER]
    return max(waiting, key=lambda row: row.number, default=None)


def providers() -> list[Provider]:
    """What residents can choose from, in order; the counter is for staff."""
    return [way for way in registry if way.is_available() and way.key != "counter"]


def claims(
    *,
    state: str | None = None,
    among: QuerySet[Any, Any] | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page[Claim]:
    """Claims, newest first, optionally of one state or `among` these keys. Raises: BadCursor."""
    rows = Claim.objects.all()
    if state is not None:
        rows = rows.filter(state=ClaimState(state))
    if among is not None:
        rows = rows.filter(pk__in=among)
    return _page(rows, "created_at", after, limit)


def overdue() -> QuerySet[Claim]:
    """Claims that are open after the day on which they were due."""
    return Claim.objects.filter(state=ClaimState.OPEN, due_on__lt=today())


def overdue_page(*, after: str = "", limit: int = PAGE) -> Page[Claim]:
    """The same, the longest overdue first. Raises: BadCursor."""
    rows = overdue()
    if after:
        day, pk = _cursor(after, date.fromisoformat)
        rows = rows.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk))
    found = list(rows.order_by("due_on", "pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], f"{last.due_on}~{last.pk}" if last else "")


def payments(*, after: str = "", limit: int = PAGE) -> Page[PaymentAttempt]:
    """Money that came in, newest first. Raises: BadCursor."""
    rows = PaymentAttempt.objects.filter(confirmed_at__isnull=False).select_related("claim")
    return _page(rows, "confirmed_at", after, limit)


def open_issues(*, after: str = "", limit: int = PAGE) -> Page[PaymentIssue]:
    """What the cashier has to look at, newest first. Raises: BadCursor."""
    rows = PaymentIssue.objects.filter(state=IssueState.OPEN).select_related("claim", "attempt")
    return _page(rows, "created_at", after, limit)


def refunds(*, state: str | None = None, after: str = "", limit: int = PAGE) -> Page[Refund]:
    """Refunds, newest first, e.g. those that wait for release (`created`). Raises: BadCursor."""
    rows = Refund.objects.select_related("claim", "attempt")
    if state is not None:
        rows = rows.filter(state=RefundState(state))
    return _page(rows, "created_at", after, limit)


def find_claim(reference: str) -> Claim | None:
    """By Kassenzeichen, forgiving blanks and case."""
    compact = "".join(reference.split()).upper()
    return Claim.objects.filter(payment_reference=compact).first()


def _page(rows: QuerySet[M], field: str, after: str, limit: int) -> Page[M]:
    if after:
        moment, pk = _cursor(after, _moment)
        rows = rows.filter(Q(**{f"{field}__lt": moment}) | Q(**{field: moment, "pk__lt": pk}))
    found = list(rows.order_by(f"-{field}", "-pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    last = found[-1] if more else None
    return Page(found, f"{getattr(last, field).isoformat()}~{last.pk}" if last else "")


def _cursor(after: str, read: Callable[[str], C]) -> tuple[C, int]:
    """Where a page ended: what it is sorted by, as `read` reads it, and the key."""
    first, separator, pk = after.partition("~")
    try:
        if not separator or len(pk) > 18:
            raise ValueError(after)
        return read(first), int(pk)
    except ValueError as error:
        raise BadCursor(after[:60]) from error


def _moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text.replace(" ", "+"))
    if parsed.tzinfo is None:
        raise ValueError(text)
    return parsed

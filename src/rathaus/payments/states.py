"""The one transition table per object: what may follow what, and why.

A row changes state only through `move`, a compare-and-swap update. That is what makes
return page, webhook and poller in different processes agree on one winner, on SQLite and
PostgreSQL alike (row locks do nothing on SQLite).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.core import clock


class ClaimState(models.TextChoices):
    """What the claim's balance amounts to; kept as a column for queries."""

    OPEN = "open", _("offen")
    PAID = "paid", _("bezahlt")
    OVERPAID = "overpaid", _("überzahlt")
    CANCELLED = "cancelled", _("aufgehoben")


class AttemptState(models.TextChoices):
    """Each state ending in -ing is committed *before* the remote call it announces."""

    CREATED = "created", _("angelegt")
    STARTING = "starting", _("wird begonnen")
    AWAITING_PAYER = "awaiting_payer", _("wartet auf Zahlung")
    APPROVED = "approved", _("freigegeben")
    CAPTURING = "capturing", _("wird eingezogen")
    PENDING = "pending", _("in Prüfung beim Zahlungsdienst")
    CONFIRMED = "confirmed", _("eingegangen")
    FAILED = "failed", _("fehlgeschlagen")
    CANCELLED = "cancelled", _("abgebrochen")
    EXPIRED = "expired", _("abgelaufen")
    UNKNOWN = "unknown", _("unklar")


ON_ITS_WAY = (AttemptState.APPROVED, AttemptState.CAPTURING, AttemptState.PENDING)
"""The payer has done his part, and the service has not said how it ends: nobody pays again."""


class RefundState(models.TextChoices):
    """A refund's way. Manual ones (transfer, cash) go from created to done."""

    CREATED = "created", _("angefordert")
    REQUESTING = "requesting", _("wird ausgeführt")
    PENDING = "pending", _("in Bearbeitung beim Zahlungsdienst")
    DONE = "done", _("erstattet")
    FAILED = "failed", _("fehlgeschlagen")
    UNKNOWN = "unknown", _("unklar")
    REJECTED = "rejected", _("abgelehnt")


class IssueState(models.TextChoices):
    """A work item of the cashier."""

    OPEN = "open", _("offen")
    RESOLVED = "resolved", _("erledigt")


class IllegalTransition(RuntimeError):
    """The transition table does not know this step: a fault in the program."""


Table = Mapping[str, frozenset[str]]


def _table(rows: dict[str, str]) -> Table:
    return {source: frozenset(targets.split()) for source, targets in rows.items()}


# Money is a fact: whatever we believed before, a confirmation is accepted.
ATTEMPT: Table = _table(
    {
        "created": "starting awaiting_payer confirmed cancelled failed",
        "starting": "awaiting_payer approved pending confirmed failed cancelled expired unknown",
        "unknown": "starting awaiting_payer approved pending confirmed failed cancelled expired",
        "awaiting_payer": "approved pending confirmed failed cancelled expired unknown",
        "approved": "capturing awaiting_payer pending confirmed failed cancelled expired unknown",
        "capturing": ("awaiting_payer approved pending confirmed failed cancelled expired unknown"),
        "pending": "confirmed failed cancelled expired",
        "failed": "approved pending confirmed",
        "cancelled": "approved pending confirmed",
        "expired": "approved pending confirmed",
        "confirmed": "",
    }
)
CLAIM: Table = _table(
    {
        "open": "paid overpaid cancelled",
        "paid": "open overpaid cancelled",
        "overpaid": "open paid cancelled",
        "cancelled": "",
    }
)
REFUND: Table = _table(
    {
        "created": "requesting done rejected",
        "requesting": "pending done failed unknown",
        "unknown": "requesting pending done failed",
        "pending": "done failed",
        "failed": "requesting done rejected",
        "done": "",
        "rejected": "",
    }
)
ISSUE: Table = _table({"open": "resolved", "resolved": "open"})

TABLES: Mapping[str, Table] = {
    "paymentattempt": ATTEMPT,
    "claim": CLAIM,
    "refund": REFUND,
    "paymentissue": ISSUE,
}

M = TypeVar("M", bound=models.Model)


def move(row: M, target: str, **changes: Any) -> bool:
    """Bring `row` from the state this process saw into `target`, with `changes` to its fields.

    Returns False, and re-reads the row, if another process moved it first.
    Raises: IllegalTransition if the table does not allow the step.
    """
    name = row._meta.model_name or ""
    source = str(row.state)  # type: ignore[attr-defined]
    if target not in TABLES[name].get(source, frozenset()):
        raise IllegalTransition(f"{name}: {source} -> {target}")
    return swap(row, {"state": source}, state=target, state_since=clock.now(), **changes)


def swap(row: models.Model, expected: Mapping[str, Any], **changes: Any) -> bool:
    """Compare-and-swap: write `changes` if the stored row still has the `expected` values."""
    manager = type(row)._default_manager
    if manager.filter(pk=row.pk, **expected).update(**changes) != 1:
        row.refresh_from_db()
        return False
    for field, value in changes.items():
        setattr(row, field, value)
    return True

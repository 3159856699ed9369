"""What the law keeps of an account's cases, until when and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from rathaus.accounts.models import Account
from rathaus.proceedings.models import Application, Draft, Message
from rathaus.proceedings.states import OPEN_STATES
from rathaus.records.models import Case


@dataclass(frozen=True)
class Kept:
    """A case with its retention. `until` is empty while it runs: the time begins at its end."""

    application: Application
    until: date | None
    years: int
    basis: str


@dataclass(frozen=True)
class Numbers:
    """How much there is."""

    applications: int
    running: int
    drafts: int
    claims: int
    messages: int


def numbers(account: Account) -> Numbers:
    """Counted for one person: a handful of rows, through indexes."""
    mine = Application.objects.belonging_to(account)
    counted = mine.aggregate(
        all=Count("pk"),
        running=Count("pk", filter=Q(state__in=OPEN_STATES)),
        claims=Count("claim_id"),
    )
    return Numbers(
        applications=counted["all"],
        running=counted["running"],
        drafts=Draft.objects.belonging_to(account).going_on().count(),
        claims=counted["claims"],
        messages=Message.objects.filter(application_id__in=mine.values("pk")).count(),
    )


def kept(rows: Iterable[Application]) -> list[Kept]:
    """Retention of applications that came with case and version."""
    return [_kept(row) for row in rows]


def own_cases(account: Account, most: int) -> list[Kept]:
    """The newest cases the account itself has sent, with retention."""
    rows = Application.objects.filter(account=account).select_related("case", "version__service")
    return kept(rows.defer("answers").order_by("-submitted_at", "-pk")[:most])


def _kept(row: Application) -> Kept:
    case: Case = row.case
    return Kept(row, case.retention_until, case.retention_years, _basis(row))


def _basis(row: Application) -> str:
    return row.version.parsed.filing_rule.retention_basis

""" "Mein Bereich": what an account has to do, what it has sent, begun and to pay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from rathaus.accounts.models import Account
from rathaus.core.clock import now
from rathaus.payments import queries as payments
from rathaus.payments.models import Claim
from rathaus.payments.states import ON_ITS_WAY, AttemptState, ClaimState, RefundState
from rathaus.proceedings import papers
from rathaus.proceedings.models import Application, CorrectionRequest, Draft
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.states import OPEN_STATES, State
from rathaus.records.models import Document, DocumentKind

PAGE = 20
SOON = timedelta(days=7)
"""A draft that is deleted within this time is something to look after."""
MOST_TODO = 20
_CURSOR = re.compile(r"(\S{19,40})_(\d{1,18})")
Show = Literal["all", "open", "todo", "done"]
Money = Literal["all", "open", "paid", "refunded"]


@dataclass(frozen=True)
class Wanted:
    """Which applications; `on_behalf` is an organisation's id, or "me"."""

    show: Show = "all"
    on_behalf: str = ""
    text: str = ""
    after: str = ""


@dataclass(frozen=True)
class Row:
    """An application in a list: where it stands and what comes next."""

    application: Application
    tone: str
    state: str
    next: str
    until: date | None = None
    must_act: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list, with the key that continues it."""

    rows: list[Row] = field(default_factory=list)
    next: str = ""


@dataclass(frozen=True)
class Bill:
    """A claim with its case."""

    application: Application
    claim: Claim
    open_cents: int
    refunded_cents: int = 0
    returning_cents: int = 0
    receipt: Document | None = None
    is_waiting: bool = False
    by_invoice: bool = False

    @property
    def state(self) -> str:
        """``open``, ``waiting``, ``paid``, ``refunded``, ``returning`` or ``cancelled``."""
        if self.returning_cents:
            return "returning"
        if self.refunded_cents:
            return "refunded"
        if self.claim.state == ClaimState.OPEN:
            return "waiting" if self.is_waiting else "open"
        return "cancelled" if self.claim.state == ClaimState.CANCELLED else "paid"


@dataclass(frozen=True)
class Bills:
    """One page of claims."""

    rows: list[Bill] = field(default_factory=list)
    next: str = ""


def applications(account: Account, wanted: Wanted) -> Page:
    """One page, newest first; the number of queries does not grow with the rows."""
    rows = Application.objects.belonging_to(account)
    if wanted.show == "open":
        rows = rows.filter(state__in=OPEN_STATES)
    elif wanted.show == "done":
        rows = rows.exclude(state__in=OPEN_STATES)
    elif wanted.show == "todo":
        rows = rows.filter(state__in=[State.AWAITING_PAYMENT, State.AWAITING_RESIDENT])
    if wanted.on_behalf == "me":
        rows = rows.filter(represented=None)
    elif wanted.on_behalf:
        rows = rows.filter(represented__public_id=wanted.on_behalf)
    if text := wanted.text.strip()[:100]:
        rows = rows.filter(Q(case__reference__icontains=text) | Q(case__title__icontains=text))
    found, key = _page(rows, "submitted_at", wanted.after)
    return Page(_with_next_step(found), key)


def recent(account: Account, most: int) -> list[Row]:
    """What is under way, then what ended last."""
    rows = Application.objects.belonging_to(account)
    open_rows = list(_listed(rows.filter(state__in=OPEN_STATES))[:most])
    left = most - len(open_rows)
    done = list(_listed(rows.exclude(state__in=OPEN_STATES))[:left]) if left else []
    return _with_next_step(open_rows + done)


def drafts(account: Account, most: int = 30) -> list[Draft]:
    """What was begun and not sent, the last one first."""
    rows = Draft.objects.belonging_to(account).going_on()
    return list(rows.select_related("version__service").order_by("-updated_at", "-pk")[:most])


def about_to_expire(found: Iterable[Draft]) -> list[Draft]:
    """Those that are deleted soon, the first one first."""
    limit = now() + SOON
    return sorted((d for d in found if d.expires_at < limit), key=lambda d: d.expires_at)


def corrections(account: Account) -> list[CorrectionRequest]:
    """Questions of the town hall that wait for an answer, the most urgent first."""
    mine = Application.objects.belonging_to(account).values("pk")
    rows = CorrectionRequest.objects.filter(
        application_id__in=mine,
        state=CorrectionState.OPEN,
        application__state=State.AWAITING_RESIDENT,
    )
    rows = rows.select_related("application__case").defer("application__answers")
    return list(rows.order_by("due_on", "pk")[:MOST_TODO])


def open_bills(account: Account) -> list[Bill]:
    """What has to be paid and is not on its way, the most urgent first."""
    rows = _claimed(account).filter(claim__state=ClaimState.OPEN)
    found = list(rows.order_by("claim__due_on", "pk")[:MOST_TODO])
    return [bill for bill in _bills(found) if bill.state == "open"]


def bills(account: Account, show: Money, after: str) -> Bills:
    """One page of claims, newest first."""
    rows = _claimed(account)
    back = Q(claim__refunds__state__in=[RefundState.DONE, RefundState.PENDING])
    if show == "open":
        rows = rows.filter(claim__state=ClaimState.OPEN)
    elif show == "paid":
        rows = rows.filter(claim__state__in=[ClaimState.PAID, ClaimState.OVERPAID])
    elif show == "refunded":
        rows = rows.filter(back).distinct()
    found, key = _page(rows, "submitted_at", after)
    return Bills(_bills(found), key)


def _claimed(account: Account) -> QuerySet[Application]:
    return Application.objects.belonging_to(account).filter(claim__isnull=False)


def _bills(found: list[Application]) -> list[Bill]:
    claims = [row.claim_id for row in found if row.claim_id is not None]
    sums = {
        claim.pk: claim
        for claim in Claim.objects.filter(pk__in=claims)
        .annotate(
            back=Sum("refunds__amount_cents", filter=Q(refunds__state=RefundState.DONE)),
            under_way=Sum(
                "refunds__amount_cents",
                filter=Q(refunds__state__in=[RefundState.REQUESTING, RefundState.PENDING]),
            ),
        )
        .prefetch_related("attempts")
    }
    receipts = {
        row.case_id: row
        for row in papers.issued(
            Document.objects.filter(
                case_id__in=[row.case_id for row in found], kind=DocumentKind.PAYMENT_RECEIPT
            )
        ).with_versions()
    }
    made = []
    for row in found:
        claim = sums[row.claim_id or 0]
        attempts = sorted(claim.attempts.all(), key=lambda attempt: attempt.number)
        last = attempts[-1] if attempts else None
        awaited = payments.awaited(attempts)
        received = sum(a.received_cents for a in attempts if a.state == AttemptState.CONFIRMED)
        back, under_way = claim.back or 0, claim.under_way or 0
        balance = payments.Balance(claim.due_cents, received, back, under_way, claim.currency)
        made.append(
            Bill(
                application=row,
                claim=claim,
                open_cents=balance.open_cents,
                refunded_cents=back,
                returning_cents=under_way,
                receipt=receipts.get(row.case_id),
                is_waiting=last is not None and last.state in ON_ITS_WAY,
                by_invoice=awaited is not None and awaited.provider == "transfer",
            )
        )
    return made


def _listed(rows: QuerySet[Application]) -> QuerySet[Application]:
    asked = CorrectionRequest.objects.filter(state=CorrectionState.OPEN)
    return (
        rows.select_related("case", "claim", "represented", "version__service")
        .prefetch_related(Prefetch("corrections", queryset=asked, to_attr="asked"))
        .defer("answers", "version__definition")
        .order_by("-submitted_at", "-pk")
    )


def _page(rows: QuerySet[Application], name: str, after: str) -> tuple[list[Application], str]:
    if match := _CURSOR.fullmatch(after):
        try:
            moment = datetime.fromisoformat(match[1])
        except ValueError:
            moment = now()
        if moment.tzinfo is not None:
            older = Q(**{f"{name}__lt": moment})
            rows = rows.filter(older | Q(**{name: moment, "pk__lt": int(match[2])}))
    found = list(_listed(rows)[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    return found, f"{getattr(found[-1], name).isoformat()}_{found[-1].pk}" if more else ""


def _with_next_step(found: Iterable[Application]) -> list[Row]:
    return [_row(application) for application in found]


def _row(application: Application) -> Row:
    state, label = application.state, application.get_state_display()
    asked = getattr(application, "asked", [])
    if state == State.AWAITING_PAYMENT:
        due = application.claim.due_on if application.claim else None
        return Row(application, "wait", _("Gebühr offen"), _("Gebühr bezahlen"), due, True)
    if state == State.AWAITING_RESIDENT:
        due = asked[0].due_on if asked else None
        return Row(application, "wait", _("Rückfrage"), _("Rückfrage beantworten"), due, True)
    if state == State.RECEIVED:
        text = _("Wir prüfen in der Reihenfolge des Eingangs")
        return Row(application, "new", _("Eingegangen"), text, application.due_on)
    if state == State.IN_PROGRESS:
        text = _("Wir prüfen Ihre Angaben")
        return Row(application, "work", str(label), text, application.due_on)
    tones = {State.DECIDED: "done", State.REJECTED: "bad", State.WITHDRAWN: "off"}
    ended = {
        State.DECIDED: _("Ihr Schreiben liegt im Postfach"),
        State.REJECTED: _("Ihr Schreiben liegt im Postfach"),
        State.WITHDRAWN: _("Beendet"),
    }
    return Row(application, tones[State(state)], str(label), ended[State(state)])

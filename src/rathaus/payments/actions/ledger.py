"""The bookkeeping shared by all actions: confirm, end, balance, raise an issue.

Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

from datetime import timedelta

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.payments import events, queries
from rathaus.payments.models import Claim, PaymentAttempt, PaymentIssue
from rathaus.payments.states import ATTEMPT, AttemptState, ClaimState, IssueState, move

ORDER_LIFE = timedelta(hours=6)
"""After that an order nobody approved is over: 3 h to reach PayPal, 3 h to approve."""


def serialise(claim: Claim) -> None:
    """Let only one transaction at a time move money of this claim, and re-read it.

    The update holds the row until commit (PostgreSQL) or the whole database (SQLite).
    """
    Claim.objects.filter(pk=claim.pk).update(touched_at=clock.now())
    claim.refresh_from_db()


def confirm(
    attempt: PaymentAttempt,
    *,
    received_cents: int,
    actor: Actor,
    capture_reference: str | None = None,
    fee_cents: int = 0,
) -> bool:
    """Money has arrived; False if that is already written down.

    Accepted from every state: what we believed before does not unmake a payment.
    """
    serialise(attempt.claim)
    attempt.refresh_from_db(fields=["state", "state_since"])
    moment = clock.now()
    while attempt.state != AttemptState.CONFIRMED:
        if move(
            attempt,
            AttemptState.CONFIRMED,
            received_cents=received_cents,
            capture_reference=capture_reference,
            provider_fee_cents=fee_cents,
            confirmed_at=moment,
            next_poll_at=None,
            reason="",
        ):
            break
    else:
        return False
    record(
        attempt.claim.chain,
        events.AttemptConfirmed(
            claim_id=str(attempt.claim.public_id),
            attempt_id=str(attempt.public_id),
            provider=attempt.provider,
            received_cents=received_cents,
            provider_reference=attempt.provider_reference or "",
        ),
        actor=actor,
    )
    rebalance(attempt.claim, actor=actor, attempt=attempt)
    return True


def end(attempt: PaymentAttempt, outcome: AttemptState, *, reason: str, actor: Actor) -> bool:
    """The attempt failed, was cancelled or expired, as far as we know today."""
    if outcome not in ATTEMPT[attempt.state]:
        return False
    # A cancelled order can still be approved in another tab: keep an eye on it.
    watch = outcome == AttemptState.CANCELLED and attempt.provider_reference is not None
    next_poll = clock.now() + timedelta(minutes=15) if watch else None
    if not move(attempt, outcome, reason=reason[:100], next_poll_at=next_poll):
        return False
    record(
        attempt.claim.chain,
        events.AttemptEnded(
            claim_id=str(attempt.claim.public_id),
            attempt_id=str(attempt.public_id),
            provider=attempt.provider,
            outcome=outcome.value,
            reason=reason[:100],
        ),
        actor=actor,
    )
    return True


def rebalance(
    claim: Claim,
    *,
    actor: Actor,
    attempt: PaymentAttempt | None = None,
    stays_here: bool = False,
) -> None:
    """Bring the claim's state in line with its money, and tell what changed.

    `stays_here`: money that was on its way back stays after all, so that an overpayment the
    cashier had settled calls again.
    """
    balance = queries.balance(claim)
    before = claim.state
    if balance.overpaid_cents:
        target = ClaimState.OVERPAID
    elif balance.is_paid:
        target = ClaimState.PAID
    else:
        target = ClaimState.OPEN
    claim_id = str(claim.public_id)
    if before not in (ClaimState.CANCELLED, target):
        move(claim, target)
        if before == ClaimState.OPEN:
            provider = attempt.provider if attempt else ""
            received = balance.confirmed_cents - balance.refunded_cents
            record(
                claim.chain,
                events.ClaimPaid(claim_id=claim_id, amount_cents=received, provider=provider),
                actor=actor,
            )
            _close_waiting(claim, actor=actor)
        elif target == ClaimState.OPEN:
            record(
                claim.chain,
                events.ClaimReopened(claim_id=claim_id, open_cents=balance.open_cents),
                actor=actor,
            )
    if balance.overpaid_cents:
        _overpaid(claim, balance.overpaid_cents, attempt, actor, again=stays_here)
    else:
        _settle_overpayment_issues(claim, actor)


def raise_issue(
    claim: Claim,
    kind: PaymentIssue.Kind,
    *,
    key: str,
    text: str,
    actor: Actor,
    attempt: PaymentAttempt | None = None,
    amount_cents: int = 0,
    again: bool = False,
) -> bool:
    """Put something on the cashier's desk; False if it already lies there.

    `again`: it has happened once more, so that one which was settled is opened again.
    """
    moment = clock.now()
    issue, created = PaymentIssue.objects.get_or_create(
        claim=claim,
        kind=kind,
        key=key[:120],
        defaults={
            "attempt": attempt,
            "amount_cents": amount_cents,
            "text": text[:300],
            "state_since": moment,
            "created_at": moment,
        },
    )
    raised = created or (again and _reopen(issue))
    if raised:
        record(
            claim.chain,
            events.PaymentIssueRaised(
                claim_id=str(claim.public_id), kind=kind.value, amount_cents=amount_cents
            ),
            actor=actor,
        )
    return raised


def _reopen(issue: PaymentIssue) -> bool:
    """What was done about it the first time stays in the record."""
    if issue.state != IssueState.RESOLVED:
        return False
    return move(issue, IssueState.OPEN, resolution="", resolved_by="")


def _overpaid(
    claim: Claim, cents: int, attempt: PaymentAttempt | None, actor: Actor, *, again: bool
) -> None:
    cancelled = claim.state == ClaimState.CANCELLED
    raised = raise_issue(
        claim,
        PaymentIssue.Kind.DUPLICATE if cancelled else PaymentIssue.Kind.OVERPAID,
        key=f"{attempt.public_id if attempt else 'claim'}:{cents}",
        text="Es ist mehr eingegangen, als geschuldet wird. Bitte die Erstattung prüfen.",
        attempt=attempt,
        amount_cents=cents,
        actor=actor,
        again=again,
    )
    if raised:
        record(
            claim.chain,
            events.ClaimOverpaid(claim_id=str(claim.public_id), overpaid_cents=cents),
            actor=actor,
        )


def _settle_overpayment_issues(claim: Claim, actor: Actor) -> None:
    kinds = (PaymentIssue.Kind.OVERPAID, PaymentIssue.Kind.DUPLICATE)
    for issue in claim.issues.filter(kind__in=kinds, state=IssueState.OPEN):
        move(issue, IssueState.RESOLVED, resolution="Ausgeglichen", resolved_by=actor.id[:64])


def _close_waiting(claim: Claim, *, actor: Actor) -> None:
    """An invoice that waits is over once the claim was paid in another way."""
    waiting = claim.attempts.filter(state=AttemptState.AWAITING_PAYER, provider_reference=None)
    for attempt in waiting:
        end(attempt, AttemptState.CANCELLED, reason="CLAIM_COVERED", actor=actor)

"""The transition tables, exhaustively."""

from __future__ import annotations

import itertools

import pytest
from tests.support.payments import start

from rathaus.payments import states
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.states import AttemptState, IllegalTransition, move

pytestmark = pytest.mark.django_db
ENUMS = {
    "paymentattempt": states.AttemptState,
    "claim": states.ClaimState,
    "refund": states.RefundState,
    "paymentissue": states.IssueState,
}


@pytest.mark.parametrize("name", ENUMS)
def test_tables_know_every_state_and_no_other(name: str) -> None:
    table, known = states.TABLES[name], set(ENUMS[name].values)
    assert set(table) == known
    assert set().union(*table.values()) <= known


@pytest.mark.parametrize("state", [s for s in AttemptState if s != "confirmed"])
def test_money_is_a_fact_from_every_state(state: AttemptState) -> None:
    assert "confirmed" in states.ATTEMPT[state]


def test_nothing_undoes_a_confirmation() -> None:
    assert not states.ATTEMPT["confirmed"]


@pytest.mark.parametrize(("source", "target"), list(itertools.product(AttemptState, AttemptState)))
def test_only_what_the_table_allows_is_written(
    claim: Claim, source: AttemptState, target: AttemptState
) -> None:
    attempt = start(claim)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=source)
    attempt.refresh_from_db()
    if target in states.ATTEMPT[source]:
        assert move(attempt, target)
        assert PaymentAttempt.objects.get(pk=attempt.pk).state == target
    else:
        with pytest.raises(IllegalTransition):
            move(attempt, target)


def test_the_slower_one_loses_and_sees_why(claim: Claim) -> None:
    mine = start(claim)
    theirs = PaymentAttempt.objects.get(pk=mine.pk)
    assert move(theirs, AttemptState.APPROVED)
    assert not move(mine, AttemptState.CANCELLED)
    assert mine.state == "approved"

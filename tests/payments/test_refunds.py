"""Money back: never without a second person above the limit, never twice, never lost."""

from __future__ import annotations

import pytest
from tests.support.payments import CASHIER, PAYER, SECOND_CASHIER, make_claim, paid

from rathaus.core.actors import Actor
from rathaus.payments import actions, errors
from rathaus.payments.models import Claim
from rathaus.proceedings.jobs import pay_back
from rathaus.simulation.models import SimulatedRefund

pytestmark = pytest.mark.django_db


def test_no_job_pays_a_large_refund_that_one_person_asked_for(db: None) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.execute_refund(refund=refund, actor=Actor.system("worker"))
    pay_back(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == "created"
    assert not SimulatedRefund.objects.exists()
    actions.execute_refund(refund=refund, actor=SECOND_CASHIER)
    assert (refund.state, refund.executed_by) == ("done", SECOND_CASHIER.id)


@pytest.mark.parametrize("actor", [PAYER, Actor.system("worker"), Actor.provider("paypal")])
def test_a_large_refund_by_hand_needs_a_person(db: None, actor: Actor) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.record_manual_refund(refund=refund, note="überwiesen", actor=actor)


def test_a_small_refund_that_the_fee_rule_promises_goes_out_by_itself(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=CASHIER)
    pay_back(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == "done"

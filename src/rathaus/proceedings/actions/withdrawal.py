"""Withdrawing an application, with the refund that the fee rule promises."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _  # the record is kept in German

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.proceedings import jobs, states
from rathaus.proceedings.errors import NotWithdrawable
from rathaus.proceedings.events import ApplicationWithdrawn
from rathaus.proceedings.models import Application, CorrectionRequest
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.settlement import hold_claim, settle_claim
from rathaus.proceedings.states import Move
from rathaus.records import actions as records


def withdraw(*, application: Application, actor: Actor, reason: str = "") -> None:
    """Withdraw an open application; what was paid goes back where the fee rule says so.

    Raises: NotWithdrawable, MoveRefused.
    """
    service = application.service
    if not service.withdrawable:
        raise NotWithdrawable(service.slug)
    with transaction.atomic():
        hold_claim(application)
        states.apply(application, Move.WITHDRAW, actor_kind=actor.kind, decided_at=now())
        CorrectionRequest.objects.filter(
            application=application, state=CorrectionState.OPEN
        ).update(state=CorrectionState.WITHDRAWN)
        record(application.case.chain, ApplicationWithdrawn(reason=reason), actor=actor)
        settle_claim(
            application,
            refund=service.fee_refund_on_withdrawal,
            reason=_("Antrag zurückgezogen"),
            actor=actor,
        )
        records.close_case(case=application.case, actor=actor)
        enqueue(jobs.send_notice, application_id=application.pk, key="withdrawn")

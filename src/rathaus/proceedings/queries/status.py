"""What a resident wants to know: what now, until when, must I do something?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext as _

from rathaus.catalogue.definition import Stage
from rathaus.core import logic
from rathaus.core.clock import today
from rathaus.core.events import type_of
from rathaus.core.models import Event
from rathaus.core.money import Money
from rathaus.payments import queries as payment_queries
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.states import ON_ITS_WAY, AttemptState, ClaimState
from rathaus.proceedings import events
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.states import State


@dataclass(frozen=True)
class WhatNow:
    """The head of the status page. `action` names what the resident can do now.

    `owes`: a fee is open that the town does not wait for, to be paid by `pay_until`.
    """

    title: str
    text: str
    icon: str
    until: date | None = None
    must_act: bool = False
    action: Literal["", "pay", "answer", "letter"] = ""
    owes: bool = False
    pay_until: date | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """One step of the way; `at` is empty for what is still to come."""

    state: Literal["done", "now", "next"]
    title: str
    text: str = ""
    at: datetime | None = None
    icon: str = "check"


def what_now(application: Application, *, attempt: PaymentAttempt | None = None) -> WhatNow:
    """What happens at the moment; `attempt` is the newest, where the caller has it already."""
    claim = application.claim
    if claim is not None and claim.state == ClaimState.OPEN and attempt is None:
        attempt = payment_queries.latest_attempt(claim)
    if application.state == State.AWAITING_PAYMENT:
        return _awaiting_payment(claim, attempt)
    owes = claim is not None and claim.state == ClaimState.OPEN
    on_its_way = attempt is not None and attempt.state in ON_ITS_WAY
    if claim is None or not owes or on_its_way:
        return _of_state(application, owes=False)
    current = _of_state(application, owes=True)
    return replace(current, owes=True, pay_until=claim.due_on, action=current.action or "pay")


def _of_state(application: Application, *, owes: bool) -> WhatNow:
    state = application.state
    nothing = _("Die Gebühr ist noch offen.") if owes else _("Sie müssen nichts tun.")
    if state == State.AWAITING_RESIDENT:
        request = application.corrections.filter(state=CorrectionState.OPEN).first()
        return WhatNow(
            _("Wir brauchen noch etwas von Ihnen"),
            _("Bitte beantworten Sie unsere Rückfrage. Danach prüfen wir weiter."),
            "help",
            request.due_on if request else None,
            must_act=True,
            action="answer",
        )
    if state == State.RECEIVED:
        return WhatNow(
            _("Ihr Antrag ist bei uns"),
            f"{_('Wir prüfen ihn in der Reihenfolge des Eingangs.')} {nothing}",
            "inbox",
            application.due_on,
        )
    if state == State.IN_PROGRESS:
        return WhatNow(
            _("Wir prüfen Ihre Angaben"),
            nothing,
            "fact_check",
            application.due_on,
        )
    if state == State.WITHDRAWN:
        return WhatNow(
            _("Sie haben den Antrag zurückgezogen"), _("Der Vorgang ist beendet."), "undo"
        )
    letter = application.letters.filter(decision__isnull=False).first()
    ready = letter is not None and letter.document_id is not None
    if state == State.REJECTED:
        title = _("Ihr Antrag wurde abgelehnt")
    else:
        title = _("Entschieden, die Gebühr ist noch offen") if owes else _("Erledigt")
    text = (
        _("Ihr Schreiben liegt hier bereit: %(title)s.") % {"title": letter.title}
        if letter is not None and ready
        else _("Ihr Schreiben wird gerade erstellt.")
    )
    icon = "task_alt" if state == State.DECIDED else "block"
    return WhatNow(title, text, icon, action="letter" if ready else "")


def _awaiting_payment(claim: Claim | None, attempt: PaymentAttempt | None) -> WhatNow:
    if attempt is not None and attempt.state == "pending":
        return WhatNow(
            _("Ihre Zahlung wird noch geprüft"),
            _("PayPal hat uns die Zahlung noch nicht bestätigt. Sie müssen nichts tun."),
            "hourglass_top",
        )
    invoiced = attempt is not None and attempt.state == AttemptState.AWAITING_PAYER
    if attempt is not None and invoiced and attempt.provider == "transfer":
        return WhatNow(
            _("Wir warten auf Ihre Überweisung"),
            _("Sobald das Geld da ist, beginnen wir mit der Prüfung."),
            "account_balance",
            claim.due_on if claim else None,
            must_act=True,
            action="pay",
        )
    return WhatNow(
        _("Ihr Antrag ist gespeichert, die Gebühr ist noch offen"),
        _("Sobald Sie bezahlt haben, beginnen wir mit der Prüfung."),
        "payments",
        claim.due_on if claim else None,
        must_act=True,
        action="pay",
    )


ICONS = {
    events.ApplicationSubmitted.name: "send",
    "claim.paid": "payments",
    events.ApplicationReleased.name: "inbox",
    events.ApplicationTakenOver.name: "person",
    events.ApplicationPassedOn.name: "swap_horiz",
    events.CorrectionRequested.name: "help",
    events.CorrectionAnswered.name: "reply",
    events.DecisionMade.name: "gavel",
    events.LetterReady.name: "description",
    events.ApplicationWithdrawn.name: "undo",
}


def timeline(application: Application, current: WhatNow) -> list[TimelineEntry]:
    """What happened, in the resident's words, what is now and what is still to come."""
    done = [
        _entry(event)
        for event in application.case.chain.events.order_by("seq")
        if event.type in ICONS
    ]
    if not application.is_open:
        return done
    coming = [TimelineEntry("now", current.title, current.text, icon=current.icon)]
    coming += [
        TimelineEntry("next", stage.public_label, stage.public_text, icon="schedule")
        for stage in _stages_ahead(application)
    ]
    return done + coming


def _entry(event: Event) -> TimelineEntry:
    known = type_of(event.type)
    title = str(known.text) if known else event.type
    text = ""
    if event.type == "claim.paid":
        cents = event.data.get("amount_cents")
        text = Money(cents).format() if isinstance(cents, int) else ""
    elif event.type == events.ApplicationTakenOver.name:
        text = event.actor_office
    elif event.type == events.DecisionMade.name:
        granted = event.data.get("outcome") == "granted"
        text = _("Ihr Anliegen ist erledigt.") if granted else _("Ihr Antrag wurde abgelehnt.")
    return TimelineEntry("done", title, text, event.at, ICONS[event.type])


def _stages_ahead(application: Application) -> list[Stage]:
    """Public stages that the case has not reached; the last ones of the procedure."""
    day, answers = today(), application.answers
    public = [
        stage
        for stage in application.service.stages
        if stage.public_label
        and (stage.visible_if is None or logic.evaluate(stage.visible_if, answers, today=day))
    ]
    reached = {
        State.AWAITING_PAYMENT: 1,
        State.RECEIVED: 1,
        State.IN_PROGRESS: 2,
        State.AWAITING_RESIDENT: 2,
    }.get(State(application.state), len(public))
    return list(public[reached:])

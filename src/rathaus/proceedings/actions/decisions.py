"""Deciding a case, with the letter that tells the resident."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _  # the record is kept in German

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.organisation import calendar
from rathaus.organisation.models import StaffMember
from rathaus.payments import actions as payments
from rathaus.proceedings import jobs, letters, owing, states
from rathaus.proceedings.errors import CorrectionPending, LetterIncomplete
from rathaus.proceedings.events import DecisionMade, LetterRead
from rathaus.proceedings.letters import LetterText
from rathaus.proceedings.models import Application, Decision, Letter
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.models.outcome import Outcome
from rathaus.proceedings.settlement import hold_claim, settle_claim
from rathaus.proceedings.states import Move


def draft_letter(*, application: Application, template_key: str, reason: str = "") -> LetterText:
    """The letter as proposed, for the clerk to read and change."""
    template = next(t for t in application.service.letters if t.key == template_key)
    return letters.fill(application, template, reason=reason)


def decide(
    *,
    application: Application,
    staff: StaffMember,
    outcome: str,
    letter: LetterText,
    actor: Actor,
    refund: bool | None = None,
) -> Decision:
    """Decide, write the letter, settle the money, close the case.

    `refund` overrides the service's rule whether a paid fee goes back on rejection.

    Raises: CorrectionPending, LetterIncomplete, MoveRefused.
    """
    open_fields = letters.placeholders(letter.subject, letter.body, letter.remedy)
    if open_fields:
        raise LetterIncomplete(open_fields)
    if application.corrections.filter(state=CorrectionState.OPEN).exists():
        raise CorrectionPending(application.reference)
    move = Move.GRANT if outcome == Outcome.GRANTED else Move.REJECT
    moment = now()
    with transaction.atomic():
        hold_claim(application)
        states.apply(application, move, actor_kind=actor.kind, decided_at=moment)
        decision = Decision.objects.create(
            application=application, outcome=outcome, decided_by=staff, decided_at=moment
        )
        row = Letter.objects.create(
            application=application,
            decision=decision,
            template_key=letter.template_key,
            title=letter.title,
            subject=letter.subject,
            body=letter.body,
            remedy=letter.remedy,
            signed_by=actor.label,
            created_at=moment,
        )
        record(application.case.chain, DecisionMade(outcome=outcome), actor=actor)
        if owing.lets_go(application, outcome=outcome, refund=refund):
            settle_claim(application, refund=True, reason=_("Antrag abgelehnt"), actor=actor)
        elif outcome != Outcome.REJECTED:
            _charge_afterwards(application, actor)
        # The letter is filed by the job, which then closes the case.
        enqueue(jobs.make_letter, letter_id=row.pk)
    return decision


def mark_letter_read(*, letter: Letter, actor: Actor) -> None:
    """Note the first time the resident fetched the letter."""
    with transaction.atomic():
        first = Letter.objects.filter(pk=letter.pk, first_read_at=None).update(first_read_at=now())
        if first:
            event = LetterRead(letter=str(letter.public_id))
            record(letter.application.case.chain, event, actor=actor)


def _charge_afterwards(application: Application, actor: Actor) -> None:
    lines = owing.due_once_granted(application)
    if not lines:
        return
    claim = payments.create_claim(
        chain=application.case.chain,
        lines=lines,
        purpose=application.case.reference,
        policy="after",
        due_on=calendar.add_working_days(today(), 10),
        actor=actor,
    )
    Application.objects.filter(pk=application.pk).update(claim=claim)
    application.claim = claim

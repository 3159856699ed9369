"""The acts of one case: what residents, clerks and the cashier do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings

from rathaus.accounts.assurance import Assurance
from rathaus.catalogue import queries as catalogue
from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.money import Money
from rathaus.forms import engine, uploads
from rathaus.forms.definition import Field, FieldType
from rathaus.organisation import calendar
from rathaus.payments import actions as payments
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers.base import registry
from rathaus.payments.states import RefundState
from rathaus.proceedings import actions, mailbox
from rathaus.proceedings.errors import DraftIncomplete
from rathaus.proceedings.models import Application, Draft
from rathaus.simulation.demo import answers, files, proof, story, times
from rathaus.simulation.demo.cast import Cast
from rathaus.simulation.demo.residents import Known
from rathaus.simulation.demo.story import Case, Step
from rathaus.simulation.models import SimulatedOrder
from rathaus.simulation.paypal import engine as paypal

RETURN = "/zahlung/{attempt}/zurueck/"
CANCEL = "/zahlung/{attempt}/abbruch/"
TYPING = timedelta(minutes=9)


class StoryWrong(ValueError):
    """The story tells something that the town hall would not accept."""


def start_draft(case: Case, cast: Cast) -> Draft:
    """Begin a draft and fill it in, up to the step `until` if the case names one."""
    version = catalogue.current(case.service)
    form = version.parsed.online_form
    actor = cast.actor(case.by) if case.by else Actor.resident("new")
    owner = cast.owner(case.who) if not case.by else None
    draft = actions.start_draft(
        version=version,
        actor=actor,
        channel=case.channel,
        entered_by=cast.staff(case.by) if case.by else None,
        account=owner.account if owner else None,
    )
    if owner and case.behalf:
        actions.act_for(draft=draft, mandate=owner.mandate(case.behalf), actor=draft.actor)
    given = answers.build(
        form, story.people()[case.who], case.answers, story.people(), clock.today()
    )
    for key, specs in case.files.items():
        given[key] = [_upload(spec, key, draft.public_id).as_answer() for spec in specs]
    for step in engine.visible_steps(form, given):
        keys = {field.key for field in step.fields}
        part = {key: value for key, value in given.items() if key in keys}
        actions.save_step(
            draft=draft,
            step_key=step.key,
            answers=part,
            revision=draft.revision,
            actor=actor if case.by else draft.actor,
        )
        if step.key == case.until:
            break
    if case.code:
        actions.issue_code(draft=draft)
    return draft


class Play:
    """One case from the first answer to the last letter."""

    def __init__(self, case: Case, cast: Cast, almanac: times.Almanac) -> None:
        self.case, self.cast, self.almanac = case, cast, almanac
        self.typing_time = TYPING
        self._draft: Draft | None = None
        self._application_id: int | None = None
        self._acts: dict[str, Callable[[Step, Application, Actor], object]] = {
            "take": self._take,
            "put_back": lambda step, row, actor: actions.put_back(application=row, actor=actor),
            "view": lambda step, row, actor: actions.mark_viewed(application=row, actor=actor),
            "ask": self._ask,
            "answer": self._answer,
            "message": self._message,
            "read": self._read,
            "grant": self._decide,
            "reject": self._decide,
            "withdraw": self._withdraw,
            "paypal": self._paypal,
            "invoice": self._invoice,
            "transfer": self._transfer,
            "counter": self._counter,
            "refund": self._refund,
        }

    @property
    def owner(self) -> Known | None:
        """The account of the person, if (s)he applies online and has one."""
        return self.cast.owner(self.case.who) if not self.case.by else None

    def _proof(self, draft: Draft) -> Assurance:
        """What the session proves in which it is sent."""
        if self.owner and self.owner.resident.proves:
            return self.owner.assurance()
        return proof.of(draft)

    def begin(self) -> None:
        """Fill in the form."""
        self._draft = start_draft(self.case, self.cast)

    def submit(self) -> None:
        """Send it."""
        draft = self._draft
        if draft is None:
            raise StoryWrong(f"{self.case.key}: sent before it was begun")
        actor = self.cast.actor(self.case.by) if self.case.by else draft.actor
        try:
            sent = actions.submit(draft=draft, actor=actor, assurance=self._proof(draft))
            self._application_id = sent.pk
        except DraftIncomplete as error:
            found = "; ".join(f"{row.path}: {row.message}" for row in error.problems)
            raise StoryWrong(f"{self.case.key}: {found}") from error

    def act(self, step: Step) -> None:
        """One step of the story. Raises: StoryWrong."""
        if step.do not in self._acts or self._application_id is None:
            raise StoryWrong(f"{self.case.key}: {step.do}")
        # Read anew each time: jobs have changed it since.
        row = Application.objects.select_related(
            "case__chain", "case__office", "claim", "version__service"
        ).get(pk=self._application_id)
        actor = self.cast.actor(step.by, row.case.office) if step.by else self.cast.resident(row)
        self._acts[step.do](step, row, actor)

    def _take(self, step: Step, row: Application, actor: Actor) -> None:
        actions.mark_viewed(application=row, actor=actor)
        actions.take_over(application=row, staff=self.cast.staff(step.by), actor=actor)

    def _ask(self, step: Step, row: Application, actor: Actor) -> None:
        actions.request_correction(
            application=row,
            staff=self.cast.staff(step.by),
            items=[
                actions.CorrectionItem(item.kind, item.text, item.upload) for item in step.items
            ],
            text=step.text,
            due_on=calendar.add_working_days(clock.today(), step.days),
            actor=actor,
        )

    def _answer(self, step: Step, row: Application, actor: Actor) -> None:
        request = row.corrections.select_related("application__case__chain").get(state="open")
        owner = uuid.uuid4()
        for spec in step.files:
            _upload(spec, f"item_{spec['item']}", owner)
        actions.answer_correction(request=request, answers=step.answers, owner=owner, actor=actor)

    def _message(self, step: Step, row: Application, actor: Actor) -> None:
        if step.by:
            actions.mark_messages_read(application=row, incoming=True)
        owner = uuid.uuid4() if step.files else None
        for spec in step.files:
            _upload(spec, "message", owner or uuid.uuid4())
        actions.send_message(application=row, text=step.text, actor=actor, owner=owner)

    def _read(self, step: Step, row: Application, actor: Actor) -> None:
        actions.mark_messages_read(application=row, incoming=False)
        for letter in row.letters.select_related("application__case__chain"):
            actions.mark_letter_read(letter=letter, actor=actor)
        if row.account is not None:
            documents = row.case.documents.filter(direction="out")
            mailbox.note_read(
                row.account, documents=documents, messages=row.messages.filter(incoming=False)
            )

    def _decide(self, step: Step, row: Application, actor: Actor) -> None:
        outcome = "granted" if step.do == "grant" else "rejected"
        template = step.letter or next(
            one.key for one in row.service.letters if one.outcome == outcome
        )
        actions.mark_messages_read(application=row, incoming=True)
        letter = actions.draft_letter(application=row, template_key=template, reason=step.reason)
        actions.decide(
            application=row,
            staff=self.cast.staff(step.by),
            outcome=outcome,
            letter=letter,
            actor=actor,
            refund=step.refund,
        )

    def _withdraw(self, step: Step, row: Application, actor: Actor) -> None:
        actions.withdraw(application=row, actor=actor, reason=step.reason)

    def _paypal(self, step: Step, row: Application, actor: Actor) -> None:
        attempt = self._start(row, "paypal", actor)
        if step.outcome == "cancel":
            payments.cancel_attempt(attempt=attempt, actor=actor)
        elif step.outcome != "leave":  # "leave": goes to PayPal and never comes back
            order = SimulatedOrder.objects.get(order_id=attempt.provider_reference)
            paypal.approve(order, step.outcome)
            payments.settle(attempt, actor=actor)

    def _invoice(self, step: Step, row: Application, actor: Actor) -> None:
        self._start(row, "transfer", actor)

    def _start(self, row: Application, provider: str, actor: Actor) -> PaymentAttempt:
        return payments.start_attempt(
            claim=_claim(row),
            provider=provider,
            actor=actor,
            return_url=settings.BASE_URL + RETURN,
            cancel_url=settings.BASE_URL + CANCEL,
        )

    def _transfer(self, step: Step, row: Application, actor: Actor) -> None:
        claim = _claim(row)
        payments.record_incoming_transfer(
            claim=claim,
            amount=Money.parse(step.amount) if step.amount else claim.amount,
            bank_reference=f"{clock.today():%Y%m%d}-{row.reference}"[:64],
            actor=actor,
        )

    def _counter(self, step: Step, row: Application, actor: Actor) -> None:
        claim = _claim(row)
        payments.record_counter_payment(
            claim=claim, amount=claim.amount, method=step.method, staff=actor
        )

    def _refund(self, step: Step, row: Application, actor: Actor) -> None:
        for refund in _claim(row).refunds.filter(state=RefundState.CREATED):
            if registry.get(refund.provider).refunds_by_api:
                payments.execute_refund(refund=refund, actor=actor)
            else:
                payments.record_manual_refund(refund=refund, note=step.note, actor=actor)


def _claim(row: Application) -> Claim:
    if row.claim is None:
        raise StoryWrong(f"{row.reference} has no claim")
    return row.claim


def _upload(spec: dict[str, Any], key: str, owner: uuid.UUID) -> Any:
    field = Field(key=key, type=FieldType.UPLOAD, label=key)
    return uploads.accept(files.make(spec), field=field, owner=owner)

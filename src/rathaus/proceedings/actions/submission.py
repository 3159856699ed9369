"""Submitting: from a complete draft to an application with case, record and claim."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _  # the record is kept in German

from rathaus.accounts.assurance import NOTHING, Assurance
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import local, now, today
from rathaus.core.events import record, together
from rathaus.core.jobs import enqueue
from rathaus.core.prepared import Prepared
from rathaus.core.quick import QuickUpdate
from rathaus.forms import engine
from rathaus.forms.models import Upload
from rathaus.organisation import calendar
from rathaus.organisation import queries as organisation
from rathaus.payments import actions as payments
from rathaus.payments import fees
from rathaus.payments.errors import PaymentError
from rathaus.proceedings import addressing, jobs, known, trust
from rathaus.proceedings import answers as paths
from rathaus.proceedings.actions.drafts import raise_changed, still_acting
from rathaus.proceedings.errors import (
    DraftIncomplete,
    MandateEnded,
    NotConfirmed,
    TrustTooLow,
)
from rathaus.proceedings.events import ApplicationSubmitted
from rathaus.proceedings.models import Application, Channel, Draft, DraftState
from rathaus.proceedings.states import State
from rathaus.records import actions as records
from rathaus.records.models import Case

_claim = QuickUpdate(Draft, where=["id", "state", "revision"], set=["state", "answers", "typed"])
_uploads = Prepared(lambda: Upload.objects.select_related("blob"), "owner")


def submit(
    *, draft: Draft, actor: Actor, pay_by: str = "", assurance: Assurance = NOTHING
) -> Application:
    """Turn a complete draft into an application with its case, documents and claim.

    Everything is in the record when this returns; receipt and e-mail follow by job. `pay_by`
    names the way of paying that was chosen while sending, if it needs nobody outside.
    `assurance` is what the sender's session has proved at this moment.

    Raises: DraftIncomplete, DraftAlreadySubmitted (carries the application), DraftConflict,
    TrustTooLow, NotConfirmed, MandateEnded.
    """
    if draft.state != DraftState.OPEN:
        raise_changed(draft)
    service = draft.version.parsed
    form = service.online_form
    problems = engine.problems(form, draft.answers)
    if problems:
        raise DraftIncomplete(problems)
    answers = engine.prune(form, draft.answers)
    at_desk = actor.kind == "staff"
    verified = {} if at_desk else _prove(draft, service, answers, assurance)
    content = canonical(answers)
    digest = hashlib.sha256(content).hexdigest()
    with together():
        claimed = _claim(
            [draft.pk, DraftState.OPEN, draft.revision], [DraftState.SUBMITTED, {}, ""]
        )
        if not claimed:
            raise_changed(draft)
        office = organisation.office(service.office)
        case = records.open_case(
            filing_code=service.filing_rule.plan_code,
            title=service.title,
            office=office,
            actor=actor,
        )
        application = _prepare(draft, service, case, answers, digest)
        application.verified = verified
        # Who began at the counter and sends from home has not been seen with this application.
        application.channel = draft.channel if at_desk else Channel.ONLINE
        record(
            case.chain,
            ApplicationSubmitted(
                service=service.slug,
                version=draft.version.number,
                channel=application.channel,
                answers_sha256=digest,
                applicant=application.applicant_name,
            ),
            actor=actor,
        )
        _file(application, content, actor)
        _charge(application, service, actor, pay_by)
        application.save(force_insert=True)
        enqueue(jobs.make_receipt, application_id=application.pk)
    return application


def _prove(
    draft: Draft, service: ServiceDefinition, answers: dict[str, Any], assurance: Assurance
) -> dict[str, Any]:
    """Whether who sends it may; what of it was verified. Raises as `submit`.

    The level is that of the session now, never one that a draft or an account once had. It is
    not asked of what staff send: they have looked at the identity card.
    """
    level = trust.of_sending(service, answers)
    if not assurance.reaches(level):
        raise TrustTooLow(level)
    if step := known.contradicted(service, answers, assurance):
        raise NotConfirmed(step)
    if step := known.unproved(service, answers, assurance):
        raise NotConfirmed(step)
    if draft.on_behalf and not still_acting(draft):
        raise MandateEnded
    return known.evidence(service, answers, assurance)


def canonical(answers: dict[str, Any]) -> bytes:
    """The answers as the bytes that are filed and hashed."""
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, indent=1).encode()


def deadline(service: ServiceDefinition, start: date) -> date | None:
    """The day by which the case should be decided: the law's if there is one, else ours."""
    duration = service.duration
    if duration.legal_deadline_days:
        return calendar.next_working_day(start + timedelta(days=duration.legal_deadline_days))
    days = duration.legal_deadline_working_days or duration.working_days
    return calendar.add_working_days(start, days) if days else None


def _prepare(
    draft: Draft, service: ServiceDefinition, case: Case, answers: dict[str, Any], digest: str
) -> Application:
    form = service.online_form
    moment = now()
    name = ", ".join(addressing.names(form, answers))[:200]
    return Application(
        draft=draft,
        version=draft.version,
        case=case,
        office=case.office,
        answers=answers,
        answers_sha256=digest,
        state=State.RECEIVED,
        applicant_name=name,
        applicant_folded=name.casefold()[:200],
        contact_email=paths.text(answers, form.contact_email_field)[:254],
        code_sealed=secrets.seal(secrets.new_code()),
        language=draft.language,
        submitted_at=moment,
        released_at=moment,
        due_on=deadline(service, local(moment).date()),
        account_id=draft.account_id,
        represented_id=draft.represented_id,
        on_behalf=draft.on_behalf,
    )


def _file(application: Application, content: bytes, actor: Actor) -> None:
    case = application.case
    records.file_document(
        case=case,
        title=_("Angaben aus dem Formular"),
        kind="application_data",
        content=content,
        name=f"antrag-{case.reference}.json",
        content_type="application/json",
        direction="in",
        actor=actor,
        text=paths.searchable(application.answers),
    )
    if application.verified or application.on_behalf:
        proof = {"verified": application.verified, "on_behalf": application.on_behalf}
        records.file_document(
            case=case,
            title=_("Nachweis der Anmeldung"),
            kind="application_data",
            content=canonical(proof),
            name=f"anmeldung-{case.reference}.json",
            content_type="application/json",
            direction="in",
            actor=actor,
        )
    draft, form = application.draft, application.service.online_form
    if draft is None or not paths.takes_files(form):
        return
    wanted = engine.upload_ids(form, application.answers)
    uploads = _uploads.all(draft.public_id)
    for upload in uploads:
        if str(upload.id) in wanted:
            records.file_document(
                case=case,
                title=upload.name,
                kind="upload",
                content=upload.blob,
                name=upload.name,
                content_type=upload.content_type,
                direction="in",
                actor=actor,
            )
    if uploads:
        enqueue(jobs.sweep_uploads, owner=str(draft.public_id))


def _charge(
    application: Application, service: ServiceDefinition, actor: Actor, pay_by: str
) -> None:
    if service.payment_policy not in {"before", "optional"}:
        return
    lines = fees.assess(service.fees, application.answers, on=today())
    if not lines:
        return
    application.claim = payments.create_claim(
        chain=application.case.chain,
        lines=lines,
        purpose=application.case.reference,
        policy=service.payment_policy,
        due_on=calendar.add_working_days(today(), 10),
        actor=actor,
    )
    if service.payment_policy == "before":
        application.state = State.AWAITING_PAYMENT
        application.released_at = application.due_on = None
    if pay_by:
        with suppress(PaymentError):  # the confirmation page offers every way again
            payments.choose_local(claim=application.claim, provider=pay_by, actor=actor)

"""Questions and answers between town hall and resident."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _  # the record is kept in German

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now, today
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.core.models import Chain
from rathaus.forms.models import Upload
from rathaus.organisation import calendar
from rathaus.organisation.models import StaffMember
from rathaus.proceedings import filing, jobs, states
from rathaus.proceedings.events import (
    CorrectionAnswered,
    CorrectionRequested,
    CorrectionWithdrawn,
    MessageSent,
)
from rathaus.proceedings.models import Application, CorrectionRequest, Message
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.states import Move, MoveRefused

AGAIN = timedelta(minutes=1)
"""The same words of the same person within this time are a second click, not a second message."""


@dataclass(frozen=True)
class CorrectionItem:
    """One thing to supply: ``missing``, ``incorrect`` or ``outdated``."""

    kind: str
    text: str
    upload: bool = False


@transaction.atomic
def request_correction(
    *,
    application: Application,
    staff: StaffMember,
    items: Sequence[CorrectionItem],
    text: str,
    due_on: date,
    actor: Actor,
) -> CorrectionRequest:
    """Ask the resident for something. Stops the clock until it is answered.

    Raises: MoveRefused.
    """
    states.apply(application, Move.ASK, actor_kind=actor.kind)
    request = CorrectionRequest.objects.create(
        application=application,
        text=text,
        items=[
            {"id": str(number), "kind": item.kind, "text": item.text, "upload": item.upload}
            for number, item in enumerate(items, 1)
        ],
        due_on=due_on,
        created_by=staff,
        created_at=now(),
    )
    event = CorrectionRequested(
        request=str(request.public_id), items=len(items), due_on=due_on.isoformat()
    )
    record(application.case.chain, event, actor=actor)
    enqueue(jobs.send_notice, application_id=application.pk, key=f"correction:{request.pk}")
    return request


@transaction.atomic
def answer_correction(
    *,
    request: CorrectionRequest,
    answers: Mapping[str, str],
    owner: uuid.UUID,
    actor: Actor,
    files: Collection[str] | None = None,
) -> None:
    """Take the resident's answers: item id to text; files are uploads of `owner`
    whose field key is the item's id prefixed with ``item_``, only those in `files` if given.

    Raises: MoveRefused if it was answered already.
    """
    application = request.application
    _close(request, CorrectionState.ANSWERED)
    given: dict[str, dict[str, object]] = {}
    count = 0
    for item in request.items:
        key = item["id"]
        filed = [
            _file_upload(upload, application, actor)
            for upload in _uploads(owner, f"item_{key}", files)
        ]
        count += len(filed)
        given[key] = {"text": answers.get(key, ""), "documents": filed}
    CorrectionRequest.objects.filter(pk=request.pk).update(answers=given)
    request.answers = given
    text = "\n\n".join(
        f"{item['text']}\n{given[item['id']]['text']}".strip() for item in request.items
    )
    filing.file_text(
        application,
        title=_("Antwort auf die Rückfrage"),
        text=text,
        name="antwort.txt",
        incoming=True,
        actor=actor,
    )
    event = CorrectionAnswered(request=str(request.public_id), documents=count)
    record(application.case.chain, event, actor=actor)


@transaction.atomic
def withdraw_correction(*, request: CorrectionRequest, actor: Actor) -> None:
    """Staff take a request back, e.g. because it was settled on the phone."""
    _close(request, CorrectionState.WITHDRAWN)
    event = CorrectionWithdrawn(request=str(request.public_id))
    record(request.application.case.chain, event, actor=actor)


def _close(request: CorrectionRequest, state: CorrectionState) -> None:
    application = request.application
    moment = now()
    closed = CorrectionRequest.objects.filter(pk=request.pk, state=CorrectionState.OPEN).update(
        state=state, answered_at=moment
    )
    if not closed:
        raise MoveRefused(Move.ANSWER, application.state)
    due_on = application.due_on
    if due_on:
        asked = local(request.created_at).date()
        waited = calendar.working_days_between(asked, today())
        due_on = calendar.add_working_days(due_on, waited) if waited > 0 else due_on
    states.apply(application, Move.ANSWER, actor_kind="system", due_on=due_on)
    request.state, request.answered_at = state, moment


@transaction.atomic
def send_message(
    *,
    application: Application,
    text: str,
    actor: Actor,
    owner: uuid.UUID | None = None,
    files: Collection[str] | None = None,
) -> Message:
    """Send a message with the uploads of `owner` (field key ``message``).

    `files`: only these of them. Another window, or another person who acts for the same
    organisation, may be writing too. A form that was sent twice gives the message it gave before.
    """
    incoming = actor.kind == "resident"
    uploads = [] if owner is None else list(_uploads(owner, "message", files))
    if not uploads and (before := _sent_before(application, text, actor.label, incoming)):
        return before
    message = Message.objects.create(
        application=application,
        incoming=incoming,
        text=text,
        author=actor.label,
        created_at=now(),
    )
    if uploads:
        message.documents.set([_file_upload(upload, application, actor) for upload in uploads])
    filing.file_text(
        application,
        title=_("Nachricht von außen") if incoming else _("Nachricht vom Rathaus"),
        text=text,
        name="nachricht.txt",
        incoming=incoming,
        actor=actor,
    )
    if incoming:  # a word of the town does not mean that somebody read what came before
        Application.objects.filter(pk=application.pk).update(has_unread=True)
    event = MessageSent(message=str(message.public_id), incoming=incoming)
    record(application.case.chain, event, actor=actor)
    if not incoming:
        enqueue(jobs.send_notice, application_id=application.pk, key=f"message:{message.pk}")
    return message


def _sent_before(
    application: Application, text: str, author: str, incoming: bool
) -> Message | None:
    """The same message a moment ago; of two requests at once the second waits for the first."""
    Chain.objects.select_for_update().filter(pk=application.case.chain_id).first()
    same = application.messages.filter(incoming=incoming, text=text, author=author)
    return same.filter(created_at__gt=now() - AGAIN).first()


def mark_messages_read(
    *, application: Application, incoming: bool, until: int | None = None
) -> None:
    """Note that the other side has seen the messages, or only those up to the key `until`."""
    unread = application.messages.filter(incoming=incoming, read_at=None)
    read = (unread if until is None else unread.filter(pk__lte=until)).update(read_at=now())
    if incoming and read:
        rows = Application.objects.filter(pk=application.pk)
        rows.exclude(messages__in=unread.all()).update(has_unread=False)


def _uploads(owner: uuid.UUID, key: str, files: Collection[str] | None) -> QuerySet[Upload]:
    rows = Upload.objects.filter(owner=owner, field_key=key).select_related("blob")
    return rows if files is None else rows.filter(pk__in=files)


def _file_upload(upload: Upload, application: Application, actor: Actor) -> int:
    document = filing.file(
        application,
        title=upload.name,
        kind="upload",
        content=upload.blob,
        name=upload.name,
        content_type=upload.content_type,
        direction="in" if actor.kind == "resident" else "out",
        actor=actor,
    )
    upload.delete()
    return int(document.pk)

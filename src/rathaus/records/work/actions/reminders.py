"""Setting, moving and finishing reminders."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import EventType, record
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Case, Document
from rathaus.records.work import events
from rathaus.records.work.errors import Moved, Unfit
from rathaus.records.work.models import Reminder, ReminderState

FURTHEST = timedelta(days=366 * 30)
"""Some contracts run thirty years; a typing mistake in the year runs longer."""


def set_reminder(
    *,
    case: Case,
    due_on: date,
    text: str,
    author: StaffMember,
    actor: Actor,
    staff: StaffMember | None = None,
    office: Office | None = None,
    document: Document | None = None,
) -> Reminder:
    """Have a case looked at again on a day, by a person or an office. Raises: Unfit."""
    text = " ".join(text.split())
    if not text:
        raise Unfit(_("Sagen Sie, woran erinnert werden soll."))
    if (staff is None) == (office is None):
        raise Unfit(_("Wählen Sie eine Person oder ein Amt."))
    check_day(due_on)
    with transaction.atomic():
        row = Reminder.objects.create(
            case=case,
            document=document,
            due_on=due_on,
            text=text[:300],
            staff=staff,
            office=office,
            created_by=author,
            created_at=now(),
        )
        made = events.ReminderSet(
            reminder_id=str(row.public_id), due_on=due_on.isoformat(), about=row.text
        )
        record(case.chain, made, actor=actor)
    return row


def move_reminder(*, reminder: Reminder, due_on: date, actor: Actor) -> Reminder:
    """Another day. Raises: Unfit, Moved if it is no longer open."""
    check_day(due_on)
    moved = events.ReminderMoved(reminder_id=str(reminder.public_id), due_on=due_on.isoformat())
    return _change(reminder, moved, actor, due_on=due_on)


def finish_reminder(*, reminder: Reminder, staff: StaffMember, actor: Actor) -> Reminder:
    """Done. Raises: Moved if it is no longer open."""
    done = events.ReminderDone(reminder_id=str(reminder.public_id))
    return _change(reminder, done, actor, state=ReminderState.DONE, done_at=now(), done_by=staff)


def withdraw_reminder(*, reminder: Reminder, staff: StaffMember, actor: Actor) -> Reminder:
    """No longer needed. Raises: Moved if it is no longer open."""
    gone = events.ReminderWithdrawn(reminder_id=str(reminder.public_id))
    return _change(
        reminder, gone, actor, state=ReminderState.WITHDRAWN, done_at=now(), done_by=staff
    )


def check_day(day: date) -> None:
    """Raises: Unfit for a day that is over or too far away."""
    if day < today():
        raise Unfit(_("Der Tag liegt in der Vergangenheit."))
    if day > today() + FURTHEST:
        raise Unfit(_("Der Tag liegt mehr als 30 Jahre in der Zukunft. Prüfen Sie das Jahr."))


def _change(reminder: Reminder, event: EventType, actor: Actor, **changes: object) -> Reminder:
    with transaction.atomic():
        rows = Reminder.objects.filter(pk=reminder.pk, state=ReminderState.OPEN)
        if not rows.update(**changes):
            raise Moved(_("Diese Wiedervorlage ist schon erledigt."))
        record(reminder.case.chain, event, actor=actor)
    reminder.refresh_from_db()
    return reminder

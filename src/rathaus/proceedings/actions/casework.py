"""Work of the staff on a case: take over, put back, hand on, look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.core.models import Event
from rathaus.organisation.models import Office, StaffMember
from rathaus.proceedings import states
from rathaus.proceedings.events import (
    ApplicationAssigned,
    ApplicationClerkLost,
    ApplicationPassedOn,
    ApplicationPutBack,
    ApplicationReleased,
    ApplicationTakenOver,
    ApplicationViewed,
)
from rathaus.proceedings.models import Application
from rathaus.proceedings.settlement import hold_claim
from rathaus.proceedings.states import Move, State

VIEW_ONCE_PER = timedelta(hours=1)


@transaction.atomic
def release(*, application: Application, actor: Actor) -> None:
    """Give the application to the desk: paid, or released by hand. Starts the clock."""
    from rathaus.proceedings.actions.submission import deadline

    hold_claim(application)
    moment = now()
    due_on = deadline(application.service, local(moment).date())
    states.apply(
        application, Move.RELEASE, actor_kind=actor.kind, released_at=moment, due_on=due_on
    )
    event = ApplicationReleased(due_on=due_on.isoformat() if due_on else "")
    record(application.case.chain, event, actor=actor)


@transaction.atomic
def take_over(*, application: Application, staff: StaffMember, actor: Actor) -> None:
    """Make the case mine. Raises: MoveRefused if somebody else was faster."""
    states.apply(application, Move.TAKE_OVER, actor_kind=actor.kind, assigned_to=staff)
    record(application.case.chain, ApplicationTakenOver(), actor=actor)


@transaction.atomic
def put_back(*, application: Application, actor: Actor) -> None:
    """Lay the case back into the basket of the office. Raises: MoveRefused."""
    states.apply(application, Move.PUT_BACK, actor_kind=actor.kind, assigned_to=None)
    record(application.case.chain, ApplicationPutBack(), actor=actor)


@transaction.atomic
def assign(*, application: Application, staff: StaffMember, actor: Actor) -> None:
    """Hand the case to a colleague, whatever its open state. Raises: MoveRefused if it ended."""
    hold_claim(application)
    handed = Application.objects.filter(pk=application.pk, state__in=states.OPEN_STATES).update(
        assigned_to=staff
    )
    if not handed:
        raise states.MoveRefused(Move.TAKE_OVER, application.state)
    application.assigned_to = staff
    told = ApplicationAssigned(staff=str(staff.public_id), to=staff.name)
    record(application.case.chain, told, actor=actor)


@transaction.atomic
def pass_on(*, application: Application, office: Office, actor: Actor) -> None:
    """Lay the case into the basket of `office`, where nobody has it yet.

    Raises: MoveRefused where it changed meanwhile.
    """
    before = application.office
    _unassign(application, actor, office=office)
    told = ApplicationPassedOn(from_office=before.key, office=office.key)
    record(application.case.chain, told, actor=actor)


@transaction.atomic
def take_away(*, application: Application, actor: Actor) -> None:
    """Lay the case into the basket: its clerk may not work in the dossier any more.

    Raises: MoveRefused where it changed meanwhile.
    """
    clerk = application.assigned_to
    hold_claim(application)
    _unassign(application, actor)
    told = ApplicationClerkLost(clerk=clerk.name if clerk else "")
    record(application.case.chain, told, actor=actor)


def _unassign(application: Application, actor: Actor, **changes: Any) -> None:
    """What waits for the resident or for money, or has ended, keeps its state."""
    changes["assigned_to"] = None
    if application.state == State.IN_PROGRESS:
        states.apply(application, Move.PUT_BACK, actor_kind=actor.kind, **changes)
        return
    Application.objects.filter(pk=application.pk).update(**changes)
    for name, value in changes.items():
        setattr(application, name, value)


@transaction.atomic
def mark_viewed(*, application: Application, actor: Actor) -> None:
    """Note who looked at the case; once per person and hour."""
    seen = Event.objects.filter(
        chain_id=application.case.chain_id,
        type=ApplicationViewed.name,
        actor_id=actor.id,
        at__gte=now() - VIEW_ONCE_PER,
    ).exists()
    if not seen:
        record(application.case.chain, ApplicationViewed(), actor=actor)

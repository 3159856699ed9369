"""A row of the basket, made from an application without a query of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rathaus.desk.access import Desk
from rathaus.organisation import queries as organisation
from rathaus.payments.states import ClaimState
from rathaus.proceedings.models import Application, Channel
from rathaus.proceedings.queries.worklist import RUNNING
from rathaus.proceedings.states import State

LAST_BASKET = "desk_basket"
"""In the session: which part of the basket was looked at last, as the query of its address."""
TONES = {
    State.AWAITING_PAYMENT: "wait",
    State.RECEIVED: "new",
    State.IN_PROGRESS: "work",
    State.AWAITING_RESIDENT: "wait",
    State.DECIDED: "done",
    State.REJECTED: "bad",
    State.WITHDRAWN: "off",
}
PAYMENT_TONES = {
    ClaimState.OPEN: "wait",
    ClaimState.PAID: "done",
    ClaimState.OVERPAID: "bad",
    ClaimState.CANCELLED: "off",
}


@dataclass(frozen=True)
class Row:
    """What one line of the list says."""

    application: Application
    title: str
    tone: str
    state: str
    due_on: date | None
    rests: bool
    """The deadline stands still until the resident answers."""
    late: bool
    payment: str
    payment_tone: str
    channel: str
    person: str
    mine: bool
    unread: bool
    pickable: bool

    @property
    def css(self) -> str:
        """Mark at the left edge."""
        if self.late:
            return "is-late"
        return "is-new" if self.application.state == State.RECEIVED else ""


def rows(applications: Iterable[Application], desk: Desk) -> list[Row]:
    """Rows for a page of the basket."""
    return [_row(application, desk) for application in applications]


def payment_text(application: Application) -> tuple[str, str]:
    """How the money stands, and in which tone."""
    claim = application.claim
    if claim is None:
        return _("keine Gebühr"), ""
    return str(claim.get_state_display()), PAYMENT_TONES[ClaimState(claim.state)]


def _row(application: Application, desk: Desk) -> Row:
    open_case = application.is_open
    payment, payment_tone = payment_text(application)
    person = application.assigned_to
    left = application.days_left
    office = organisation.office_by_id(application.case.office_id)  # with those above it at hand
    running = application.state in RUNNING
    return Row(
        application=application,
        title=application.service.title,
        tone=TONES[State(application.state)],
        state=str(application.get_state_display()),
        due_on=application.due_on if running else None,
        rests=application.state == State.AWAITING_RESIDENT,
        late=running and left is not None and left < 0,
        payment=payment,
        payment_tone=payment_tone,
        channel="" if application.channel == Channel.ONLINE else application.get_channel_display(),
        person=person.name if person else "",
        mine=person is not None and person.pk == desk.staff.pk,
        unread=application.has_unread,
        pickable=open_case and desk.can("case.take", office),
    )

"""The states of an application and who may move it: one table (DESIGN.md §4).

The table checks every change, draws the picture of the procedure and is tested exhaustively.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from rathaus.proceedings.models import Application


class State(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("Wartet auf Zahlung")
    RECEIVED = "received", _("Neu")
    IN_PROGRESS = "in_progress", _("In Bearbeitung")
    AWAITING_RESIDENT = "awaiting_resident", _("Rückfrage offen")
    DECIDED = "decided", _("Erledigt")
    REJECTED = "rejected", _("Abgelehnt")
    WITHDRAWN = "withdrawn", _("Zurückgezogen")


OPEN_STATES = frozenset(
    {State.AWAITING_PAYMENT, State.RECEIVED, State.IN_PROGRESS, State.AWAITING_RESIDENT}
)

DESK_STATES = OPEN_STATES - {State.AWAITING_PAYMENT}


class Move(StrEnum):
    """What can happen to an application."""

    RELEASE = "release"
    TAKE_OVER = "take_over"
    PUT_BACK = "put_back"
    ASK = "ask"
    ANSWER = "answer"
    GRANT = "grant"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    move: Move
    source: State
    target: State
    by: frozenset[str]
    """Kinds of actors that may do it."""


def _rows(move: Move, sources: list[State], target: State, *by: str) -> list[Transition]:
    return [Transition(move, source, target, frozenset(by)) for source in sources]


S = State
TABLE: tuple[Transition, ...] = (
    *_rows(Move.RELEASE, [S.AWAITING_PAYMENT], S.RECEIVED, "system", "provider", "staff"),
    *_rows(Move.TAKE_OVER, [S.RECEIVED], S.IN_PROGRESS, "staff"),
    # The software puts it into the basket of another office when the record goes there.
    *_rows(Move.PUT_BACK, [S.IN_PROGRESS], S.RECEIVED, "staff", "system"),
    *_rows(Move.ASK, [S.IN_PROGRESS], S.AWAITING_RESIDENT, "staff"),
    *_rows(Move.ANSWER, [S.AWAITING_RESIDENT], S.IN_PROGRESS, "resident", "staff", "system"),
    *_rows(Move.GRANT, [S.IN_PROGRESS], S.DECIDED, "staff"),
    *_rows(Move.REJECT, [S.IN_PROGRESS], S.REJECTED, "staff"),
    *_rows(
        Move.WITHDRAW,
        [S.AWAITING_PAYMENT, S.RECEIVED, S.IN_PROGRESS, S.AWAITING_RESIDENT],
        S.WITHDRAWN,
        "resident",
        "staff",
    ),
)


class MoveRefused(Exception):
    """The application is in a state in which this cannot be done (any more)."""

    def __init__(self, move: Move, state: str) -> None:
        super().__init__(f"{move} is not possible in state {state}")
        self.move = move
        self.state = state


def find(move: Move, state: str, actor_kind: str) -> Transition | None:
    """The row for this move from this state by this kind of actor."""
    for row in TABLE:
        if row.move == move and row.source == state and actor_kind in row.by:
            return row
    return None


def possible(state: str, actor_kind: str) -> list[Move]:
    """What this kind of actor can do now."""
    return [row.move for row in TABLE if row.source == state and actor_kind in row.by]


def apply(application: Application, move: Move, *, actor_kind: str, **changes: Any) -> None:
    """Move by compare-and-swap; `changes` are written in the same statement.

    Raises: MoveRefused, also where somebody else was faster.
    """
    from rathaus.proceedings.models import Application as Model

    row = find(move, application.state, actor_kind)
    if row is None:
        raise MoveRefused(move, application.state)
    moved = Model.objects.filter(pk=application.pk, state=row.source).update(
        state=row.target, **changes
    )
    if not moved:
        application.refresh_from_db()
        raise MoveRefused(move, application.state)
    application.state = row.target
    for name, value in changes.items():
        setattr(application, name, value)

"""Which steps a process of disposal, a case in it and a request for erasure can take."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProcessState(models.TextChoices):
    """Where a process stands."""

    DRAFT = "draft", _("in Vorbereitung")
    OFFERED = "offered", _("angeboten")
    APPRAISED = "appraised", _("bewertet")
    TRANSFERRED = "transferred", _("abgegeben")
    CONFIRMED = "confirmed", _("Übernahme bestätigt")
    FINISHED = "finished", _("abgeschlossen")
    CANCELLED = "cancelled", _("abgebrochen")


class ItemState(models.TextChoices):
    """Where a case in a process stands."""

    PLANNED = "planned", _("vorgesehen")
    OFFERED = "offered", _("angeboten")
    APPRAISED = "appraised", _("bewertet")
    TRANSFERRED = "transferred", _("abgegeben")
    CONFIRMED = "confirmed", _("im Archiv")
    PREPARED = "prepared", _("zur Freigabe vorgelegt")
    RELEASED = "released", _("zur Vernichtung freigegeben")
    DESTROYING = "destroying", _("wird vernichtet")
    DESTROYED = "destroyed", _("vernichtet")
    KEPT = "kept", _("bleibt in der E-Akte")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


ENDED = frozenset({ItemState.DESTROYED, ItemState.KEPT, ItemState.WITHDRAWN})
"""Nothing more happens to a case in these states."""


class Verdict(models.TextChoices):
    """Result of the appraisal."""

    ARCHIVE = "A", _("archivwürdig")
    DESTROY = "V", _("zu vernichten")


class RequestState(models.TextChoices):
    """What became of a request for erasure."""

    RESTRICTED = "restricted", _("Verarbeitung eingeschränkt")
    ERASED = "erased", _("gelöscht")
    ARCHIVED = "archived", _("ans Archiv abgegeben und gelöscht")
    WITHDRAWN = "withdrawn", _("zurückgenommen")


@dataclass(frozen=True)
class Step:
    """A permitted change of a process, who may do it and the event it leaves."""

    name: str
    sources: tuple[ProcessState, ...]
    target: ProcessState
    permission: str
    """Empty: only a message from the archive, or the software."""
    event: str
    code: str = ""
    """The message that goes out or came in."""


P = ProcessState
STEPS: tuple[Step, ...] = (
    Step("offer", (P.DRAFT,), P.OFFERED, "records.dispose", "disposal.offered", "0501"),
    Step("appraise", (P.OFFERED,), P.APPRAISED, "", "disposal.appraised", "0502"),
    Step("decide", (P.DRAFT,), P.APPRAISED, "records.dispose", "disposal.appraised"),
    Step(
        "transfer",
        (P.DRAFT, P.APPRAISED),
        P.TRANSFERRED,
        "records.dispose",
        "disposal.transferred",
        "0503",
    ),
    Step("confirm", (P.TRANSFERRED,), P.CONFIRMED, "", "disposal.confirmed", "0506"),
    Step("finish", (P.APPRAISED, P.CONFIRMED), P.FINISHED, "", "disposal.finished"),
    Step(
        "cancel",
        (P.DRAFT, P.OFFERED, P.APPRAISED),
        P.CANCELLED,
        "records.dispose",
        "disposal.cancelled",
    ),
)

I = ItemState  # noqa: E741 - the table reads better
ITEM_STEPS: dict[tuple[ItemState, ItemState], str] = {
    (I.PLANNED, I.OFFERED): "offer",
    (I.PLANNED, I.APPRAISED): "decide",
    (I.PLANNED, I.TRANSFERRED): "transfer",
    (I.OFFERED, I.APPRAISED): "appraise",
    (I.APPRAISED, I.TRANSFERRED): "transfer",
    (I.TRANSFERRED, I.CONFIRMED): "confirm",
    (I.TRANSFERRED, I.KEPT): "confirm",
    (I.APPRAISED, I.PREPARED): "propose",
    (I.CONFIRMED, I.PREPARED): "propose",
    (I.PREPARED, I.RELEASED): "release",
    (I.PREPARED, I.APPRAISED): "turn_down",
    (I.PREPARED, I.CONFIRMED): "turn_down",
    (I.RELEASED, I.DESTROYING): "destroy",
    (I.DESTROYING, I.DESTROYED): "destroy",
    (I.CONFIRMED, I.KEPT): "keep",
    (I.PREPARED, I.KEPT): "spare",
    (I.RELEASED, I.KEPT): "spare",
    **{
        (state, I.WITHDRAWN): "withdraw"
        for state in (I.PLANNED, I.OFFERED, I.APPRAISED, I.PREPARED, I.RELEASED)
    },
}
"""Permitted changes of a case in a process. A case that the archive has is never withdrawn."""


def step(name: str) -> Step:
    """The step of that name. Raises: KeyError."""
    for candidate in STEPS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def possible(state: str) -> list[Step]:
    """What may happen to a process in `state`."""
    return [candidate for candidate in STEPS if state in candidate.sources]

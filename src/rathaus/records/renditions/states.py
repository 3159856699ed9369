"""The life of a piece of work: what becomes of one version of a document."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    """Of the work on a version, and of each kind of rendition."""

    WAITING = "waiting", _("wartet")
    RUNNING = "running", _("läuft")
    DONE = "done", _("fertig")
    NOT_NEEDED = "not_needed", _("nicht nötig")
    FAILED = "failed", _("gescheitert")


@dataclass(frozen=True)
class Transition:
    """A permitted change of the state of work."""

    name: str
    sources: frozenset[WorkState]
    target: WorkState


TRANSITIONS: tuple[Transition, ...] = (
    # RUNNING is also a source of "take": its worker has vanished and the lease is over.
    Transition("take", frozenset({WorkState.WAITING, WorkState.RUNNING}), WorkState.RUNNING),
    Transition("go_on", frozenset({WorkState.RUNNING}), WorkState.WAITING),
    Transition("finish", frozenset({WorkState.RUNNING}), WorkState.DONE),
    Transition("give_up", frozenset({WorkState.RUNNING}), WorkState.FAILED),
    Transition("again", frozenset({WorkState.DONE, WorkState.FAILED}), WorkState.WAITING),
)


def transition(name: str) -> Transition:
    """The transition of that name. Raises: KeyError."""
    for candidate in TRANSITIONS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)

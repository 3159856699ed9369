"""The life of a scan batch: from the stack of paper to the empty shelf."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    """Where a batch stands."""

    OPEN = "open", _("wird gescannt")
    TRANSFERRED = "transferred", _("wartet auf Stichprobe")
    CHECKING = "checking", _("wird geprüft")
    FAILED = "failed", _("neu zu scannen")
    PASSED = "passed", _("geprüft")
    DESTROYED = "destroyed", _("Papier vernichtet")
    CANCELLED = "cancelled", _("abgebrochen")


class Verdict(models.TextChoices):
    """What the second person says about a page."""

    NONE = "", _("noch nicht angesehen")
    GOOD = "good", _("gut")
    RESCAN = "rescan", _("neu scannen")


@dataclass(frozen=True)
class Transition:
    """A permitted change, the permission it needs and the event it leaves."""

    name: str
    source: BatchState
    target: BatchState
    permission: str
    event: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "transfer", BatchState.OPEN, BatchState.TRANSFERRED, "scan.work", "scan.transferred"
    ),
    Transition("cancel", BatchState.OPEN, BatchState.CANCELLED, "scan.work", "scan.cancelled"),
    Transition(
        "draw", BatchState.TRANSFERRED, BatchState.CHECKING, "scan.work", "scan.sample_drawn"
    ),
    Transition("redraw", BatchState.FAILED, BatchState.CHECKING, "scan.work", "scan.sample_drawn"),
    Transition("pass", BatchState.CHECKING, BatchState.PASSED, "scan.work", "scan.passed"),
    Transition("fail", BatchState.CHECKING, BatchState.FAILED, "scan.work", "scan.failed"),
    Transition(
        "destroy", BatchState.PASSED, BatchState.DESTROYED, "scan.destroy", "scan.paper_destroyed"
    ),
)
FINAL = frozenset({BatchState.DESTROYED, BatchState.CANCELLED})


def transition(name: str) -> Transition:
    """The transition of that name. Raises: KeyError."""
    for candidate in TRANSITIONS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def possible(state: str) -> list[Transition]:
    """What may happen to a batch in `state`."""
    return [candidate for candidate in TRANSITIONS if candidate.source == state]

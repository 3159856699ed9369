"""The life of an import run."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """Where a run stands. `checked` is the dry run: nothing was filed yet."""

    DRAFT = "draft", _("wird vorbereitet")
    READING = "reading", _("wird gelesen")
    BROKEN = "broken", _("nicht lesbar")
    CHECKED = "checked", _("Probelauf fertig")
    RUNNING = "running", _("läuft")
    PAUSED = "paused", _("angehalten")
    DONE = "done", _("fertig")
    CANCELLED = "cancelled", _("abgebrochen")


@dataclass(frozen=True)
class Transition:
    """A permitted change, the permission it needs and the event it leaves."""

    name: str
    source: RunState
    target: RunState
    permission: str = "legacy.import"
    event: str = "legacy.run_moved"


TRANSITIONS: tuple[Transition, ...] = (
    Transition("read", RunState.DRAFT, RunState.READING),
    Transition("read", RunState.BROKEN, RunState.READING),
    Transition("break", RunState.READING, RunState.BROKEN),
    Transition("check", RunState.READING, RunState.CHECKED),
    Transition("change", RunState.CHECKED, RunState.DRAFT),
    Transition("change", RunState.BROKEN, RunState.DRAFT),
    Transition("start", RunState.CHECKED, RunState.RUNNING),
    Transition("pause", RunState.RUNNING, RunState.PAUSED),
    Transition("resume", RunState.PAUSED, RunState.RUNNING),
    Transition("finish", RunState.RUNNING, RunState.DONE),
    *(
        Transition("cancel", state, RunState.CANCELLED)
        for state in (
            RunState.DRAFT,
            RunState.READING,
            RunState.BROKEN,
            RunState.CHECKED,
            RunState.RUNNING,
            RunState.PAUSED,
        )
    ),
)
WORKING = (RunState.READING, RunState.RUNNING)


def transitions(name: str) -> list[Transition]:
    """All transitions of that name. Raises: KeyError for none."""
    found = [candidate for candidate in TRANSITIONS if candidate.name == name]
    if not found:
        raise KeyError(name)
    return found


def possible(state: str) -> set[str]:
    """Names of what may happen to a run in `state`."""
    return {candidate.name for candidate in TRANSITIONS if candidate.source == state}

"""The life of a co-signing run and of its steps, as tables.

Statuses of steps are those of xdomea 0201 (Code StatusGeschaeftsgangElement): 001 future,
002 current, 003 done, 004 skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """How a run stands as a whole."""

    RUNNING = "running", _("läuft")
    FINISHED = "finished", _("abgeschlossen")
    REFUSED = "refused", _("zurückgegeben")
    STOPPED = "stopped", _("abgebrochen")


class StepStatus(models.TextChoices):
    """xdomea 0201."""

    FUTURE = "001", _("kommt noch")
    CURRENT = "002", _("jetzt")
    DONE = "003", _("erledigt")
    SKIPPED = "004", _("entfallen")


class Ask(models.TextChoices):
    """What is asked of a step."""

    NOTE = "note", _("Kenntnisnahme")
    COSIGN = "cosign", _("Mitzeichnung")
    FINAL = "final", _("Schlusszeichnung")
    TALK = "talk", _("Rücksprache")


class StepResult(models.TextChoices):
    """What came of a step."""

    SEEN = "seen", _("zur Kenntnis genommen")
    SIGNED = "signed", _("gezeichnet")
    TALKED = "talked", _("besprochen")
    REFUSED = "refused", _("nicht gezeichnet")


RESULT_OF = {
    Ask.NOTE: StepResult.SEEN,
    Ask.COSIGN: StepResult.SIGNED,
    Ask.FINAL: StepResult.SIGNED,
    Ask.TALK: StepResult.TALKED,
}
"""What doing a step means, by what was asked."""


@dataclass(frozen=True)
class StepMove:
    """A permitted change of a step: who may, and the event it leaves ("" for none)."""

    name: str
    source: StepStatus
    target: StepStatus
    who: str
    event: str


STEP_MOVES: tuple[StepMove, ...] = (
    StepMove("reach", StepStatus.FUTURE, StepStatus.CURRENT, "run", ""),
    StepMove("do", StepStatus.CURRENT, StepStatus.DONE, "signer", "run.step_done"),
    StepMove("refuse", StepStatus.CURRENT, StepStatus.DONE, "signer", "run.step_refused"),
    StepMove("skip", StepStatus.CURRENT, StepStatus.SKIPPED, "owner", "run.step_skipped"),
    StepMove("skip_ahead", StepStatus.FUTURE, StepStatus.SKIPPED, "owner", "run.step_skipped"),
    StepMove("drop", StepStatus.CURRENT, StepStatus.SKIPPED, "run", ""),
    StepMove("drop_ahead", StepStatus.FUTURE, StepStatus.SKIPPED, "run", ""),
)


@dataclass(frozen=True)
class RunMove:
    """A permitted change of a run."""

    name: str
    source: RunState
    target: RunState
    who: str
    event: str


RUN_MOVES: tuple[RunMove, ...] = (
    RunMove("finish", RunState.RUNNING, RunState.FINISHED, "run", "run.finished"),
    RunMove("give_back", RunState.RUNNING, RunState.REFUSED, "run", "run.returned"),
    RunMove("stop", RunState.RUNNING, RunState.STOPPED, "owner", "run.stopped"),
)


def step_move(name: str) -> StepMove:
    """The move of that name. Raises: KeyError."""
    return {move.name: move for move in STEP_MOVES}[name]


def run_move(name: str) -> RunMove:
    """The move of that name. Raises: KeyError."""
    return {move.name: move for move in RUN_MOVES}[name]

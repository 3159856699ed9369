"""The life of a case in the record: open, closed, and open again by mistake or appeal."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Whether documents can still be filed."""

    OPEN = "open", _("in Bearbeitung")
    CLOSED = "closed", _("abgeschlossen")


class Disposal(models.TextChoices):
    """What becomes of a case after its retention (xdomea Aussonderungsart)."""

    ARCHIVE = "A", _("archivwürdig")
    APPRAISE = "B", _("zu bewerten")
    DESTROY = "V", _("zu vernichten")


class Access(models.TextChoices):
    """Who may read a dossier and everything in it."""

    OFFICE = "office", _("nur das zuständige Amt")
    RESTRICTED = "restricted", _("nur namentlich Berechtigte")
    TOWN = "town", _("alle, die mit Akten arbeiten")


class Medium(models.TextChoices):
    """Of what a dossier consists (xdomea code list Medium)."""

    ELECTRONIC = "001", _("elektronisch")
    HYBRID = "002", _("teils Papier, teils elektronisch")
    PAPER = "003", _("Papier")


@dataclass(frozen=True)
class Transition:
    """A permitted change of state, the permission it needs and the event it leaves."""

    name: str
    source: CaseState
    target: CaseState
    permission: str
    event: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition("close", CaseState.OPEN, CaseState.CLOSED, "case.close", "case.closed"),
    Transition("reopen", CaseState.CLOSED, CaseState.OPEN, "case.close", "case.reopened"),
)


def transition(name: str) -> Transition:
    """The transition of that name. Raises: KeyError."""
    for candidate in TRANSITIONS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def possible(state: str) -> list[Transition]:
    """What may happen to a case in `state`."""
    return [candidate for candidate in TRANSITIONS if candidate.source == state]

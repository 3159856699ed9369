"""The life of an item of the intake: from its arrival until it is filed or thrown away."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemState(models.TextChoices):
    """Where an item stands."""

    RECEIVED = "received", _("eingegangen")
    CHECKING = "checking", _("wird geprüft")
    READY = "ready", _("bereit")
    WORKING = "working", _("in Arbeit")
    FILED = "filed", _("zur Akte genommen")
    REPLACED = "replaced", _("aufgeteilt")
    DISCARDED = "discarded", _("verworfen")
    QUARANTINED = "quarantined", _("Quarantäne")
    FAILED = "failed", _("gescheitert")


class Source(models.TextChoices):
    """How an item came in."""

    UPLOAD = "upload", _("hochgeladen")
    SCAN = "scan", _("Scan-Ordner")
    PRINT = "print", _("Druck-Ordner")
    MAIL = "mail", _("E-Mail")
    API = "api", _("Schnittstelle")
    SCANNING = "scanning", _("ersetzendes Scannen")
    LEGACY = "legacy", _("Altbestand")
    PART = "part", _("aus einem Eingang")


@dataclass(frozen=True)
class Transition:
    """A permitted change: who may ("job" or a permission) and the event it leaves, "" for none."""

    name: str
    source: ItemState
    target: ItemState
    needs: str
    event: str


_S = ItemState
TRANSITIONS: tuple[Transition, ...] = (
    Transition("check", _S.RECEIVED, _S.CHECKING, "job", ""),
    Transition("pass", _S.CHECKING, _S.READY, "job", "intake.checked"),
    Transition("isolate", _S.CHECKING, _S.QUARANTINED, "job", "intake.quarantined"),
    Transition("fail", _S.CHECKING, _S.FAILED, "job", "intake.failed"),
    Transition("retry", _S.FAILED, _S.RECEIVED, "intake.work", "intake.retried"),
    Transition("file", _S.READY, _S.FILED, "records.file", "intake.filed"),
    Transition("replace", _S.READY, _S.REPLACED, "intake.work", "intake.replaced"),
    Transition("take_up", _S.READY, _S.WORKING, "intake.work", ""),
    Transition("replace_worked", _S.WORKING, _S.REPLACED, "job", "intake.replaced"),
    Transition("put_back", _S.WORKING, _S.READY, "job", ""),
    Transition("fail_work", _S.WORKING, _S.READY, "job", "intake.work_failed"),
    Transition("join_again", _S.REPLACED, _S.READY, "intake.work", "intake.joined_again"),
    Transition("discard", _S.READY, _S.DISCARDED, "intake.work", "intake.discarded"),
    Transition("discard_failed", _S.FAILED, _S.DISCARDED, "intake.work", "intake.discarded"),
    Transition("discard_bad", _S.QUARANTINED, _S.DISCARDED, "intake.release", "intake.discarded"),
    Transition("restore", _S.DISCARDED, _S.RECEIVED, "intake.work", "intake.restored"),
    Transition("release", _S.QUARANTINED, _S.RECEIVED, "intake.release", "intake.released"),
)
OPEN = (_S.RECEIVED, _S.CHECKING, _S.READY, _S.WORKING, _S.FAILED)
"""What somebody still has to look at."""


def transition(name: str) -> Transition:
    """The transition of that name. Raises: KeyError."""
    for candidate in TRANSITIONS:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def possible(state: str) -> list[Transition]:
    """What may happen to an item in `state`."""
    return [candidate for candidate in TRANSITIONS if candidate.source == state]

"""Trust levels in the vocabularies that requests may use."""

from __future__ import annotations

from enum import IntEnum

from django.utils.translation import gettext_lazy as _

STORK = "STORK-QAA-Level-"
EIDAS = "http://eidas.europa.eu/LoA/"
_LOA = {2: "low", 3: "substantial", 4: "high"}


class Level(IntEnum):
    """The numbers of STORK; 1 is below all levels of eIDAS."""

    REGISTERED = 1
    LOW = 2
    SUBSTANTIAL = 3
    HIGH = 4

    @property
    def label(self) -> str:
        """As people read it."""
        return str(_LABELS[self])

    @property
    def trust(self) -> str:
        """As ``akdb:TrustLevel`` says it."""
        return ("UNTERGEORDNET", "NORMAL", "SUBSTANTIELL", "HOCH")[self - 1]


_LABELS = {
    Level.REGISTERED: _("Basisregistrierung"),
    Level.LOW: _("niedrig"),
    Level.SUBSTANTIAL: _("substanziell"),
    Level.HIGH: _("hoch"),
}


def parse(reference: str) -> Level | None:
    """The level an AuthnContextClassRef names, or None."""
    for level in Level:
        if reference in {f"{STORK}{level:d}", f"{EIDAS}{_LOA.get(level, '-')}"}:
            return level
    return None


def reference(level: Level, *, like: str) -> str:
    """AuthnContextClassRef for `level` in the vocabulary of the request."""
    if like.startswith(EIDAS):
        return f"{EIDAS}{_LOA.get(level, 'low')}"
    return f"{STORK}{level:d}"

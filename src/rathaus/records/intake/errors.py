"""What the intake refuses. The text of each is German and says what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rathaus.core.storage import StorageFull


class IntakeError(Exception):
    """Something the intake does not allow; `str()` is for people."""


class MovedOn(IntakeError):
    """Somebody else, or a job, was faster: the item is in another state by now."""

    def __str__(self) -> str:
        return _("Dieser Eingang ist inzwischen weiter. Bitte sehen Sie ihn sich neu an.")


class TooLarge(IntakeError):
    """Larger than ``RATHAUS_INTAKE_MAX_MB``."""


class Empty(IntakeError):
    """No bytes at all."""

    def __str__(self) -> str:
        return _("Die Datei ist leer. Wählen Sie eine andere aus.")


class NoRoom(IntakeError):
    """The disk of the server is full: nothing was taken in, and it may work another time."""

    def __str__(self) -> str:
        return str(StorageFull())


class BadPages(IntakeError):
    """Page numbers that do not fit the item, or an item whose pages cannot be worked on."""


class NotYours(IntakeError):
    """Four eyes: the same person asked for it."""


class BadArchive(IntakeError):
    """A zip file that cannot or must not be unpacked."""


class SourceRefused(IntakeError):
    """A folder or mail box that must not be used."""

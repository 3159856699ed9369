"""What the import refuses; `str()` of each is German and says what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _


class LegacyError(Exception):
    """Base of all refusals."""


class MovedOn(LegacyError):
    """The run is in another state by now."""

    def __str__(self) -> str:
        return _("Diese Übernahme ist inzwischen weiter. Bitte sehen Sie sie sich neu an.")


class Busy(LegacyError):
    """Another process works on the run."""

    def __str__(self) -> str:
        return _("An dieser Übernahme arbeitet gerade ein anderer Prozess.")


class SourceUnusable(LegacyError):
    """Folder or table that cannot be read; the text says why."""


class MappingInvalid(LegacyError):
    """Levels or columns that make no sense; `errors` name the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class ShelfInvalid(LegacyError):
    """A shelf or a piece of work that makes no sense; `errors` name the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors

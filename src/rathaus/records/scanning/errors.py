"""What scanning refuses; `str()` of each is German and says what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _


class ScanningError(Exception):
    """Base of all refusals."""


class MovedOn(ScanningError):
    """The batch is in another state by now."""

    def __str__(self) -> str:
        return _("Dieser Stapel ist inzwischen weiter. Bitte sehen Sie ihn sich neu an.")


class FourEyes(ScanningError):
    """Who scanned must not check."""

    def __str__(self) -> str:
        return _(
            "Sie haben an diesem Stapel selbst gescannt. Die Stichprobe macht eine zweite Person."
        )


class NotReady(ScanningError):
    """Something is missing for this step; the text says what."""


class PaperStays(ScanningError):
    """The paper must not be destroyed now; the text says why."""


class ProfileInvalid(ScanningError):
    """A profile that makes no sense; `errors` name the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors

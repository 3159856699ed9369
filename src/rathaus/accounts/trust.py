"""Trust levels (Vertrauensniveaus) and how long each of them lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrustLevel(models.IntegerChoices):
    """How sure the town is of who is there (eIDAS, TR-03160-1). Belongs to a session."""

    NONE = 0, _("ohne Anmeldung")
    BASIC = 1, _("einfach")
    SUBSTANTIAL = 2, _("substanziell")
    HIGH = 3, _("hoch")

    @classmethod
    def parse(cls, key: str) -> TrustLevel:
        """The level named in a service definition. Raises: KeyError."""
        return cls[key.upper()]

    @property
    def key(self) -> str:
        """How service definitions and stored data name it: ``substantial``."""
        return self.name.lower()


@dataclass(frozen=True)
class Limits:
    """How long a level may be used since the log-in, and without a request."""

    total: timedelta
    idle: timedelta


LIMITS: dict[TrustLevel, Limits] = {
    TrustLevel.NONE: Limits(timedelta(hours=12), timedelta(minutes=60)),
    TrustLevel.BASIC: Limits(timedelta(hours=12), timedelta(minutes=60)),
    TrustLevel.SUBSTANTIAL: Limits(timedelta(hours=2), timedelta(minutes=30)),
    TrustLevel.HIGH: Limits(timedelta(minutes=30), timedelta(minutes=5)),
}
"""BundID's limits (TR-03160-1 4.3; TR-03172-3 A3.11.09)."""

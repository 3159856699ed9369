"""What can be set for BundID (interface description 10.2.0.0, chapters 5 to 9)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from rathaus.accounts.sources.bundid.names import MAPPING, STORK
from rathaus.accounts.sources.saml.entry import AttributeRule, LevelName, SamlEntry

Method = Literal["Authega", "Benutzername", "eID", "eIDAS", "Diia", "Elster", "FINK"]


class BundIDEntry(SamlEntry):
    """The central account of the federation, or an account system built like it."""

    organisation: str = Field(min_length=1, max_length=50)
    """OrganizationDisplayName: for whom people log in, shown by BundID."""
    online_service_id: str = Field(pattern=r"^BMI-[AB][0-9A-Za-z]{4,12}$")
    """OnlineServiceId, given by the BMI."""
    methods: tuple[Method, ...] = Field(
        default=("Benutzername", "eID", "eIDAS", "Elster", "FINK"), min_length=1
    )
    """Ways to log in that BundID offers; it leaves out those below the level asked for."""
    back_url: bool = True
    """Offer the way back to the town's log-in page (https only)."""
    status_detail: bool = True
    levels: dict[LevelName, tuple[str, ...]] = {
        "basic": (f"{STORK}1", f"{STORK}2"),
        "substantial": (f"{STORK}3",),
        "high": (f"{STORK}4",),
    }
    attributes: dict[str, AttributeRule] = MAPPING

    @field_validator("methods")
    @classmethod
    def _once(cls, value: tuple[Method, ...]) -> tuple[Method, ...]:
        if len(value) != len(set(value)):
            raise ValueError("Kein Verfahren darf doppelt sein.")
        return value

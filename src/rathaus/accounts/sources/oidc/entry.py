"""What can be set for an OpenID Connect source. Names and values: docs/identity.md."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rathaus.accounts.sources.base import ATTRIBUTES
from rathaus.accounts.sources.kinds import Entry
from rathaus.accounts.trust import TrustLevel

LevelName = Literal["basic", "substantial", "high"]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Signatures by key pairs only: neither ``none`` nor a shared secret can be set."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ClaimRule(BaseModel):
    """Where one of our attributes comes from, and up to which level it is believed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    """Name of the claim; ``address.locality`` looks inside."""
    level: LevelName | None = None
    """At most this level: for what people typed in there themselves."""


class OidcEntry(Entry):
    """A provider that speaks OpenID Connect."""

    issuer: str = Field(min_length=1, max_length=300)
    """As the provider names itself; everything is fetched from this host only."""
    hosts: tuple[str, ...] = ()
    """Further hosts of the provider, where its description names addresses on them."""
    client_id: str = Field(min_length=1, max_length=200)
    client_auth: Literal["client_secret_basic", "client_secret_post", "private_key_jwt"] = (
        "client_secret_basic"
    )
    client_secret_file: str = ""
    """A file (relative to the settings file) with the secret. Not for private_key_jwt."""
    algorithms: tuple[Algorithm, ...] = Field(default=("PS256", "ES256", "RS256"), min_length=1)
    scopes: tuple[str, ...] = ("openid", "profile")
    levels: dict[LevelName, tuple[str, ...]] = {}
    """Values of ``acr`` for each level; the first is what we ask for."""
    level_without_acr: Literal["none", "basic"] = "basic"
    """What a log-in counts whose ``acr`` is missing or not named in `levels`."""
    acr_request: Literal["acr_values", "claims"] = "acr_values"
    """How the provider wants to be asked for a level."""
    fresh: bool = True
    """Ask for a new log-in and refuse an old one; without, a log-in there may go on here."""
    userinfo: bool = False
    """Ask the provider for claims that it leaves out of the id_token."""
    attributes: dict[str, ClaimRule] = {
        "given_names": ClaimRule(name="given_name"),
        "family_name": ClaimRule(name="family_name"),
        "birth_date": ClaimRule(name="birthdate"),
        "street": ClaimRule(name="address.street_address"),
        "postal_code": ClaimRule(name="address.postal_code"),
        "city": ClaimRule(name="address.locality"),
        "email": ClaimRule(name="email", level="basic"),
        "phone": ClaimRule(name="phone_number", level="basic"),
    }
    groups_claim: str = "groups"
    """Sources for staff: the claim with the groups of the person."""
    second_factor: tuple[str, ...] = ("mfa",)
    """Values of ``amr`` or ``acr`` that say: a second factor was asked for."""
    skew_seconds: int = Field(default=60, ge=0, le=180)
    """By how much their clock may differ from ours."""

    @field_validator("issuer")
    @classmethod
    def _https(cls, value: str) -> str:
        parts = urlsplit(value)
        inside = parts.scheme == "http" and parts.hostname in LOOPBACK and settings.SIMULATION
        if parts.scheme != "https" and not inside:
            raise ValueError("Nur https-Adressen sind erlaubt.")
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError("Die Adresse darf nur aus Host und Pfad bestehen.")
        return value

    @field_validator("attributes", mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        """``given_names: vorname`` is short for ``given_names: {name: vorname}``."""
        if isinstance(value, dict):
            return {k: {"name": v} if isinstance(v, str) else v for k, v in value.items()}
        return value

    @field_validator("attributes")
    @classmethod
    def _known(cls, value: dict[str, ClaimRule]) -> dict[str, ClaimRule]:
        for name in value:
            if name not in ATTRIBUTES:
                raise ValueError(f"„{name}“ gibt es nicht. Möglich sind: {', '.join(ATTRIBUTES)}.")
        return value

    @field_validator("levels")
    @classmethod
    def _distinct(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        names = [name for names in value.values() for name in names]
        if len(names) != len(set(names)) or not all(value.values()):
            raise ValueError("Jedes Niveau braucht eigene Namen; keiner darf doppelt sein.")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.client_auth != "private_key_jwt" and not self.client_secret_file:
            raise ValueError("„client_secret_file“ fehlt: die Datei mit dem Geheimnis.")
        if "openid" not in self.scopes:
            raise ValueError("„scopes“ braucht „openid“.")
        if not self.levels and self.level_without_acr == "none":
            raise ValueError("„levels“ fehlt: Ohne Niveaus ist keine Anmeldung möglich.")
        return self

    @property
    def netloc(self) -> str:
        """Host (and port) of the issuer."""
        return urlsplit(self.issuer).netloc

    def trust_levels(self) -> tuple[TrustLevel, ...]:
        """Levels this source can reach, lowest first."""
        found = {TrustLevel.parse(name) for name in self.levels}
        if self.level_without_acr == "basic":
            found.add(TrustLevel.BASIC)
        return tuple(sorted(found))

    def level_of(self, acr: object) -> TrustLevel:
        """The level an ``acr`` stands for."""
        for name, values in self.levels.items():
            if isinstance(acr, str) and acr in values:
                return TrustLevel.parse(name)
        return TrustLevel.parse(self.level_without_acr)

    def values_from(self, level: TrustLevel) -> list[str]:
        """What to ask for to get at least `level`, best fitting first; empty: need not ask."""
        fitting = sorted(
            (TrustLevel.parse(name), values)
            for name, values in self.levels.items()
            if TrustLevel.parse(name) >= level
        )
        return [value for _level, values in fitting for value in values]

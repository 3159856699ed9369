"""What can be set for a SAML source. Names and values are explained in docs/identity.md."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rathaus.accounts.sources.base import ATTRIBUTES
from rathaus.accounts.sources.kinds import Entry
from rathaus.accounts.trust import TrustLevel

LevelName = Literal["basic", "substantial", "high"]
SIMULATION = "simulation"

OID = "urn:oid:"
EIDAS = "http://eidas.europa.eu/LoA/"


class AttributeRule(BaseModel):
    """Where one of our attributes comes from, and up to which level it is believed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    """Name of the attribute in the assertion, never its FriendlyName."""
    date: str = ""
    """Notation of a date at the source, e.g. ``%d.%m.%Y``; empty: YYYY-MM-DD."""
    level: LevelName | None = None
    """At most this level: for what people typed in there themselves."""


class SamlEntry(Entry):
    """An account system that speaks SAML 2.0."""

    metadata: str = Field(min_length=1)
    """A file (relative to the settings file), an https address, or ``simulation``."""
    metadata_fingerprint: str = Field(
        default="", pattern=r"^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$|^$"
    )
    """SHA-256 of the certificate that signs the metadata; empty: they need no signature."""
    idp_entity_id: str = ""
    """Their entityID; needed when the metadata describe several systems."""
    entity_id: str = Field(default="", pattern=r"^(https?://\S+|urn:\S+)?$")
    """Ours. MUST never change: BundID makes the account keys from it."""
    binding: Literal["post", "redirect"] = "post"
    request_signature: Literal["rsa-sha256", "rsa-pss"] = "rsa-sha256"
    signed: Literal["assertion", "response"] = "assertion"
    """What they have to sign at least."""
    legacy_crypto: bool = False
    """Accept AES-CBC, which TR-03116-4 tolerated until 2020."""
    force_authn: bool = True
    name_id_format: Literal["transient", "persistent", "unspecified"] = "transient"
    subject: str = ""
    """Attribute that identifies the person; empty: a persistent NameID."""
    levels: dict[LevelName, tuple[str, ...]] = Field(
        default={
            "basic": ("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",),
            "substantial": (f"{EIDAS}substantial",),
            "high": (f"{EIDAS}high",),
        },
        min_length=1,
    )
    """AuthnContextClassRefs of each level; the first is what we ask for."""
    attributes: dict[str, AttributeRule] = {
        "given_names": AttributeRule(name=f"{OID}2.5.4.42"),
        "family_name": AttributeRule(name=f"{OID}2.5.4.4"),
        "birth_date": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.55"),
        "birth_place": AttributeRule(name=f"{OID}1.3.6.1.5.5.7.9.2"),
        "street": AttributeRule(name=f"{OID}2.5.4.16"),
        "postal_code": AttributeRule(name=f"{OID}2.5.4.17"),
        "city": AttributeRule(name=f"{OID}2.5.4.7"),
        "country": AttributeRule(name=f"{OID}1.2.40.0.10.2.1.1.225599"),
        "email": AttributeRule(name=f"{OID}0.9.2342.19200300.100.1.3", level="basic"),
    }
    groups_attribute: str = "urn:oid:1.3.6.1.4.1.5923.1.5.1.1"
    """Sources for staff: the attribute with the groups of the person (isMemberOf)."""
    second_factor: tuple[str, ...] = ("https://refeds.org/profile/mfa",)
    """AuthnContextClassRefs that say: a second factor was asked for. Name them in `levels` too."""
    skew_seconds: int = Field(default=60, ge=0, le=180)
    """By how much their clock may differ from ours."""

    @field_validator("attributes", mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        """``given_names: vorname`` is short for ``given_names: {name: vorname}``."""
        if isinstance(value, dict):
            return {k: {"name": v} if isinstance(v, str) else v for k, v in value.items()}
        return value

    @field_validator("attributes")
    @classmethod
    def _known(cls, value: dict[str, AttributeRule]) -> dict[str, AttributeRule]:
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
    def _metadata_can_be_trusted(self) -> Self:
        if "://" in self.metadata and not self.metadata.startswith("https://"):
            raise ValueError("„metadata“: Nur Dateien und https-Adressen sind erlaubt.")
        return self

    def trust_levels(self) -> tuple[TrustLevel, ...]:
        """Levels this source can reach, lowest first."""
        return tuple(sorted(TrustLevel.parse(name) for name in self.levels))

    def level_of(self, reference: str) -> TrustLevel:
        """The level an AuthnContextClassRef stands for; NONE if we do not know it."""
        for name, references in self.levels.items():
            if reference in references:
                return TrustLevel.parse(name)
        return TrustLevel.NONE

    def reference_of(self, level: TrustLevel) -> str | None:
        """What to ask for to get at least `level`, or None if it is out of reach."""
        for reachable in self.trust_levels():
            if reachable >= level:
                name: LevelName = reachable.key  # type: ignore[assignment]
                return self.levels[name][0]
        return None

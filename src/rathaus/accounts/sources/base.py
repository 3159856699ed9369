"""What an identity source is, and what passes between it and the log-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from rathaus.accounts.trust import TrustLevel

ATTRIBUTES = (
    "given_names",
    "family_name",
    "birth_name",
    "doctoral_degree",
    "birth_date",  # YYYY-MM-DD
    "birth_place",
    "gender",  # ISO 5218: 0, 1, 2, 9
    "nationality",  # ISO 3166-1 alpha-2
    "street",
    "house_number",
    "postal_code",
    "city",
    "country",  # ISO 3166-1 alpha-2
    "email",
    "phone",
    "document_type",
    "municipality_id",
    "organisation_name",
    "organisation_legal_form",
    "organisation_register_kind",
    "organisation_register_number",
    "organisation_register_court",
    "organisation_street",
    "organisation_house_number",
    "organisation_postal_code",
    "organisation_city",
    "organisation_country",
)
"""Our names of what a source can verify; each source maps its own to these."""


@dataclass(frozen=True)
class Attribute:
    """A verified value, with the level at which it was verified."""

    value: str
    level: TrustLevel


@dataclass(frozen=True)
class Verified:
    """What a source vouched for in one log-in.

    `subject` is the source's stable identifier of the person for this town; empty for a
    guest, who can be let through but never get or open an account.
    `organisation` is the identifier of the organisation the person belongs to, or empty.
    `level` is the level reached by this log-in, at least the one that was asked for.
    """

    source: str
    subject: str
    level: TrustLevel
    method: str
    authenticated_at: datetime
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    organisation: str = ""
    groups: tuple[str, ...] = ()
    """Groups of the person in the town's directory; only from sources for staff."""
    second_factor: bool = False
    """The directory says that it asked for a second factor."""


@dataclass(frozen=True)
class GroupRole:
    """What members of a group of the town's directory are here: a role in an office."""

    office: str
    role: str


@dataclass(frozen=True)
class Departure:
    """How the browser gets to the source: GET `url`, or POST `fields` to it.

    `kept` is remembered, sealed, until the person comes back (nonce, code verifier).
    """

    request_id: str
    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Returned:
    """What the browser brought back, untrusted, with what we remembered when it left."""

    parameters: Mapping[str, str]
    request_id: str
    level: TrustLevel
    kept: Mapping[str, Any]


class LoginRefused(Exception):
    """The log-in does not count. `code` is for logs and tests, `cancelled` if by the person.

    The message holds no personal data.
    """

    def __init__(self, code: str, message: str = "", *, cancelled: bool = False) -> None:
        super().__init__(message or code)
        self.code = code
        self.cancelled = cancelled


@dataclass(frozen=True)
class Certificate:
    """A certificate that log-ins hang on, ours or theirs."""

    use: str
    """``sp-signing``, ``sp-encryption``, ``idp-signing`` …"""
    subject: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str
    """SHA-256, hex."""


@dataclass(frozen=True)
class Health:
    """What the operator sees of a source."""

    configured: bool
    problems: tuple[str, ...] = ()
    """Sentences in German that say what is missing and what to do."""
    reachable: bool | None = None
    """None: not asked."""
    certificates: tuple[Certificate, ...] = ()


class Source(ABC):
    """One account system. A member is made per entry of the town's identity settings.

    A source MUST return from `finish` only what is signed by the party it is configured for,
    meant for us, an answer to exactly `returned.request_id`, inside its time, not seen
    before, and at least of the level asked for; anything else MUST raise LoginRefused.
    It MUST NOT follow addresses out of messages, MUST NOT take an e-mail address as
    identifier, and MUST NOT write to the database except through `spend`.
    `attributes` MUST carry only names of `ATTRIBUTES`, each with its own level.
    """

    key: str
    """Stable name: part of addresses and of stored identities."""
    label: str
    """What people read: "BundID"."""
    levels: tuple[TrustLevel, ...]
    """Levels this source can reach."""
    audience: str = "residents"
    """``residents`` or ``staff`` (the town's directory)."""
    form_targets: tuple[str, ...] = ()
    """Origins a form may be sent to, for the Content-Security-Policy."""
    guests: bool = False
    """Whether people without an account there may be let through (`begin` without `link`)."""
    hint: str = ""
    """One sentence that helps to choose: what people need for this log-in."""
    organisations: bool = False
    """Vouches for organisations too (`Verified.organisation`)."""
    groups: Mapping[str, tuple[GroupRole, ...]] = MappingProxyType({})
    """Sources for staff: roles by group of the directory."""

    @abstractmethod
    def begin(self, *, level: TrustLevel, return_url: str, language: str, link: bool) -> Departure:
        """Make the request. `return_url` is our own address; `link`: an account key is needed."""

    @abstractmethod
    def finish(self, returned: Returned) -> Verified:
        """Check what came back. Raises: LoginRefused."""

    @abstractmethod
    def health(self, *, ask: bool = False) -> Health:
        """Configured, certificates, and with `ask` whether the other side answers."""

    def metadata(self) -> bytes | None:
        """Our description for the other side (SAML metadata), or None."""
        return None


def request_id_of(parameters: Mapping[str, str]) -> str:
    """Never trusted: only for looking up which log-in an answer may belong to."""
    return (parameters.get("state") or parameters.get("RelayState") or "")[:120]

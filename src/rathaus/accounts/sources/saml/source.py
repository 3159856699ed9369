"""A SAML account system as an identity source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from lxml import etree

from rathaus.accounts.sources.base import Attribute, Departure, Health, Returned, Source, Verified
from rathaus.accounts.sources.saml import attributes, health, idp, metadata
from rathaus.accounts.sources.saml.entry import SamlEntry
from rathaus.accounts.trust import TrustLevel


class SamlSource(Source):
    """Web Browser SSO Profile: signed request, encrypted and signed answer by POST.

    Kinds built on it override `extensions`, `requested_level` and the methods below
    `finish`; what is checked is in `response` and is the same for all.
    """

    def __init__(self, entry: SamlEntry, *, folder: Path) -> None:
        self.entry = entry
        self.folder = folder
        self.key = entry.key
        self.label = entry.label
        self.hint = entry.hint
        self.audience = entry.audience
        self.groups = entry.group_roles()
        self.levels = entry.trust_levels()

    @property
    def entity_id(self) -> str:
        """Our name towards the account system."""
        return self.entry.entity_id or f"{settings.BASE_URL}/konto/metadaten/{self.key}/"

    @property
    def form_targets(self) -> tuple[str, ...]:  # type: ignore[override]
        """Where the signed request is posted to."""
        try:
            address = urlsplit(self.idp().sign_on_url(self.entry.binding))
        except idp.MetadataUnusable:
            return ()
        return (f"{address.scheme}://{address.netloc}",)

    def idp(self) -> idp.IdentityProvider:
        """What we know of the account system. Raises: MetadataUnusable."""
        return idp.known(self.entry, folder=self.folder)

    def begin(self, *, level: TrustLevel, return_url: str, language: str, link: bool) -> Departure:
        """A signed AuthnRequest."""
        from rathaus.accounts.sources.saml import request  # its libraries load slowly

        extensions = self.extensions(language=language, link=link)
        return request.departure(
            self, level=level, return_url=return_url, link=link, extensions=extensions
        )

    def finish(self, returned: Returned) -> Verified:
        """Check the answer (see `response.check`), then read what it says."""
        from rathaus.accounts.sources.saml import response

        return response.check(self, returned)

    def health(self, *, ask: bool = False) -> Health:
        """Keys, certificates, metadata."""
        return health.of(self, ask=ask)

    def metadata(self) -> bytes | None:
        """Our description for the account system."""
        return metadata.make(self)

    # What kinds built on this one change:

    def extensions(self, *, language: str, link: bool) -> list[etree._Element]:
        """Children of ``samlp:Extensions`` of the request."""
        return []

    def requested_level(self, level: TrustLevel) -> str | None:
        """AuthnContextClassRef to ask for; None: not said in the request."""
        return self.entry.reference_of(level)

    def reached(self, statement: attributes.Statement) -> TrustLevel:
        """The level of this log-in; NONE if it is not one we know."""
        return self.entry.level_of(statement.context)

    def subject(self, statement: attributes.Statement) -> str:
        """The stable identifier of the person; empty: a guest."""
        if self.entry.subject:
            return statement.text(self.entry.subject)
        return statement.persistent_name_id

    def organisation(self, statement: attributes.Statement) -> str:
        """The identifier of the organisation, or empty."""
        return ""

    def method(self, statement: attributes.Statement) -> str:
        """How the person logged in, as the source says."""
        return ""

    def groups_of(self, statement: attributes.Statement) -> tuple[str, ...]:
        """Groups in the town's directory; of residents nobody asks."""
        value = statement.values.get(self.entry.groups_attribute)
        return value.texts if value and self.audience == "staff" else ()

    def values(self, statement: attributes.Statement, level: TrustLevel) -> Mapping[str, Attribute]:
        """The verified attributes, none above `level`."""
        return attributes.mapped(statement, self.entry.attributes, level=level)

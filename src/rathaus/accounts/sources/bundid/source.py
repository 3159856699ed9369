"""BundID as an identity source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from lxml import etree

from rathaus.accounts.sources.base import Attribute, Health
from rathaus.accounts.sources.bundid import extension
from rathaus.accounts.sources.bundid.entry import BundIDEntry
from rathaus.accounts.sources.bundid.names import BPK2, LEVEL, METHOD
from rathaus.accounts.sources.saml import attributes
from rathaus.accounts.sources.saml.entry import SIMULATION
from rathaus.accounts.sources.saml.source import SamlSource
from rathaus.accounts.trust import TrustLevel


class BundIDSource(SamlSource):
    """The account key is bPK2; each attribute has its own level; guests have no key."""

    guests = True
    entry: BundIDEntry

    def health(self, *, ask: bool = False) -> Health:
        """Also whether BundID can accept our name."""
        found = super().health(ask=ask)
        name = urlsplit(self.entity_id)
        if self.entry.metadata == SIMULATION or (name.scheme == "https" and not name.port):
            return found
        problem = (
            f"BundID verlangt als entityID eine https-Adresse ohne Port, nicht {self.entity_id}. "
            "Bitte RATHAUS_URL oder entity_id setzen, bevor sich jemand anmeldet: "
            "die Kontoschlüssel hängen davon ab."
        )
        return replace(found, problems=(problem, *found.problems))

    def extensions(self, *, language: str, link: bool) -> list[etree._Element]:
        """The akdb extension; without it BundID answers with an error."""
        return [extension.make(self.entry, language=language, link=link)]

    def reached(self, statement: attributes.Statement) -> TrustLevel:
        """The lower of what the statement and the attribute say, if both do."""
        level = super().reached(statement)
        said = statement.text(LEVEL)
        return min(level, self.entry.level_of(said)) if said else level

    def subject(self, statement: attributes.Statement) -> str:
        """bPK2. One from another account system (FINK) never equals one of BundID."""
        key = statement.text(BPK2)
        return f"FINK:{key}" if key and self.method(statement) == "FINK" else key

    def method(self, statement: attributes.Statement) -> str:
        """``eID``, ``Elster``, ``Benutzername``, ``FINK`` …"""
        return statement.text(METHOD)

    def values(self, statement: attributes.Statement, level: TrustLevel) -> Mapping[str, Attribute]:
        """Mapped by OID; an attribute without a level of its own counts as the lowest."""
        return attributes.mapped(
            statement, self.entry.attributes, level=level, unmarked=TrustLevel.BASIC
        )

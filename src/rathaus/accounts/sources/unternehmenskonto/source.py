"""Mein Unternehmenskonto as an identity source.

What stands here about the wire is from a public client of its sibling EKONA, not from the
operator's own description, which is not public (docs/identity.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.sources.saml import attributes, notation
from rathaus.accounts.sources.saml.refusal import refuse
from rathaus.accounts.sources.saml.source import SamlSource
from rathaus.accounts.sources.unternehmenskonto.entry import UnternehmenskontoEntry
from rathaus.accounts.trust import TrustLevel

ADDRESS = {
    "Strasse": "street",
    "Hausnummer": "house_number",
    "PLZ": "postal_code",
    "Ort": "city",
    "Land": "country",
}
TEST_ACCOUNT = "IstTestkonto"
KIND, LEGAL_PERSON = "PersTyp", "NNatPers"


class UnternehmenskontoSource(SamlSource):
    """``ek-…`` is the account of the person, ``du-…`` the organisation, for us alone."""

    entry: UnternehmenskontoEntry
    organisations = True

    def requested_level(self, level: TrustLevel) -> str | None:
        """Only where the town says that the account system understands it."""
        return super().requested_level(level) if self.entry.ask_for_level else None

    def reached(self, statement: attributes.Statement) -> TrustLevel:
        """The lowest of what the attributes say; without them the statement counts."""
        said = [text for name in self.entry.level_attributes if (text := statement.text(name))]
        if not said:
            return super().reached(statement)
        return min(self.entry.level_of(text.lower()) for text in said)

    def subject(self, statement: attributes.Statement) -> str:
        """The account of the person who logged in."""
        if statement.text(TEST_ACCOUNT).lower() == "true" and not self.entry.accept_test_accounts:
            refuse("test_account")
        return self._identifier(statement, self.entry.account_prefix)

    def organisation(self, statement: attributes.Statement) -> str:
        """The organisation the person logged in for."""
        return self._identifier(statement, self.entry.organisation_prefix)

    def method(self, statement: attributes.Statement) -> str:
        """They have one way: a certificate."""
        return "Elster"

    def values(self, statement: attributes.Statement, level: TrustLevel) -> Mapping[str, Attribute]:
        """Plain names; the address is structured, and that of a legal person is its own."""
        found = attributes.mapped(statement, self.entry.attributes, level=level)
        for name in self.entry.address_attributes:
            value = statement.values.get(name)
            if value is not None and value.parts:
                for theirs, ours in ADDRESS.items():
                    text = notation.ours(ours, value.parts.get(theirs, ""))
                    if text:
                        found[ours] = Attribute(text, level)
                break
        if statement.text(KIND) != LEGAL_PERSON:
            return found
        return {
            f"organisation_{name}" if name in ADDRESS.values() else name: value
            for name, value in found.items()
            if name not in _OF_PEOPLE
        }

    def _identifier(self, statement: attributes.Statement, prefix: str) -> str:
        candidates = {statement.name_id, *map(statement.text, self.entry.identifiers)}
        found = [text for text in candidates if text.startswith(prefix) and len(text) > len(prefix)]
        return found[0] if len(found) == 1 else refuse("several_values") if found else ""


_OF_PEOPLE = frozenset({"given_names", "family_name", "birth_date"})
"""Never taken from the data of a legal person; its address is nobody's home."""

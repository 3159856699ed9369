"""What can be set for Mein Unternehmenskonto."""

from __future__ import annotations

from typing import Literal

from rathaus.accounts.sources.saml.entry import AttributeRule, LevelName, SamlEntry

NIEDRIG, SUBSTANZIELL, HOCH = "niedrig", "substanziell", "hoch"


class UnternehmenskontoEntry(SamlEntry):
    """The Organisationskonto. They sign the response, and people log in with a certificate."""

    signed: Literal["assertion", "response"] = "response"
    name_id_format: Literal["transient", "persistent", "unspecified"] = "persistent"
    levels: dict[LevelName, tuple[str, ...]] = {
        "basic": (NIEDRIG, "STORK-QAA-Level-1"),
        "substantial": (SUBSTANZIELL, "STORK-QAA-Level-3"),
    }
    level_attributes: tuple[str, ...] = (
        "ElsterVertrauensniveauIdentifizierung",
        "ElsterVertrauensniveauAuthentifizierung",
    )
    """The level of a log-in is the lowest of these."""
    ask_for_level: bool = False
    """Send RequestedAuthnContext; the account system documents its level as attributes."""
    account_prefix: str = "ek-"
    organisation_prefix: str = "du-"
    identifiers: tuple[str, ...] = (
        "ElsterKontoId",
        "KontoId",
        "DatenuebermittlerPseudonymId",
        "ElsterDatenuebermittler",
    )
    """Attributes besides the NameID that may hold ``ek-…`` and ``du-…``."""
    accept_test_accounts: bool = False
    """Accept IstTestkonto = true."""
    address_attributes: tuple[str, ...] = ("Unternehmensanschrift", "Anschrift")
    """Structured addresses; the first that is there counts."""
    attributes: dict[str, AttributeRule] = {
        "given_names": AttributeRule(name="Vorname"),
        "family_name": AttributeRule(name="Name"),
        "birth_date": AttributeRule(name="Geburtsdatum", date="%d.%m.%Y"),
        "organisation_name": AttributeRule(name="Firmenname"),
        "organisation_legal_form": AttributeRule(name="RechtsformText"),
        "organisation_register_kind": AttributeRule(name="Registerart"),
        "organisation_register_number": AttributeRule(name="Registernummer"),
        "organisation_register_court": AttributeRule(name="Registergericht"),
    }

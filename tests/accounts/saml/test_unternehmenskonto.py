"""Mein Unternehmenskonto: plain names, a structured address, du- and ek-."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import idp
from tests.accounts.saml.forging import XENC11
from tests.accounts.saml.idp import Stage, code_of

pytestmark = pytest.mark.one_database

EKONA = "http://www.elster.de/schema/ekona/saml/extensions"
TYPED = f'xmlns:ekona="{EKONA}" xsi:type="ekona:AdresseType"'
ADDRESS = (
    f"<saml:AttributeValue {TYPED}>"
    "<ekona:Typ>Inland</ekona:Typ><ekona:Strasse>Hauptstraße</ekona:Strasse>"
    "<ekona:Hausnummer>12a</ekona:Hausnummer><ekona:PLZ>26639</ekona:PLZ>"
    "<ekona:Ort>Wiesmoor</ekona:Ort><ekona:Land>DE</ekona:Land></saml:AttributeValue>"
)
"""The type stands on the value itself."""


def company(**changed: Any) -> dict[str, Any]:
    return {
        "IstTestkonto": "false",
        "DatenkranzTyp": "StNr",
        "PersTyp": "NNatPers",
        "ElsterVertrauensniveauIdentifizierung": "substanziell",
        "ElsterVertrauensniveauAuthentifizierung": "substanziell",
        "DatenuebermittlerPseudonymId": "du-b214eaffa0ee9de323ad897c747e64938a5c5ea0",
        "Firmenname": "Moorblumen GmbH",
        "RechtsformText": "Gesellschaft mit beschränkter Haftung",
        "Registerart": "HRB",
        "Registernummer": "36936",
        "Registergericht": "Aurich",
        "Unternehmensanschrift": ADDRESS,
        **changed,
    }


def make(tmp_path: Path, *, level: TrustLevel = TrustLevel.SUBSTANTIAL, **settings: Any) -> Stage:
    source = idp.make_source(
        tmp_path,
        key="unternehmenskonto",
        kind="unternehmenskonto",
        label="Mein Unternehmenskonto",
        **settings,
    )
    stage = idp.begin(source, level=level)
    stage.said.name_id = "ek-1d4c1c3c"
    stage.said.context = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
    stage.said.attributes = company()
    return stage


def answer(stage: Stage, **how: Any) -> Any:
    """They sign the response, not the assertion."""
    return stage.answer(idp.assertion(stage.said), **how)


@pytest.mark.parametrize("transport", [None, f"{XENC11}rsa-oaep"])
def test_a_company(tmp_path: Path, db: None, transport: str | None) -> None:
    stage = make(tmp_path)
    verified = stage.finish(answer(stage, **({"transport": transport} if transport else {})))
    assert verified.subject == "ek-1d4c1c3c"
    assert verified.organisation == "du-b214eaffa0ee9de323ad897c747e64938a5c5ea0"
    assert verified.level == TrustLevel.SUBSTANTIAL
    assert verified.method == "Elster"
    values = {name: one.value for name, one in verified.attributes.items()}
    assert values == {
        "organisation_name": "Moorblumen GmbH",
        "organisation_legal_form": "Gesellschaft mit beschränkter Haftung",
        "organisation_register_kind": "HRB",
        "organisation_register_number": "36936",
        "organisation_register_court": "Aurich",
        "organisation_street": "Hauptstraße",
        "organisation_house_number": "12a",
        "organisation_postal_code": "26639",
        "organisation_city": "Wiesmoor",
        "organisation_country": "DE",
    }
    assert {one.level for one in verified.attributes.values()} == {TrustLevel.SUBSTANTIAL}


def test_a_person_in_business(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = {
        "PersTyp": "NatPers",
        "ElsterVertrauensniveauIdentifizierung": "substanziell",
        "Vorname": "Maré",
        "Name": "Renièr",
        "Geburtsdatum": "01.02.1989",
        "Anschrift": ADDRESS,
    }
    found = stage.finish(answer(stage)).attributes
    assert found["given_names"] == Attribute("Maré", TrustLevel.SUBSTANTIAL)
    assert found["birth_date"].value == "1989-02-01"
    assert found["city"].value == "Wiesmoor"


def test_the_data_of_a_company_are_nobodys_name(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = company(Vorname="Max", Name="Moor", Geburtsdatum="01.01.1980")
    assert not {"given_names", "birth_date"} & set(stage.finish(answer(stage)).attributes)


@pytest.mark.parametrize("place", ["Identifizierung", "Authentifizierung"])
@pytest.mark.parametrize(("said", "code"), [("niedrig", "level"), ("x", "level_unknown")])
def test_the_lowest_level_counts(
    tmp_path: Path, db: None, place: str, said: str, code: str
) -> None:
    stage = make(tmp_path)
    stage.said.attributes = company(**{f"ElsterVertrauensniveau{place}": said})
    assert code_of(stage, answer(stage)) == code


def test_no_level_at_all(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path, level=TrustLevel.BASIC)
    stage.said.attributes = {"Firmenname": "Moorblumen GmbH"}
    assert code_of(stage, answer(stage)) == "level_unknown"


def test_high_is_out_of_reach(tmp_path: Path, db: None) -> None:
    with pytest.raises(Exception, match="Vertrauensniveau"):
        make(tmp_path, level=TrustLevel.HIGH)


def test_a_test_account(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = company(IstTestkonto="true")
    assert code_of(stage, answer(stage)) == "test_account"
    stage = make(tmp_path, accept_test_accounts=True)
    stage.said.attributes = company(IstTestkonto="true")
    assert stage.finish(answer(stage)).subject


def test_identifiers_by_their_prefix(tmp_path: Path, db: None) -> None:
    """The operator's own spelling is not public: wherever they stand, the prefix says which."""
    stage = make(tmp_path)
    stage.said.name_id = "du-b214"
    stage.said.attributes = company(ElsterKontoId="ek-77", DatenuebermittlerPseudonymId="du-b214")
    verified = stage.finish(answer(stage))
    assert (verified.subject, verified.organisation) == ("ek-77", "du-b214")


def test_two_organisations(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = company(KontoId="du-other")
    assert code_of(stage, answer(stage)) == "several_values"


def test_a_prefix_alone_is_nobody(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.name_id = "ek-"
    assert stage.finish(answer(stage)).subject == ""


def test_the_response_has_to_be_signed(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    unsigned = idp.envelope(stage.said, stage.encrypted(idp.assertion(stage.said)))
    assert code_of(stage, unsigned) == "response_unsigned"
    only_inside = idp.envelope(stage.said, stage.encrypted(stage.signed()))
    assert code_of(stage, only_inside) == "response_unsigned"


def test_an_address_with_a_part_twice(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    twice = ADDRESS.replace("<ekona:Ort>", "<ekona:Ort>Evil</ekona:Ort><ekona:Ort>")
    stage.said.attributes = company(Unternehmensanschrift=twice)
    assert code_of(stage, answer(stage)) == "several_values"


def test_request(tmp_path: Path, db: None) -> None:
    raw = base64.b64decode(make(tmp_path).departure.fields["SAMLRequest"])
    assert b'ForceAuthn="true"' in raw
    assert b"nameid-format:persistent" in raw
    assert b"RequestedAuthnContext" not in raw
    raw = base64.b64decode(make(tmp_path, ask_for_level=True).departure.fields["SAMLRequest"])
    assert b">substanziell<" in raw

"""What a house tells about a person or an organisation, under its names of the attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rathaus.simulation.bundid import people
from rathaus.simulation.bundid.houses import House, Method
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.people import Company, Person

BPK2 = "urn:oid:1.3.6.1.4.1.25484.494450.3"
POSTKORB = "urn:oid:2.5.4.18"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"
_OIDS = {
    "givenName": "urn:oid:2.5.4.42",
    "surname": "urn:oid:2.5.4.4",
    "mail": MAIL,
    "postalAddress": "urn:oid:2.5.4.16",
    "postalCode": "urn:oid:2.5.4.17",
    "localityName": "urn:oid:2.5.4.7",
    "country": "urn:oid:1.2.40.0.10.2.1.1.225599",
    "personalTitle": "urn:oid:0.9.2342.19200300.100.1.40",
    "gender": "urn:oid:1.3.6.1.4.1.33592.1.3.5",
    "birthdate": "urn:oid:1.2.40.0.10.2.1.1.55",
    "placeOfBirth": "urn:oid:1.3.6.1.5.5.7.9.2",
    "birthName": "urn:oid:1.2.40.0.10.2.1.1.225566",
    "nationality": "urn:oid:1.2.40.0.10.2.1.1.225577",
    "documentType": "urn:oid:1.2.40.0.10.2.1.1.552255",
    "telephoneNumber": "urn:oid:2.5.4.20",
    "eIDAS-Issuing-Country": "urn:oid:1.3.6.1.4.1.25484.494450.10.1",
    "communityId": "urn:oid:1.3.6.1.4.1.25484.494450.5",
    "bPK2": BPK2,
    "EID-CITIZEN-QAA-LEVEL": "urn:oid:1.2.40.0.10.2.1.1.261.94",
    "Version": "urn:oid:1.3.6.1.4.1.25484.494450.1",
    "AssertionProvedBy": "urn:oid:1.3.6.1.4.1.25484.494450.2",
    "legacyPostkorbHandle": POSTKORB,
    "mfa": "urn:oid:1.3.6.1.4.1.25484.494450.7",
}
FRIENDLY = {oid: name for name, oid in _OIDS.items()}
IDENTIFIERS = {BPK2, "DatenuebermittlerPseudonymId"}
_LEVEL = _OIDS["EID-CITIZEN-QAA-LEVEL"]
_ALWAYS = {"EID-CITIZEN-QAA-LEVEL", "Version", "AssertionProvedBy", "mfa"}
VERSION = "2025.5.16"
WIESMOOR = "03452025"
_ICAO = {"DE": "D", "AT": "AUT", "ID": "IDN", "VN": "VNM"}
_GENDER = {"male": "1", "female": "2", "diverse": "0"}
_SELF_TOLD = {"mail", "telephoneNumber", "legacyPostkorbHandle"}


@dataclass(frozen=True)
class Given:
    """One attribute as sent; `parts` instead of a text for a structured address."""

    name: str
    friendly: str
    value: str = ""
    level: Level | None = None
    parts: Mapping[str, str] | None = None

    def weaker(self) -> Given:
        """The same, verified less well."""
        return replace(self, level=Level.REGISTERED) if self.level else self


def at_level(told: Sequence[Given], level: Level) -> list[Given]:
    """The same, as a log-in of a lower level would bring it."""
    found = []
    for one in told:
        value = one.value
        if one.name == _LEVEL:
            value = f"STORK-QAA-Level-{level:d}"
        elif one.name.startswith("ElsterVertrauensniveau"):
            value = "niedrig"
        found.append(replace(one, value=value, level=min(one.level, level) if one.level else None))
    return found


def of_person(
    person: Person, *, house: House, method: Method, host: str, asked: tuple[str, ...]
) -> list[Given]:
    """What a person's log-in brings; at BundID only what was asked for."""
    found = []
    for friendly, value in _values(person, house, method, host):
        name = _OIDS[friendly]
        if not value or (house.extension and name not in asked and friendly not in _ALWAYS):
            continue
        level = Level.LOW if friendly in _SELF_TOLD else method.level
        found.append(Given(name, friendly, value, level if house.trust else None))
    return found


def _values(person: Person, house: House, method: Method, host: str) -> Iterator[tuple[str, str]]:
    card = method.key in {"eID", "plus"}
    foreign = method.key == "eIDAS"
    # The chip of an identity card holds names and address in upper case, with the capital ẞ.
    spell = _shout if card else str
    yield "givenName", spell(person.first_names)
    yield "surname", spell(person.last_name)
    yield "birthdate", person.birth_date
    yield "mail", person.email
    if not foreign:
        yield "personalTitle", spell(person.title)
        yield "postalAddress", spell(f"{person.street} {person.house_number}".strip())
        yield "postalCode", person.postal_code
        yield "localityName", spell(person.city)
        yield "country", "DE"
    if card or foreign:
        yield "placeOfBirth", spell(person.birth_place)
        yield "birthName", spell(person.birth_name)
        yield "nationality", _ICAO.get(person.nationality, person.nationality)
    if card:
        yield "documentType", person.document
        yield "communityId", WIESMOOR if person.city == "Wiesmoor" else ""
    else:
        yield "gender", _GENDER.get(person.sex, "9")
        yield "telephoneNumber", person.phone
    if foreign:
        yield "eIDAS-Issuing-Country", person.nationality
    if not house.extension:
        return
    if not person.guest:
        yield "bPK2", people.bpk2(person, host=host, method=method.key)
        if method.key != "FINK":
            yield "legacyPostkorbHandle", people.lasting_id(house, person.key, audience="postkorb")
    yield "EID-CITIZEN-QAA-LEVEL", f"STORK-QAA-Level-{method.level:d}"
    yield "Version", VERSION
    yield "AssertionProvedBy", method.key
    yield "mfa", "false" if method.key == "Benutzername" else "true"


def of_company(company: Company, *, house: House, audience: str) -> list[Given]:
    """What an organisation's certificate brings; plain names, as Mein Unternehmenskonto does."""
    person = people.people().get(company.person)
    values = {
        "IstTestkonto": "false",
        "DatenkranzTyp": "IdNr" if person else "StNr",
        "PersTyp": "NatPers" if person else "NNatPers",
        "ElsterVertrauensniveauIdentifizierung": "substanziell",
        "ElsterVertrauensniveauAuthentifizierung": "substanziell",
        "DatenuebermittlerPseudonymId": people.organisation_id(
            house, company.key, audience=audience
        ),
        "Firmenname": company.name,
        "Rechtsform": company.form[0],
        "RechtsformText": company.form[1],
        "Registerart": company.register_entry.get("kind", ""),
        "Registernummer": company.register_entry.get("number", ""),
        "Registergericht": company.register_entry.get("court", ""),
    }
    if person:
        values |= {
            "IdNr": company.tax_id,
            "Vorname": person.first_names,
            "Name": person.last_name,
            "Geburtsdatum": f"{date.fromisoformat(person.birth_date):%d.%m.%Y}",
        }
    found = [Given(name, "", value) for name, value in values.items() if value]
    place = {**company.address}
    if person:
        place = {
            "street": person.street,
            "house_number": str(person.house_number),
            "postal_code": person.postal_code,
            "city": person.city,
        }
    spelt = {
        "Typ": "Inland",
        "Strasse": place.get("street", ""),
        "Hausnummer": place.get("house_number", ""),
        "PLZ": place.get("postal_code", ""),
        "Ort": place.get("city", ""),
        "Ortsteil": place.get("district", ""),
        "Adressergaenzung": place.get("extra", ""),
        "Land": "DE",
    }
    parts = {name: value for name, value in spelt.items() if value}
    return [*found, Given("Anschrift" if person else "Unternehmensanschrift", "", parts=parts)]


def _shout(text: str) -> str:
    return text.replace("ß", "ẞ").upper()

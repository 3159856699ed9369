"""Invented people and organisations with an account at the simulated houses."""

from __future__ import annotations

import base64
import hashlib
import uuid
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict

from rathaus.simulation.bundid.houses import BUNDID, House, Method
from rathaus.simulation.demo import story

HERE = Path(__file__).parent
_NAMESPACE = uuid.UUID("6f1f9c3e-6f57-4b0b-9a55-0d9b1d0a4b11")


class Person(BaseModel):
    """Somebody with an account, or a guest without."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    note: str = ""
    methods: tuple[str, ...] = ()
    land: tuple[str, ...] = ()
    guest: bool = False
    document: str = "ID"
    title: str = ""
    first_names: str
    last_name: str
    birth_name: str = ""
    sex: str = ""
    birth_date: str
    birth_place: str = ""
    nationality: str = "DE"
    street: str = ""
    house_number: int | str = ""
    postal_code: str = "26639"
    city: str = "Wiesmoor"
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """As people read it."""
        return " ".join(filter(None, (self.title, self.first_names, self.last_name)))

    def can(self, house: House, method: Method) -> bool:
        """Whether the person has this way in."""
        return method.key in (self.methods if house is BUNDID else self.land)


class Company(BaseModel):
    """An organisation; `person` marks somebody who trades under the own name."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    form: tuple[str, str]
    register_entry: dict[str, str] = {}
    address: dict[str, str] = {}
    email: str = ""
    person: str = ""
    tax_id: str = ""
    guest: bool = False

    @property
    def note(self) -> str:
        """For the list of choices."""
        return self.form[1]

    def can(self, house: House, method: Method) -> bool:
        """Every organisation has a certificate."""
        return house.companies


@cache
def people() -> dict[str, Person]:
    """Everybody, by key."""
    found = {}
    for row in _read("people.yaml"):
        base: dict[str, Any] = story.people()[row["like"]] if "like" in row else {}
        found[row["key"]] = Person.model_validate({**base, **row})
    return found


@cache
def companies() -> dict[str, Company]:
    """All organisations, by key."""
    rows = _read("companies.yaml")
    for row in rows:
        row["register_entry"] = row.pop("register", {})
    return {row["key"]: Company.model_validate(row) for row in rows}


def accounts(house: House) -> dict[str, Person] | dict[str, Company]:
    """Who can log in at a house."""
    if house.companies:
        return companies()
    return {k: v for k, v in people().items() if any(v.can(house, m) for m in house.methods)}


def bpk2(person: Person, *, host: str, method: str = "eID") -> str:
    """The key of the account for one service provider; depends on the host of its name."""
    raw = hashlib.sha256(f"bpk2|{person.key}|{host.lower()}".encode()).digest()
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return f"FINK-{text}" if method == "FINK" else text


def lasting_id(house: House, key: str, *, audience: str) -> str:
    """A persistent NameID: the same for one service provider each time."""
    prefix = "ek-" if house.companies else ""
    return prefix + _pseudonym(house, key, audience)


def organisation_id(house: House, key: str, *, audience: str) -> str:
    """The pseudonym of an organisation for one service provider."""
    text = f"{house.key}|{key}|{_portless(audience)}"
    raw = hashlib.sha1(text.encode(), usedforsecurity=False)
    return f"du-{raw.hexdigest()}"


def _pseudonym(house: House, key: str, audience: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{house.key}|{key}|{_portless(audience)}"))


def _portless(audience: str) -> str:
    """A demo town that is started at another port is still the same town to its people."""
    parts = urlsplit(audience)
    return parts._replace(netloc=parts.hostname or "").geturl() if parts.port else audience


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return rows

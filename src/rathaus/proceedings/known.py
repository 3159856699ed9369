"""What is known of the person who fills in: verified by a log-in, or told in the profile.

A form says with `prefill` which of its fields are about that person. A verified value is used
only if it was verified at the level the field demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rathaus.accounts import naming
from rathaus.accounts.assurance import Assurance, Proof
from rathaus.accounts.models import Account
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.core import clock
from rathaus.core.clock import now
from rathaus.forms import engine, prefill
from rathaus.forms.compiled import Answers, compiled
from rathaus.forms.definition import Field, FieldType
from rathaus.forms.kinds import Context
from rathaus.forms.prefill import Given
from rathaus.proceedings import trust

CONFIRMED_FROM = TrustLevel.SUBSTANTIAL
"""Below this the source only passes on what people typed there."""
PROVED = ("last_name", "birth_date")
"""What a log-in has to say of a person whose answers it locks, as far as they are asked for. First
names are not among them: there are people without."""
_SEX = {"1": "male", "2": "female"}
_HOME = {"", "D", "DE", "DEU"}
_PERSON: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "first_names": ("given_names", naming.given_names),
    "last_name": ("family_name", naming.family_name),
    "birth_name": ("birth_name", naming.family_name),
    "doctoral_degree": ("doctoral_degree", naming.degree),
    "birth_date": ("birth_date", str),
    "birth_place": ("birth_place", naming.place),
    "sex": ("gender", lambda code: _SEX.get(code, "")),
    "nationality": ("nationality", lambda code: "DE" if code in _HOME else code),
}


@dataclass(frozen=True)
class Fact:
    """One answer that a log-in knows, and where from."""

    path: str
    value: str
    attribute: Attribute
    proof: Proof

    @property
    def confirmed(self) -> bool:
        """Verified by the source itself, not only typed in there."""
        return self.attribute.level >= CONFIRMED_FROM


def givens(
    service: ServiceDefinition, step_key: str, assurance: Assurance, account: Account | None
) -> dict[str, Given]:
    """For `engine.bind`: what fills this step in, and what of it stays."""
    form = service.online_form
    if not compiled(form).prefilled or not (assurance.proofs or account):
        return {}
    step = compiled(form).by_key[step_key].step
    found: dict[str, Given] = {}
    for field in step.fields:
        if field.prefill:
            found |= {path: Given(value) for path, value in _told(field, account)}
            for fact in _facts(service, field, assurance):
                fixed = field.locked and fact.confirmed and bool(trust.of_field(service, field))
                source = label(fact.proof.source) if fact.confirmed else ""
                found[fact.path] = Given(fact.value, source, fixed)
    return prefill.usable(compiled(form).by_key[step_key].nodes, found, Context(clock.today()))


def confirmed_paths(
    service: ServiceDefinition, answers: Answers, assurance: Assurance
) -> dict[str, Fact]:
    """Answers that are exactly what a log-in of this session has verified."""
    if not assurance.proofs:
        return {}
    return {
        fact.path: fact
        for step in engine.visible_steps(service.online_form, answers)
        for field in step.fields
        if field.prefill
        for fact in _facts(service, field, assurance)
        if fact.confirmed and engine.value_at(answers, fact.path) == fact.value
    }


def contradicted(service: ServiceDefinition, answers: Answers, assurance: Assurance) -> str:
    """Key of the first step with a locked answer that is not what the log-in says, or empty."""
    if not assurance.proofs:
        return ""
    for step in engine.visible_steps(service.online_form, answers):
        for path, given in _fixed(service, step.key, assurance):
            if engine.value_at(answers, path) != given.value:
                return step.key
    return ""


def unproved(
    service: ServiceDefinition, answers: Answers, assurance: Assurance, step_key: str = ""
) -> str:
    """Key of the first step (or of `step_key`) that asks who somebody is and no log-in says it.

    A level alone is not enough there: the account of a company proves nobody's name, and people
    may keep their data back when they log in. Then one could type in whom one likes.
    """
    for key, node in trust.asked(service, answers):
        field = node.field
        if step_key not in {"", key} or not (field.locked and field.prefill):
            continue
        if field.type is not FieldType.PERSON or trust.of_field(service, field) < CONFIRMED_FROM:
            continue
        said = {fact.path for fact in _facts(service, field, assurance) if fact.confirmed}
        parts = {part.key for part in node.children}
        if not {f"{field.key}.{part}" for part in PROVED if part in parts} <= said:
            return key
    return ""


def fixed_paths(service: ServiceDefinition, answers: Answers, assurance: Assurance) -> set[str]:
    """Answers that nobody can change as long as this session holds."""
    return {
        path
        for step in engine.visible_steps(service.online_form, answers)
        for path, _given in _fixed(service, step.key, assurance)
    }


def _fixed(
    service: ServiceDefinition, step_key: str, assurance: Assurance
) -> Iterator[tuple[str, Given]]:
    found = givens(service, step_key, assurance, None)
    return ((path, given) for path, given in found.items() if given.fixed)


def evidence(service: ServiceDefinition, answers: Answers, assurance: Assurance) -> dict[str, Any]:
    """For `Application.verified`; empty where nobody was logged in."""
    if not assurance.proofs:
        return {}
    facts = confirmed_paths(service, answers, assurance)
    return {
        "fields": {path: _noted(fact.proof, fact.attribute.level) for path, fact in facts.items()},
        "login": _noted(assurance.proofs[0], assurance.level),
    }


def label(source: str) -> str:
    """How people call a source."""
    try:
        return config.source(source).label
    except LookupError:
        return source


def _noted(proof: Proof, level: TrustLevel) -> dict[str, str]:
    return {
        "source": proof.source,
        "method": proof.method,
        "level": level.key,
        "at": (proof.authenticated_at or now()).isoformat(timespec="seconds"),
    }


def _facts(service: ServiceDefinition, field: Field, assurance: Assurance) -> Iterator[Fact]:
    least = max(trust.of_field(service, field), TrustLevel.BASIC)
    known = assurance.attributes(least)
    if field.type is FieldType.PERSON:
        for part, (name, spell) in _PERSON.items():
            if name in known and (value := spell(known[name][0].value.strip())):
                yield Fact(f"{field.key}.{part}", value, *known[name])
    elif field.type is FieldType.ADDRESS:
        yield from _address(field, known)
    elif field.type in (FieldType.EMAIL, FieldType.PHONE):
        name = "email" if field.type is FieldType.EMAIL else "phone"
        if name in known:
            attribute, proof = known[name]
            # A way to reach somebody, verified or not, is never more than a suggestion.
            yield Fact(
                field.key, attribute.value, Attribute(attribute.value, TrustLevel.BASIC), proof
            )


def _address(field: Field, known: dict[str, tuple[Attribute, Proof]]) -> Iterator[Fact]:
    country = known["country"][0].value.upper() if "country" in known else ""
    if country not in _HOME and not field.with_country:
        return
    if "street" in known:
        street, number = naming.street_and_number(known["street"][0].value)
        if "house_number" in known:
            street, number = naming.place(known["street"][0].value), known["house_number"][0].value
        yield Fact(f"{field.key}.street", street, *known["street"])
        if number:
            yield Fact(f"{field.key}.house_number", number, *known["street"])
    if "postal_code" in known:
        yield Fact(f"{field.key}.postal_code", known["postal_code"][0].value, *known["postal_code"])
    if "city" in known:
        yield Fact(f"{field.key}.city", naming.place(known["city"][0].value), *known["city"])
    if field.with_country and "country" in known:
        code = "DE" if country in _HOME else country
        yield Fact(f"{field.key}.country", code, *known["country"])


def _told(field: Field, account: Account | None) -> Iterator[tuple[str, str]]:
    """What the profile of the account says; nobody has verified it."""
    if account is None:
        return
    if field.type is FieldType.PERSON:
        yield from _some(
            field.key, {"first_names": account.first_names, "last_name": account.last_name}
        )
    elif field.type is FieldType.ADDRESS and isinstance(account.address, dict):
        if account.address.get("country", "DE") in _HOME or field.with_country:
            yield from _some(field.key, account.address)
    elif field.type is FieldType.EMAIL and account.contact_email:
        yield field.key, account.contact_email
    elif field.type is FieldType.PHONE and account.phone:
        yield field.key, account.phone


def _some(key: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for part, value in values.items():
        if isinstance(value, str) and value:
            yield f"{key}.{part}", value

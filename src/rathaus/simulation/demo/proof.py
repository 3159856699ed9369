"""What the people of the story proved when they sent something that demands a log-in."""

from __future__ import annotations

from typing import Any

from rathaus.accounts.assurance import NOTHING, Assurance, Proof
from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import LIMITS, TrustLevel
from rathaus.core.clock import now
from rathaus.proceedings import trust
from rathaus.proceedings.models import Draft

PERSON = {
    "first_names": "given_names",
    "last_name": "family_name",
    "birth_name": "birth_name",
    "birth_date": "birth_date",
}
ADDRESS = ("street", "house_number", "postal_code", "city")
HIGH = TrustLevel.HIGH


def of(draft: Draft) -> Assurance:
    """A log-in with BundID and the identity card, where the service demands one."""
    if trust.highest(draft.version.parsed) == TrustLevel.NONE:
        return NOTHING
    person: dict[str, Any] = draft.answers.get("person", {})
    address: dict[str, Any] = draft.answers.get("anschrift", {})
    known = {name: person.get(part, "") for part, name in PERSON.items()}
    known |= {part: address.get(part, "") for part in ADDRESS}
    moment = now()
    attributes = {name: Attribute(text, HIGH) for name, text in known.items() if text}
    proof = Proof("bundid", "eID", HIGH, moment, moment + LIMITS[HIGH].total, attributes)
    return Assurance((proof,))

"""Who does something: named in every write and every event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["resident", "staff", "system", "provider"]


@dataclass(frozen=True)
class Actor:
    """`id` is stable and without meaning; `label` is what people read in the history."""

    kind: ActorKind
    id: str
    label: str
    office: str = ""

    @classmethod
    def system(cls, name: str) -> Actor:
        """The software itself, e.g. a job."""
        return cls("system", name, "Rathaus-Software")

    @classmethod
    def resident(cls, ident: str, label: str = "Antragstellende Person") -> Actor:
        """Somebody outside; without account `ident` is the draft's id."""
        return cls("resident", ident, label)

    @classmethod
    def staff(cls, user_id: str, label: str, office: str = "") -> Actor:
        """A member of staff, with the office they act for."""
        return cls("staff", user_id, label, office)

    @classmethod
    def provider(cls, name: str, label: str = "") -> Actor:
        """A system outside, e.g. a payment provider; `label` is how people call it."""
        return cls("provider", name, label or name)

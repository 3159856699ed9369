"""Where to turn when the town hall does not remove a barrier (§ 9d NBGG and its likes)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mediation:
    """The body a federal state names for the Durchsetzungsverfahren."""

    name: str
    law: str
    address: tuple[str, ...]
    phone: str
    email: str
    url: str


PLACES = {
    "NI": Mediation(
        name="Schlichtungsstelle bei der Landesbeauftragten für Menschen mit Behinderungen "
        "in Niedersachsen",
        law="§ 9d NBGG",
        address=("Hannah-Arendt-Platz 2", "30159 Hannover"),
        phone="0511 120-4010",
        email="schlichtungsstelle@ms.niedersachsen.de",
        url="https://www.ms.niedersachsen.de",
    ),
}


def for_state(state: str) -> Mediation | None:
    """The body of a federal state ("NI"), if we know it."""
    return PLACES.get(state)

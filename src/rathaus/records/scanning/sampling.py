"""Drawing a sample that anybody can draw again.

Each page is ordered by sha256 of ``seed:position:page``; the first n are the sample. With the
seed, the list of files and a pocket calculator for sha256 the same pages come out in every
programming language and in every version of the software.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

Place = tuple[int, int]
"""Position of the file in its batch, number of the page in its file."""


def new_seed() -> str:
    """Chosen when the check begins, so that nobody who scans knows the sample before."""
    return secrets.token_hex(16)


def draw(places: Iterable[Place], size: int, seed: str) -> list[Place]:
    """`size` of `places` in the order in which they lie in the stack."""
    ordered = sorted(set(places), key=lambda place: (_weight(place, seed), place))
    return sorted(ordered[:size])


def _weight(place: Place, seed: str) -> str:
    position, page = place
    return hashlib.sha256(f"{seed}:{position}:{page}".encode()).hexdigest()

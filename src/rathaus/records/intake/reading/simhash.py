"""64 bits that are alike for texts that are alike (Charikar 2002), over stems."""

from __future__ import annotations

import hashlib
from collections import Counter

from rathaus.search.language import tokens

FEWEST = 12
"""Stems below which a text says too little to be compared."""
MOST = 20_000
NEAR = 8
"""Bits that may differ between two readings of the same letter."""


def simhash(text: str) -> str:
    """16 hex digits, "" for a text that is too short."""
    stems = tokens(text)[:MOST]
    if len(stems) < FEWEST:
        return ""
    weights = [0] * 64
    for stem, times in Counter(stems).items():
        bits = int.from_bytes(hashlib.blake2b(stem.encode(), digest_size=8).digest())
        for place in range(64):
            weights[place] += times if bits >> place & 1 else -times
    return f"{sum(1 << place for place, weight in enumerate(weights) if weight > 0):016x}"


def bands(value: str) -> list[str]:
    """Four parts of 16 bits; texts that differ in at most three bits share one for certain."""
    return [value[start : start + 4] for start in range(0, 16, 4)] if value else ["", "", "", ""]


def distance(one: str, other: str) -> int:
    """How many bits differ; 64 where there is nothing to compare."""
    if not one or not other:
        return 64
    return (int(one, 16) ^ int(other, 16)).bit_count()

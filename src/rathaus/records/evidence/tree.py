"""Hash trees by the rules of RFC 4998 §4.2, with blinded leaves (docs/adr/0013).

A leaf is the hash of an object's digest together with a random blind. Whoever gets one
object with its reduced tree sees hashes of its neighbours, and learns nothing from them:
without the blind not even a guessed letter can be confirmed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

ReducedTree = list[list[bytes]]
"""Lists of hashes from the leaf to the root (`reducedHashtree` of RFC 4998)."""


def combine(parts: Iterable[bytes], algorithm: str) -> bytes:
    """Hash of the parts in binary ascending order (RFC 4998 §4.2 step 3)."""
    return hashlib.new(algorithm, b"".join(sorted(parts))).digest()


def new_blind(algorithm: str) -> bytes:
    """A random value as long as a digest."""
    return secrets.token_bytes(hashlib.new(algorithm).digest_size)


def root(leaves: Iterable[bytes], algorithm: str) -> bytes:
    """Root over the leaves, whatever their order. Raises: ValueError for none."""
    return _levels(leaves, algorithm)[-1][0]


class Tree:
    """A tree of which several leaves are asked for."""

    def __init__(self, leaves: Iterable[bytes], algorithm: str) -> None:
        self._levels = _levels(leaves, algorithm)
        self._algorithm = algorithm
        self._place = {leaf: place for place, leaf in enumerate(self._levels[0])}

    @property
    def root(self) -> bytes:
        """The root."""
        return self._levels[-1][0]

    def reduced(self, digest: bytes, blind: bytes) -> ReducedTree:
        """What leads from `digest` to the root. Raises: KeyError for one that is not in it."""
        place = self._place[combine((digest, blind), self._algorithm)]
        lists: ReducedTree = [sorted((digest, blind))]
        for level in self._levels[:-1]:
            sibling = place ^ 1
            if sibling < len(level):
                lists.append([level[sibling]])
            place //= 2
        return lists


def follow(lists: Sequence[Sequence[bytes]], algorithm: str) -> bytes:
    """The root to which a reduced tree leads (RFC 4998 §4.3)."""
    value = b""
    for hashes in lists:
        value = combine([value, *hashes] if value else hashes, algorithm)
    return value


def _levels(leaves: Iterable[bytes], algorithm: str) -> list[list[bytes]]:
    level = sorted(set(leaves))
    if not level:
        raise ValueError("a tree needs a leaf")
    levels = [level]
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        # A node without sibling moves up as it is: there is nothing to combine it with.
        level = [combine(pair, algorithm) if len(pair) == 2 else pair[0] for pair in pairs]
        levels.append(level)
    return levels

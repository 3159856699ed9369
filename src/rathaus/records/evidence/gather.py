"""What is new since the last seal, and the bytes behind each leaf."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from rathaus.core.events import event_text
from rathaus.core.models import Chain, Event
from rathaus.records.evidence.events import CHAIN
from rathaus.records.evidence.models import ItemKind, Seal, SealItem
from rathaus.records.models import DocumentVersion

PER_READ = 200


@dataclass(frozen=True)
class Leaf:
    """Something to be sealed; `digest` is the hash of its bytes."""

    kind: str
    object_id: uuid.UUID
    length: int
    digest: bytes


def unsealed_versions() -> QuerySet[DocumentVersion]:
    """Versions that no seal holds."""
    held = SealItem.objects.filter(object_id=OuterRef("public_id"), length=0)
    found: QuerySet[DocumentVersion] = DocumentVersion.objects.filter(~Exists(held))
    return found


def unsealed_chains() -> QuerySet[Chain]:
    """Histories that went on since they were sealed last, or never were.

    The history of the evidence itself is left out: each seal holds the seal before.
    """
    held = SealItem.objects.filter(object_id=OuterRef("pk"), length=OuterRef("length"))
    return Chain.objects.filter(~Exists(held), length__gt=0).exclude(kind=CHAIN)


def new(limit: int) -> list[Leaf]:
    """Up to `limit` leaves, files in their order of filing first."""
    rows = unsealed_versions().order_by("pk").values_list("public_id", "blob__sha256")
    found = [
        Leaf(ItemKind.VERSION, ident, 0, bytes.fromhex(sha256)) for ident, sha256 in rows[:limit]
    ]
    chains = unsealed_chains().order_by("created_at", "pk")[: max(0, limit - len(found))]
    return found + list(_chains(chains.iterator(chunk_size=PER_READ)))


def of_seal(seal: Seal, algorithm: str = "sha256") -> Leaf:
    """A seal as a leaf of the next one."""
    digest = hashlib.new(algorithm, seal_text(seal)).digest()
    return Leaf(ItemKind.SEAL, uuid.UUID(int=seal.number), 0, digest)


def seal_text(seal: Seal) -> bytes:
    """What a seal says of itself, in one line; `Seal.hash` is the hash of it."""
    at = seal.at.isoformat(timespec="microseconds")
    parts = (seal.number, at, seal.algorithm, seal.root, seal.count, seal.previous)
    return "|".join(map(str, parts)).encode()


def transcript(chain_id: uuid.UUID, length: int) -> Iterator[bytes]:
    """The first `length` events of a chain, a line each: the object that is sealed."""
    rows = Event.objects.filter(chain_id=chain_id, seq__lte=length).order_by("seq")
    for event in rows.iterator(chunk_size=1000):
        yield event_text(event) + b"\n"


def digests_at(
    chain_id: uuid.UUID, lengths: Iterable[int], algorithm: str = "sha256"
) -> dict[int, bytes]:
    """Digests of the transcript at several lengths, in one reading.

    A length that the chain does not reach any more is absent.
    """
    wanted = set(lengths)
    value, found = hashlib.new(algorithm), {}
    for number, line in enumerate(transcript(chain_id, max(wanted, default=0)), 1):
        value.update(line)
        if number in wanted:
            found[number] = value.copy().digest()
    return found


def _chains(chains: Iterable[Chain]) -> Iterator[Leaf]:
    """Chains in groups, so that their events come with few queries."""
    group: list[Chain] = []
    for chain in chains:
        group.append(chain)
        if len(group) == PER_READ:
            yield from _group(group)
            group = []
    yield from _group(group)


def _group(group: list[Chain]) -> Iterator[Leaf]:
    lengths = {chain.pk: chain.length for chain in group}
    values = {key: hashlib.sha256() for key in lengths}
    rows = Event.objects.filter(chain_id__in=lengths).order_by("chain_id", "seq")
    for event in rows.iterator(chunk_size=1000):
        # What came after the length was read belongs to the next seal.
        if event.seq <= lengths[event.chain_id]:
            values[event.chain_id].update(event_text(event) + b"\n")
    for key, length in lengths.items():
        yield Leaf(ItemKind.CHAIN, key, length, values[key].digest())

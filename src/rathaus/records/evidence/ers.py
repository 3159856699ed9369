"""Evidence records (RFC 4998): the ASN.1, and building them from seals and renewals.

`asn1crypto.tsp.EvidenceRecord` lacks the level of the chains, so the types are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, core

from rathaus.records.evidence.tree import ReducedTree


class PartialHashtree(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    _child_spec = core.OctetString


class PartialHashtrees(core.SequenceOf):  # type: ignore[misc]
    _child_spec = PartialHashtree


class Attributes(core.SetOf):  # type: ignore[misc]
    _child_spec = cms.CMSAttribute


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]
    _fields = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", Attributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", PartialHashtrees, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStampChain


class DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class EncryptionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [("encryption_info_type", core.ObjectIdentifier), ("value", core.Any)]


class EvidenceRecord(core.Sequence):  # type: ignore[misc]
    """Without encryptionInfo: what is sealed are the plain bytes."""

    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", Attributes, {"implicit": 0, "optional": True}),
        ("encryption_info", EncryptionInfo, {"implicit": 1, "optional": True}),
        ("sequence", ArchiveTimeStampSequence),
    ]


@dataclass(frozen=True)
class Link:
    """One archive time stamp: the way through a tree to a token."""

    algorithm: str
    tree: ReducedTree
    token: bytes


Chains = Sequence[Sequence[Link]]


def record(chains: Chains) -> bytes:
    """A record in DER."""
    names = dict.fromkeys(link.algorithm for chain in chains for link in chain)
    made = EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": name} for name in names],
            "sequence": _sequence(chains),
        }
    )
    found: bytes = made.dump()
    return found


def sequence(chains: Chains) -> bytes:
    """DER of the chains alone: what a renewal of the hash tree covers (§5.2 step 3)."""
    found: bytes = _sequence(chains).dump()
    return found


def _sequence(chains: Chains) -> ArchiveTimeStampSequence:
    made = [ArchiveTimeStampChain([_archive(link) for link in chain]) for chain in chains]
    return ArchiveTimeStampSequence(made)


def _archive(link: Link) -> ArchiveTimeStamp:
    return ArchiveTimeStamp(
        {
            "digest_algorithm": {"algorithm": link.algorithm},
            "reduced_hashtree": [PartialHashtree(hashes) for hashes in link.tree],
            "time_stamp": cms.ContentInfo.load(link.token),
        }
    )

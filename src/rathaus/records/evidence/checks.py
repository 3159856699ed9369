"""Seals against the record: what a history rewritten from its first event on cannot hide."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from cryptography import x509
from django.db.models import Exists, OuterRef

from rathaus.core.models import Chain, Event
from rathaus.records.evidence import gather, queries, tree
from rathaus.records.evidence.events import CHAIN
from rathaus.records.evidence.models import (
    ItemKind,
    Renewal,
    RenewalItem,
    Seal,
    SealItem,
    TimeStamp,
)
from rathaus.records.evidence.offline import pruefen
from rathaus.records.models import Case

Add = Callable[[str, str, object, object], None]
GRACE = timedelta(days=3)
"""Filed so long before the newest seal and in none of them: put in behind our back."""


def cases(rows: Iterable[Case], add: Add) -> None:
    """Histories and versions of these cases (with documents, versions, blobs) against the seals."""
    found = {case.chain_id: case for case in rows}
    versions = {
        version.public_id: (case, document, version)
        for case in found.values()
        for document in case.documents.all()
        for version in document.versions.all()
    }
    items = SealItem.objects.filter(object_id__in=[*found, *versions]).select_related("seal")
    lengths: defaultdict[Any, dict[int, SealItem]] = defaultdict(dict)
    sealed = set()
    for item in items.order_by("seal__number"):
        if item.object_id in found:
            lengths[item.object_id][item.length] = item
            continue
        sealed.add(item.object_id)
        case, document, version = versions[item.object_id]
        if bytes(item.digest).hex() != version.blob.sha256:
            place = f"Vorgang {case.reference}, Dokument „{document.title}“, Fassung"
            digest = f"sha256 {bytes(item.digest).hex()} ({item.seal})"
            add(f"{place} {version.number}", "not what was sealed", digest, version.blob.sha256)
    for chain_id, sealed_at in lengths.items():
        _history(f"Vorgang {found[chain_id].reference}", chain_id, sealed_at, add)
    if last := queries.newest():
        for ident, (case, document, version) in versions.items():
            if ident not in sealed and version.created_at < last.at - GRACE:
                place = f"Vorgang {case.reference}, Dokument „{document.title}“, Fassung"
                when = f"{version.created_at:%Y-%m-%d}"
                add(f"{place} {version.number}", "in no seal although older", str(last), when)


def other_histories(add: Add, after: str = "", limit: int | None = None) -> str:
    """Sealed histories that belong to no case, and sealed ones that are gone: those behind the
    one with the key `after`, at most so many. Returns the last key where there may be more.
    """
    others = SealItem.objects.filter(kind=ItemKind.CHAIN).filter(
        ~Exists(Case.objects.filter(chain_id=OuterRef("object_id")))
    )
    if after:
        others = others.filter(object_id__gt=after)
    if limit is not None:
        keys = others.order_by("object_id").values_list("object_id", flat=True).distinct()
        some = list(keys[:limit])
        if not some:
            return ""
        others = others.filter(object_id__lte=some[-1])
    lengths: defaultdict[Any, dict[int, SealItem]] = defaultdict(dict)
    for item in others.select_related("seal").order_by("object_id", "length").iterator(500):
        if lengths and item.object_id not in lengths:
            _other(lengths, add)
            lengths.clear()
        lengths[item.object_id][item.length] = item
    _other(lengths, add)
    return str(some[-1]) if limit is not None and len(some) == limit else ""


def _other(lengths: dict[Any, dict[int, SealItem]], add: Add) -> None:
    for chain_id, sealed_at in lengths.items():
        chain = Chain.objects.filter(pk=chain_id).first()
        if chain is None:
            item = next(iter(sealed_at.values()))
            add(f"Kette {chain_id}", "sealed history is gone", str(item.seal), "no chain")
        else:
            _history(f"Kette {chain.kind} {chain_id}", chain_id, sealed_at, add)


def _history(where: str, chain_id: Any, sealed_at: dict[int, SealItem], add: Add) -> None:
    digests = gather.digests_at(chain_id, sealed_at)
    for length, item in sealed_at.items():
        at = f"{where}, Verlauf bis Ereignis {length}"
        found = digests.get(length)
        if found is None:
            add(at, "sealed events are missing", f"{length} events ({item.seal})", "fewer")
        elif found != bytes(item.digest):
            add(at, "history rewritten after sealing", bytes(item.digest).hex(), found.hex())


class SealChecks:
    """Seals, renewals and their time stamps among themselves, one seal after the other."""

    def __init__(self, add: Add) -> None:
        self._add = add

    def seal(self, seal: Seal, previous: Seal | None) -> None:
        """One seal with its leaves and time stamps, and its link to the one before."""
        where = f"Siegel {seal.number}"
        expected = previous.number + 1 if previous else 1
        if seal.number != expected:
            self._add(where, "seal missing before it", expected, seal.number)
        elif seal.previous != (previous.hash if previous else ""):
            self._add(where, "link of seals broken", previous and previous.hash, seal.previous)
        digest = hashlib.new(seal.algorithm, gather.seal_text(seal)).hexdigest()
        if digest != seal.hash:
            self._add(where, "seal changed", seal.hash, digest)
        self._tree(where, SealItem.objects.filter(seal=seal), seal)
        if previous is not None:
            item = SealItem.objects.filter(seal=seal, kind=ItemKind.SEAL).first()
            wanted = gather.of_seal(previous, seal.algorithm).digest
            if item is None or bytes(item.digest) != wanted:
                self._add(where, "seal before is not in it", wanted.hex(), item and "another")
        for stamp in seal.stamps.all():
            self.stamp(where, stamp, seal.root, seal.algorithm)

    def renewals(self) -> None:
        """All renewals with their leaves, and that each holds what it renews."""
        for place, row in enumerate(Renewal.objects.order_by("number"), 1):
            where = f"Erneuerung {row.number}"
            if row.number != place:
                self._add(where, "renewal missing before it", place, row.number)
            items = RenewalItem.objects.filter(renewal=row)
            self._tree(where, items, row)
            for item in items.filter(stamp__isnull=False).select_related("stamp"):
                token = bytes(item.stamp.token) if item.stamp else b""
                if hashlib.new(row.algorithm, token).digest() != bytes(item.digest):
                    self._add(where, "renewed time stamp exchanged", row.line, "another")
            for stamp in TimeStamp.objects.filter(renewal=row):
                self.stamp(where, stamp, row.root, row.algorithm)

    def stamp(self, where: str, stamp: TimeStamp, root: str, algorithm: str) -> None:
        """A time stamp: its signature, its chain as verified when it came, and what it is about."""
        place = f"{where}, Zeitstempel von {stamp.authority}"
        try:
            found = pruefen.time_stamp(bytes(stamp.token))
            chain = x509.load_pem_x509_certificates(stamp.certificates.encode())
            pruefen.chain_to_root(found, chain[-1:], chain)
        except (pruefen.HaeltNicht, ValueError) as error:
            self._add(place, "time stamp does not hold", "", error)
            return
        if (found.algorithm, found.imprint.hex()) != (algorithm, root):
            self._add(place, "time stamp is of another root", root, found.imprint.hex())
        if found.time != stamp.gen_time:
            self._add(place, "time of the stamp changed", found.time, stamp.gen_time)

    def history(self) -> None:
        """What the evidence's own history tells has to be there: cut tails are named."""
        told = Event.objects.filter(chain__kind=CHAIN)
        roots = dict(Seal.objects.values_list("number", "root"))
        for data in told.filter(type="evidence.sealed").values_list("data", flat=True):
            if roots.pop(data["number"], None) != data["root"]:
                self._add(f"Siegel {data['number']}", "seal removed or changed", data["root"], "")
        for number, root in roots.items():
            self._add(f"Siegel {number}", "seal was never made", "", root)
        known = {hashlib.sha256(token).hexdigest() for token in _tokens()}
        told_of = set()
        for data in told.filter(type="evidence.stamped").values_list("data", flat=True):
            told_of.add(data["sha256"])
            if data["sha256"] not in known:
                kind = "Erneuerung" if data["renewal"] else "Siegel"
                where = f"{kind} {data['number']}, Zeitstempel von {data['authority']}"
                self._add(where, "time stamp removed or exchanged", data["sha256"], "")
        for sha256 in known - told_of:
            self._add("Zeitstempel", "time stamp never came", "", sha256)

    def _tree(self, where: str, items: Any, of: Seal | Renewal) -> None:
        pairs = items.values_list("digest", "blind").iterator(chunk_size=2000)
        leaves = [tree.combine((bytes(d), bytes(b)), of.algorithm) for d, b in pairs]
        if len(leaves) != of.count:
            self._add(where, "leaves missing or added", of.count, len(leaves))
        elif tree.root(leaves, of.algorithm).hex() != of.root:
            self._add(where, "leaves do not give the root", of.root, "another root")


def _tokens() -> Iterable[bytes]:
    tokens = TimeStamp.objects.values_list("token", flat=True).iterator(chunk_size=500)
    return (bytes(token) for token in tokens)

"""Renewing evidence before it weakens (RFC 4998 §5).

Time stamps: before a certificate ends or a signature's algorithm weakens, a new time stamp over
the old ones. Hash trees: before the hash weakens, the objects are hashed anew together with
all the evidence so far.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.records.evidence import actions, algorithms, gather, tree
from rathaus.records.evidence.events import Renewed
from rathaus.records.evidence.lines import Builder, Line, lines
from rathaus.records.evidence.models import (
    ItemKind,
    Renewal,
    RenewalItem,
    RenewalKind,
    Seal,
    SealItem,
    TimeStamp,
)
from rathaus.records.models import DocumentVersion

STAMPS_AHEAD = timedelta(days=90)
TREES_AHEAD = timedelta(days=365)


@dataclass(frozen=True)
class Due:
    """A line that has to be renewed: which way, until when, and why in words."""

    line: Line
    kind: str
    until: datetime
    reason: str


def due(moment: datetime | None = None, rows: list[Line] | None = None) -> list[Due]:
    """Everything whose end is in sight at `moment`; lines that wait for a stamp are left out."""
    at = moment or now()
    found = []
    for line in lines() if rows is None else rows:
        if not line.waiting and (one := _due(line, at)):
            found.append(one)
    return found


def _due(line: Line, at: datetime) -> Due | None:
    end = line.end
    hashed = _end_of(algorithms.hash_until(end.algorithm))
    if hashed - TREES_AHEAD < at:
        text = _("Das Hashverfahren %(name)s gilt nur bis %(day)s.")
        return Due(line, RenewalKind.TREE, hashed, text % _words(end.algorithm, hashed))
    signed = _end_of(algorithms.signature_until(end.stamp.signature))
    if end.stamp.valid_until - STAMPS_AHEAD < at:
        until = end.stamp.valid_until
        text = _("Das Zertifikat von %(name)s gilt nur bis %(day)s.")
        return Due(line, RenewalKind.STAMPS, until, text % _words(end.stamp.authority, until))
    if signed - STAMPS_AHEAD < at:
        text = _("Das Signaturverfahren %(name)s gilt nur bis %(day)s.")
        return Due(line, RenewalKind.STAMPS, signed, text % _words(end.stamp.signature, signed))
    return None


def renew_due(*, actor: Actor) -> list[Renewal]:
    """Renew the time stamps that are due. Trees need reading every file: a person starts that."""
    groups: defaultdict[tuple[str, str], list[TimeStamp]] = defaultdict(list)
    for one in due():
        if one.kind == RenewalKind.STAMPS:
            groups[one.line.name, one.line.end.algorithm].append(one.line.end.stamp)
    return [
        renew_stamps(line=line, algorithm=algorithm, stamps=stamps, actor=actor)
        for (line, algorithm), stamps in groups.items()
    ]


def renew_stamps(*, line: str, algorithm: str, stamps: list[TimeStamp], actor: Actor) -> Renewal:
    """One new root over old time stamps of one line; its time stamp is asked for by a job."""
    unique = {stamp.pk: stamp for stamp in stamps}
    items = [
        RenewalItem(
            stamp=stamp,
            digest=hashlib.new(algorithm, bytes(stamp.token)).digest(),
            blind=tree.new_blind(algorithm),
        )
        for stamp in unique.values()
    ]
    return _store(
        kind=RenewalKind.STAMPS,
        line=line,
        algorithm=algorithm,
        items=items,
        seal=None,
        actor=actor,
    )


def renew_tree(*, seal: Seal, line: str, algorithm: str, actor: Actor) -> Renewal | None:
    """Hash the objects of a seal anew, with all their evidence; None if none is left.

    Raises: StorageDamaged for a file that cannot be read: `records verify` names it.
    """
    mine = next((one for one in lines([seal]) if one.name == line and not one.waiting), None)
    if mine is None:
        return None
    builder = Builder()
    items = []
    for item in SealItem.objects.filter(seal=seal).order_by("pk").iterator(chunk_size=500):
        content = digest_of(item, algorithm)
        if content is None:
            continue
        older = hashlib.new(algorithm, _sequence(builder, item, mine)).digest()
        items.append(
            RenewalItem(
                item=item,
                digest=hashlib.new(algorithm, content + older).digest(),
                blind=tree.new_blind(algorithm),
            )
        )
    if not items:
        return None
    return _store(
        kind=RenewalKind.TREE,
        line=line,
        algorithm=algorithm,
        items=items,
        seal=seal,
        actor=actor,
    )


def digest_of(item: SealItem, algorithm: str) -> bytes | None:
    """The object of an item hashed anew; None if it was destroyed. Raises: StorageDamaged."""
    if item.kind == ItemKind.CHAIN:
        return gather.digests_at(item.object_id, [item.length], algorithm).get(item.length)
    if item.kind == ItemKind.SEAL:
        seal = Seal.objects.filter(number=item.object_id.int).first()
        return gather.of_seal(seal, algorithm).digest if seal else None
    version = DocumentVersion.objects.filter(public_id=item.object_id).first()
    try:
        return hashlib.new(algorithm, version.read()).digest() if version else None
    except storage.StorageShredded:
        return None


def _sequence(builder: Builder, item: SealItem, line: Line) -> bytes:
    from rathaus.records.evidence import ers

    return ers.sequence(builder.chains(item, line))


def _store(
    *,
    kind: str,
    line: str,
    algorithm: str,
    items: list[RenewalItem],
    seal: Seal | None,
    actor: Actor,
) -> Renewal:
    from rathaus.records.evidence import jobs

    leaves = (tree.combine((bytes(item.digest), bytes(item.blind)), algorithm) for item in items)
    made = Renewal(
        at=now(),
        kind=kind,
        seal=seal,
        line=line,
        algorithm=algorithm,
        root=tree.root(leaves, algorithm).hex(),
        count=len(items),
    )
    with transaction.atomic():
        made.number = (Renewal.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        made.save(force_insert=True)
        for item in items:
            item.renewal = made
        RenewalItem.objects.bulk_create(items, batch_size=1000)
        event = Renewed(number=made.number, kind=kind, line=line, root=made.root, count=made.count)
        record(actions.chain(), event, actor=actor)
        enqueue(jobs.stamp_renewal, renewal=made.number)
    return made


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)


def _words(name: str, until: datetime) -> dict[str, str]:
    return {"name": name, "day": f"{until:%d.%m.%Y}"}

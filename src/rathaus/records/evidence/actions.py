"""Making seals and keeping the time stamps that come for them."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record
from rathaus.core.jobs import enqueue
from rathaus.core.models import Chain
from rathaus.records.evidence import authorities, gather, tree
from rathaus.records.evidence.events import CHAIN, Sealed, Stamped
from rathaus.records.evidence.models import AuthorityState, Renewal, Seal, SealItem, TimeStamp
from rathaus.records.evidence.tsa import Answer

ALGORITHM = "sha256"
LARGEST = 50_000
"""Leaves of one seal; what is more goes into the next one, made at once."""


class SealedMeanwhile(RuntimeError):
    """Somebody else made a seal at the same moment."""


def seal(*, actor: Actor, limit: int = LARGEST) -> Seal | None:
    """Seal up to `limit` new things; None if nothing is new.

    Raises: SealedMeanwhile.
    """
    last = Seal.objects.order_by("-number").first()
    leaves = gather.new(limit)
    if not leaves:
        return None
    if last is not None:
        leaves.append(gather.of_seal(last, ALGORITHM))
    items = [
        SealItem(
            kind=leaf.kind,
            object_id=leaf.object_id,
            length=leaf.length,
            digest=leaf.digest,
            blind=tree.new_blind(ALGORITHM),
        )
        for leaf in leaves
    ]
    root = tree.root(
        (tree.combine((bytes(i.digest), bytes(i.blind)), ALGORITHM) for i in items), ALGORITHM
    )
    made = Seal(
        number=last.number + 1 if last else 1,
        at=now(),
        algorithm=ALGORITHM,
        root=root.hex(),
        count=len(items),
        previous=last.hash if last else "",
    )
    made.hash = hashlib.new(ALGORITHM, gather.seal_text(made)).hexdigest()
    try:
        with transaction.atomic():
            _store(made, items, actor)
    except IntegrityError as error:
        raise SealedMeanwhile(str(made.number)) from error
    return made


def seal_all(*, actor: Actor, limit: int = LARGEST) -> list[Seal]:
    """Seal until nothing is new."""
    found: list[Seal] = []
    while made := seal(actor=actor, limit=limit):
        found.append(made)
        if made.count < limit:
            break
    return found


def _store(made: Seal, items: list[SealItem], actor: Actor) -> None:
    from rathaus.records.evidence import jobs

    made.save(force_insert=True)
    for item in items:
        item.seal = made
    SealItem.objects.bulk_create(items, batch_size=1000)
    event = Sealed(number=made.number, root=made.root, hash=made.hash, count=made.count)
    record(chain(), event, actor=actor)
    for authority in authorities.configured():
        enqueue(jobs.stamp, seal=made.number, authority=authority.name)


def keep_stamp(
    *, seal: Seal | None = None, renewal: Renewal | None = None, authority: str, answer: Answer
) -> TimeStamp | None:
    """Keep a verified time stamp; None if there is one already (delivered twice)."""
    of = seal or renewal
    if of is None:
        raise ValueError("a time stamp belongs to a seal or to a renewal")
    row = TimeStamp(
        seal=seal,
        renewal=renewal,
        authority=authority,
        created_at=now(),
        **answer.__dict__,
    )
    event = Stamped(
        number=of.number,
        renewal=renewal is not None,
        authority=authority,
        sha256=hashlib.sha256(answer.token).hexdigest(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(chain(), event, actor=Actor.provider(f"tsa:{authority}", answer.subject[:120]))
    except IntegrityError:
        return None
    return row


def note_call(name: str, *, error: str = "", answer: Answer | None = None) -> None:
    """How the last call of a service went."""
    if answer is None:
        values = {"last_failure": now(), "error": error[:300]}
    else:
        values = {"last_ok": now(), "error": "", "valid_until": answer.valid_until}
    AuthorityState.objects.update_or_create(name=name, defaults=values)


def chain() -> Chain:
    """The history of the evidence."""
    return Chain.objects.filter(kind=CHAIN).order_by("created_at").first() or new_chain(CHAIN)

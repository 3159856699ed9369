"""How long the original of a divided, merged or turned stack is kept, and its end.

What was filed are the parts; the original proves for a while that nothing was left out. It goes
``RATHAUS_INTAKE_ORIGINAL_DAYS`` after the last of its parts was filed, never while a part is
not filed (the database refuses it too) or lies in a case under a legal hold. Its digest stays
in the history of the parts and of their cases. With a case that is destroyed, everything goes
that was taken in for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.records.disposal import destruction, removal
from rathaus.records.disposal.queries import held
from rathaus.records.intake import events
from rathaus.records.intake.models import Item, ItemQuerySet, Origin
from rathaus.records.intake.purging import drop
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Case

ACTOR = Actor.system("intake")
AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """How long an original stays; `until` is known once every part is filed."""

    days: int
    until: datetime | None


def kept(item: Item) -> Kept:
    """How long this original stays."""
    days = int(settings.RATHAUS_INTAKE_ORIGINAL_DAYS)
    parts = Item.objects.filter(origins__original=item)
    if not days or parts.exclude(state=ItemState.FILED).exists():
        return Kept(days, None)
    last = parts.aggregate(at=Max("state_at"))["at"] or item.state_at
    return Kept(days, last + timedelta(days=days))


def run() -> int:
    """Delete originals whose time is over; returns how many."""
    days = int(settings.RATHAUS_INTAKE_ORIGINAL_DAYS)
    if not days:
        return 0
    done = 0
    # What was made later first: the parts of a part before the stack it came from.
    for item in due(days).select_related("chain", "blob", "view").order_by("-pk")[:AT_ONCE]:
        blobs = _blobs_of([item])
        with transaction.atomic():
            _purge(item, days)
        for blob in Blob.objects.filter(pk__in=blobs):
            drop(blob)
        done += 1
    return done


def due(days: int) -> ItemQuerySet:
    """Originals of which every part was filed at least so many days ago."""
    over = now() - timedelta(days=days)
    links = Origin.objects.filter(original=OuterRef("pk"))
    waiting = links.exclude(part__state=ItemState.FILED, part__state_at__lt=over)
    rows = Item.objects.filter(state=ItemState.REPLACED, state_at__lt=over)
    rows = rows.filter(children=None, works=None)
    return rows.exclude(Exists(waiting)).exclude(Exists(_frozen(links)))


def _frozen(links: QuerySet[Origin]) -> QuerySet[Origin]:
    """Those whose part lies in a case under a legal hold."""
    return links.filter(part__document__case__in=Case.objects.filter(held()).order_by())


def _purge(item: Item, days: int) -> None:
    parts = Item.objects.filter(origins__original=item).select_related("chain", "document")
    documents = []
    for part in parts.distinct():
        gone = events.OriginalGone(original=str(item.public_id), sha256=item.blob.sha256)
        record(part.chain, gone, actor=ACTOR)
        if part.document is not None:
            documents.append(str(part.document.public_id))
    told = events.OriginalPurged(sha256=item.blob.sha256, documents=documents, days=days)
    record(item.chain, told, actor=ACTOR)
    _let_go(item)


def _let_go(item: Item) -> None:
    Origin.objects.filter(original=item).update(
        sha256=item.blob.sha256, gone_at=now(), original=None
    )
    item.delete()


def forget(case: Case) -> int:
    """What came in for a case goes with it: items, pictures, and originals they were made of.

    An original of which another part is not filed yet, or is under a legal hold, stays for that
    part; attachments that were not filed stay in the staging area.
    """
    items = list(Item.objects.filter(document__case=case).select_related("blob"))
    above = list(_originals_of(items))
    blobs = _blobs_of(items)
    for item in sorted(items, key=lambda one: -one.pk):
        item.children.update(parent=None)
        _delete(item)
    done = len(items)
    while above:
        original = above.pop()
        others = Origin.objects.filter(original=original)
        if others.exclude(part__state=ItemState.FILED).exists() or _frozen(others).exists():
            continue
        above += _originals_of([original])
        blobs |= _blobs_of([original])
        others.update(sha256=original.blob.sha256, gone_at=now(), original=None)
        original.children.update(parent=None)
        _delete(original)
        done += 1
    for blob in Blob.objects.filter(pk__in=blobs):
        if blob.wrapped_key and not removal.still_used(blob.pk):
            destruction.shred(blob)
    return done


def _delete(item: Item) -> None:
    item.works.all().delete()
    item.delete()


def _originals_of(items: Iterable[Item]) -> Iterable[Item]:
    rows = Item.objects.filter(parts__part__in=[item.pk for item in items])
    return rows.select_related("blob").distinct().order_by("pk")


def _blobs_of(items: Iterable[Item]) -> set[int]:
    """Bytes, pictures and view; to be asked for before the rows are gone."""
    found: set[int] = set()
    for item in items:
        found |= {item.blob_id, *item.images.values_list("blob", flat=True)}
        if item.view_id is not None:
            found.add(item.view_id)
    return found

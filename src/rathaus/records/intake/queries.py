"""Reads of the intake. Whose items and whose cases are part of every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.organisation.permissions import grants
from rathaus.records import queries as records
from rathaus.records.intake.models import (
    Folder,
    Item,
    ItemQuerySet,
    MailBox,
    Origin,
    Suggestion,
    Work,
)
from rathaus.records.intake.reading.simhash import NEAR, distance
from rathaus.records.intake.states import OPEN, ItemState
from rathaus.records.models import Case, Document, DocumentVersion

PAGE = 50
LEVELS = 3
"""A stack is divided, a part turned, two of these merged: so deep the parts are looked for."""
TABS: dict[str, tuple[ItemState, ...]] = {
    "open": OPEN,
    "ready": (ItemState.READY,),
    "busy": (ItemState.RECEIVED, ItemState.CHECKING, ItemState.WORKING),
    "failed": (ItemState.FAILED,),
    "filed": (ItemState.FILED,),
    "replaced": (ItemState.REPLACED,),
    "discarded": (ItemState.DISCARDED,),
}


@dataclass(frozen=True)
class Filter:
    """What a list shows."""

    tab: str = "open"
    office: str = ""
    source: str = ""
    text: str = ""
    oldest: bool = False
    after: str = ""


@dataclass(frozen=True)
class Hints:
    """What a list tells about each of its items; a fixed number of queries for all of them."""

    doubled: frozenset[int] = frozenset()
    """Primary keys of blobs that lie somewhere else as well."""
    children: dict[int, int] = field(default_factory=dict)
    suggestions: dict[int, Suggestion] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Some items; `next` is the cursor of the following page."""

    items: Sequence[Item]
    hints: Hints
    next: str = ""


@dataclass(frozen=True)
class Duplicate:
    """Where the same or nearly the same lies; only what the person may see."""

    exact: bool
    item: Item | None = None
    document: Document | None = None


def items_for(staff: StaffMember | None) -> ItemQuerySet:
    """Items of the offices in which `staff` has "intake.view", without those in quarantine.

    What is filed shows what the record shows: it is seen by whoever may read its case, and an
    original by whoever may read the cases of all its parts.
    """
    ids = [office.pk for office in grants(staff).offices("intake.view")]
    scopes = records.scopes_for(staff)
    rows = Item.objects.visible_to(ids).exclude(state=ItemState.QUARANTINED)
    rows = rows.alias(filed_in=F("document__case__dossier__scope"))
    rows = rows.filter(Q(filed_in__isnull=True) | Q(filed_in__in=scopes))
    hidden = Q()
    for level in range(LEVELS):
        hidden |= Q(Exists(_parts_out_of_sight(level, scopes)))
    return rows.filter(~Q(state=ItemState.REPLACED) | ~hidden)


def _parts_out_of_sight(level: int, scopes: list[str]) -> QuerySet[Origin]:
    """Parts of an item (its own, those of its parts, and so on) that are filed elsewhere."""
    path = "part__" + "parts__part__" * level + "document__case__dossier__scope"
    rows = Origin.objects.filter(original=OuterRef("pk")).order_by()
    filed = rows.alias(filed_in=F(path)).filter(filed_in__isnull=False)
    return filed.exclude(filed_in__in=scopes)


def item_for(staff: StaffMember | None, public_id: UUID | str) -> Item:
    """One item, ready for actions. Raises: Item.DoesNotExist, also for other offices' items."""
    rows = items_for(staff).select_related("office", "chain", "blob", "parent", "beside")
    return rows.get(public_id=public_id)


def isolated_for(staff: StaffMember | None, public_id: UUID | str) -> Item:
    """What is in quarantine, for everybody who would see it without: to be told, never opened.

    Raises: Item.DoesNotExist, also for other offices' items.
    """
    ids = [office.pk for office in grants(staff).offices("intake.view")]
    rows = Item.objects.visible_to(ids).filter(state=ItemState.QUARANTINED)
    return rows.select_related("office", "chain", "blob", "release_asked_by").get(
        public_id=public_id
    )


def quarantined_for(staff: StaffMember | None) -> ItemQuerySet:
    """What is in quarantine: of one's offices, for operators of all."""
    rights = grants(staff)
    everywhere = rights.can("intake.sources")
    offices = organisation.offices() if everywhere else rights.offices("intake.quarantine")
    rows = Item.objects.visible_to([office.pk for office in offices])
    rows = rows.filter(state=ItemState.QUARANTINED).select_related("release_asked_by", "chain")
    return rows.for_lists().select_related("release_asked_by", "chain", "office", "blob")


def works_for(staff: StaffMember | None) -> QuerySet[Work]:
    """Works on items of the offices in which `staff` has "intake.view"."""
    ids = [office.pk for office in grants(staff).offices("intake.view")]
    return Work.objects.filter(office__in=ids).select_related("office")


def work_on(item: Item) -> Work | None:
    """The newest work that takes pages from the item."""
    return Work.objects.filter(sources__item=item).order_by("-pk").first()


def troubled(staff: StaffMember | None) -> list[Folder | MailBox]:
    """Folders and mail boxes of one's offices from which not everything comes in (two queries)."""
    ids = [office.pk for office in grants(staff).offices("intake.view")]
    folders = Folder.objects.filter(office__in=ids, active=True).exclude(last_error="")
    boxes = MailBox.objects.filter(office__in=ids, active=True).exclude(last_error="")
    return [*folders, *boxes]


def left_behind(items: Sequence[Item]) -> int:
    """How many attachments of these could not be filed along now: not checked, or in quarantine."""
    waiting = [*OPEN, ItemState.QUARANTINED]
    rows = Item.objects.filter(parent__in=items, state__in=waiting)
    return rows.exclude(state=ItemState.READY).count()


def counts(staff: StaffMember | None) -> dict[str, int]:
    """Open items by tab; what is done is not counted, that would grow without end."""
    rows = _top(items_for(staff)).filter(state__in=OPEN).order_by()
    by_state = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {
        tab: sum(by_state.get(state, 0) for state in TABS[tab])
        for tab in ("open", "ready", "busy", "failed")
    }


def open_items(office_ids: Sequence[int]) -> ItemQuerySet:
    """Open items of these offices, to be counted for the rail of every page."""
    return _top(Item.objects.visible_to(office_ids).filter(state__in=OPEN))


def listing(staff: StaffMember | None, wanted: Filter) -> Page:
    """A page of the staging area."""
    rows = _top(items_for(staff)).filter(state__in=TABS.get(wanted.tab, OPEN))
    if wanted.office:
        rows = rows.filter(office__key=wanted.office)
    if wanted.source:
        rows = rows.filter(source=wanted.source)
    if wanted.text:
        part = wanted.text
        rows = rows.filter(
            Q(subject__icontains=part) | Q(name__icontains=part) | Q(sender__icontains=part)
        )
    rows = _after(rows, wanted)
    order = ("received_at", "pk") if wanted.oldest else ("-received_at", "-pk")
    found = list(rows.for_lists().order_by(*order)[: PAGE + 1])
    more = ""
    if len(found) > PAGE:
        last = found[PAGE - 1]
        more = f"{last.received_at.isoformat()}_{last.pk}"
    return Page(found[:PAGE], hints_for(staff, found[:PAGE]), more)


def next_ready(staff: StaffMember | None, office_ids: Sequence[int], item: Item) -> Item | None:
    """What lies below `item` in the staging area and can be filed; at its end, from the top."""
    rows = _top(items_for(staff).visible_to(office_ids)).filter(state=ItemState.READY)
    rows = rows.exclude(pk=item.pk).order_by("-received_at", "-pk")
    at, pk = item.received_at, item.pk
    below = rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=pk))
    return below.first() or rows.first()


def hints_for(staff: StaffMember | None, items: Sequence[Item]) -> Hints:
    """Duplicates, attachments and first suggestions of some items."""
    blobs = {item.blob_id for item in items}
    same = items_for(staff).filter(blob__in=blobs).order_by()
    twice = same.values_list("blob").annotate(n=Count("pk")).filter(n__gt=1)
    filed = DocumentVersion.objects.filter(
        blob__in=blobs, document__case__in=records.cases_for(staff).order_by().values("pk")
    )
    doubled = {pk for pk, _n in twice}
    own = {item.document_id for item in items if item.document_id}
    doubled |= {b for b, document in filed.values_list("blob", "document") if document not in own}
    below = Item.objects.filter(parent__in=[item.pk for item in items]).order_by()
    children = dict(below.values_list("parent").annotate(n=Count("pk")))
    suggestions = {one.item_id: one for one in _suggestions(staff, items) if one.rank == 1}
    return Hints(frozenset(doubled), children, suggestions)


def suggestions_for(staff: StaffMember | None, item: Item) -> list[Suggestion]:
    """Where the item could be filed, only places the person may see."""
    return _suggestions(staff, [item])


def _suggestions(staff: StaffMember | None, items: Sequence[Item]) -> list[Suggestion]:
    cases = records.cases_for(staff).order_by().values("pk")
    dossiers = records.dossiers_for(staff).order_by().values("pk")
    rows = Suggestion.objects.filter(item__in=items).filter(
        Q(case__in=cases) | Q(dossier__in=dossiers) | Q(entry__isnull=False)
    )
    return list(rows.select_related("case", "dossier", "entry").order_by("item", "rank"))


def duplicates(staff: StaffMember | None, item: Item) -> list[Duplicate]:
    """The same bytes first, then nearly the same text."""
    same = items_for(staff).filter(blob=item.blob_id).exclude(pk=item.pk)
    found = [Duplicate(True, item=one) for one in same.for_lists()[:5]]
    versions = DocumentVersion.objects.filter(
        blob=item.blob_id, document__case__in=records.cases_for(staff).order_by().values("pk")
    )
    documents = Document.objects.filter(versions__in=versions).select_related("case").distinct()
    if item.document_id is not None:
        documents = documents.exclude(pk=item.document_id)
    for document in documents[:5]:
        found.append(Duplicate(True, document=document))
    known = {one.item.pk for one in found if one.item}
    return found + [Duplicate(False, item=one) for one in near(staff, item) if one.pk not in known]


def near(staff: StaffMember | None, item: Item) -> list[Item]:
    """Items whose text is nearly the same: a hint, never a verdict."""
    if not item.simhash:
        return []
    shared = Q()
    for number in range(4):
        shared |= Q(**{f"band{number}": item.simhash[4 * number : 4 * number + 4]})
    # Filed ones only while they are visible in the record.
    rows = items_for(staff).filter(shared).exclude(pk=item.pk).exclude(state=ItemState.DISCARDED)
    related = [origin.original_id for origin in item.origins.all() if origin.original_id]
    related += list(item.parts.values_list("part", flat=True))
    rows = rows.exclude(pk__in=related).for_lists().order_by("-received_at")[:50]
    return [one for one in rows if distance(one.simhash, item.simhash) <= NEAR][:3]


def cases_to_choose(staff: StaffMember | None, text: str, office_id: int) -> list[Case]:
    """Open cases for the page where one is chosen: by reference, or by words; else the newest."""
    rows = records.cases_for(staff).filter(state="open")
    if not text:
        return list(rows.filter(office_id=office_id).order_by("-pk")[:10])
    exact = list(rows.filter(reference__iexact=text)[:5])
    begins = rows.filter(Q(reference__istartswith=text) | Q(title__icontains=text))
    found = {case.pk: case for case in [*exact, *begins.order_by("-pk")[:20]]}
    for hit in records.find(staff, text, limit=20).hits:
        if hit.case.state == "open":
            found.setdefault(hit.case.pk, hit.case)
    return list(found.values())[:20]


def _top(rows: ItemQuerySet) -> ItemQuerySet:
    """Attachments are shown with their mail, as long as that is still open."""
    alone = Q(parent=None) | ~Q(parent__state__in=OPEN)
    free = Q(beside=None) | ~Q(beside__state__in=OPEN)
    return rows.filter(alone, free)


def _after(rows: ItemQuerySet, wanted: Filter) -> ItemQuerySet:
    moment, _, pk = wanted.after.rpartition("_")
    if not moment or not pk.isdigit() or len(pk) > 17:
        return rows
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return rows
    if at.tzinfo is None:
        return rows
    if wanted.oldest:
        return rows.filter(Q(received_at__gt=at) | Q(received_at=at, pk__gt=int(pk)))
    return rows.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=int(pk)))

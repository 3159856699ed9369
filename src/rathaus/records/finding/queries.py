"""Finding records. Who may see what is part of the question to the search and to the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from rathaus.organisation.models import StaffMember
from rathaus.records import queries as records
from rathaus.records.finding.models import Look, SavedSearch
from rathaus.records.finding.resolving import Resolved, resolve
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.search import meant
from rathaus.search import queries as search
from rathaus.search.queries import Order
from rathaus.search.snippets import Parts

MAX_NEW = 99
MAX_COUNTED = 6
"""Saved searches whose new results are counted on one page."""


@dataclass(frozen=True)
class Found:
    """A case, or a document with its case. Parts are (text, is_hit)."""

    case: Case
    document: Document | None
    version: DocumentVersion | None
    title: Parts
    snippet: Parts


@dataclass
class Group:
    """What was found in one case. `hit` is the case itself, if it was found too."""

    case: Case
    hit: Found | None = None
    documents: list[Found] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """Some results in order; `next` is the `after` of the following page, "" on the last one."""

    hits: Sequence[Found] = ()
    next: str = ""
    suggestion: str = ""
    """"Meinten Sie …": the words that would find something."""
    problems: Sequence[str] = ()
    """What could not be used of the question, and why."""

    @property
    def groups(self) -> list[Group]:
        """The hits under their cases, in the order of the first hit of each."""
        found: dict[int, Group] = {}
        for hit in self.hits:
            group = found.setdefault(hit.case.pk, Group(hit.case))
            if hit.document is None:
                group.hit = hit
            else:
                group.documents.append(hit)
        return list(found.values())


def find(
    staff: StaffMember | None, wanted: Wanted, *, limit: int = 20, after: str | None = None
) -> Page:
    """What `staff` may read of what is wanted. Never raises, whatever is wanted."""
    scopes = records.scopes_for(staff)
    resolved = resolve(wanted, scopes)
    if resolved.impossible or not resolved.filter.asks or not scopes:
        return Page(problems=resolved.problems)
    order: Order = wanted.order  # type: ignore[assignment]
    page = search.search(resolved.filter, order=order, limit=limit, after=after)
    suggestion = ""
    if not page.hits and not after:
        suggestion = meant.correct(wanted.typed.words, resolved.filter) or ""
    return Page(_found(page, scopes), page.next, suggestion, resolved.problems)


def _found(page: Iterable[search.Hit], scopes: list[str]) -> list[Found]:
    """The rows of the hits. What an outdated index shows too much is left out here."""
    hits = list(page)
    cases = Case.objects.visible_in(scopes).with_place()
    known = {str(c.public_id): c for c in cases.filter(public_id__in=_keys(hits, "case"))}
    rows = Document.objects.visible_in(scopes).select_related(
        "case__dossier__filing_plan_entry", "case__office"
    )
    documents = {str(d.public_id): d for d in rows.filter(public_id__in=_keys(hits, "document"))}
    latest = _versions(documents.values())
    found: list[Found] = []
    for hit in hits:
        document = documents.get(hit.key) if hit.kind == "document" else None
        case = document.case if document else known.get(hit.key)
        if case is not None:
            version = latest.get(document.pk) if document else None
            found.append(Found(case, document, version, hit.title_parts, hit.snippet))
    return found


def _versions(documents: Iterable[Document]) -> dict[int, DocumentVersion]:
    """The newest version of each, without bytes."""
    wanted = {document.pk: document.latest for document in documents}
    if not wanted:
        return {}
    rows = DocumentVersion.objects.without_bytes().filter(document__in=wanted)
    return {row.document_id: row for row in rows if row.number == wanted[row.document_id]}


def _keys(hits: Iterable[search.Hit], kind: str) -> list[str]:
    return [hit.key for hit in hits if hit.kind == kind]


def saved_for(staff: StaffMember) -> QuerySet[SavedSearch]:
    """Own searches and those shared with one's offices, by name."""
    mine = Q(owner=staff) | Q(office__in=records.office_ids(staff))
    return SavedSearch.objects.filter(mine).select_related("owner", "office").order_by("name")


@dataclass(frozen=True)
class Saved:
    """A saved search with what came since one looked last."""

    search: SavedSearch
    new: int | None
    """At most `MAX_NEW`; None where it was not counted, or never looked at."""

    @property
    def more(self) -> bool:
        """Whether there may be more new results than counted."""
        return self.new is not None and self.new >= MAX_NEW


def with_news(
    staff: StaffMember, saved: Iterable[SavedSearch], counted: int = MAX_COUNTED
) -> list[Saved]:
    """The first ones with the number of new results: one bounded question each."""
    rows = list(saved)
    looks = dict(
        Look.objects.filter(staff=staff, search__in=rows).values_list("search_id", "position")
    )
    scopes = records.scopes_for(staff) if looks else []
    found: list[Saved] = []
    for row in rows:
        new = None
        if row.pk in looks and counted > 0:
            counted -= 1
            new = _new_since(row, looks[row.pk], scopes)
        found.append(Saved(row, new))
    return found


def _new_since(saved: SavedSearch, position: int, scopes: list[str]) -> int:
    resolved = _resolved(saved, scopes)
    if resolved.impossible or not resolved.filter.asks:
        return 0
    return search.count(resolved.filter.narrowed(low=position + 1), MAX_NEW)


def newest_of(staff: StaffMember, saved: SavedSearch) -> int:
    """The place of the newest result of a saved search, 0 for none; for `actions.looked`."""
    resolved = _resolved(saved, records.scopes_for(staff))
    if resolved.impossible or not resolved.filter.asks:
        return 0
    return search.newest(resolved.filter) or 0


def _resolved(saved: SavedSearch, scopes: list[str]) -> Resolved:
    return resolve(Wanted.from_address(saved.address), scopes)

"""A case and its documents as the search shall know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rathaus.core.models import Event
from rathaus.records.finding import marks, people
from rathaus.records.models import (
    Case,
    Document,
    DocumentVersion,
    FilingPlanEntry,
    FormerReference,
)
from rathaus.records.work.models import CaseTag, DocumentTag
from rathaus.search import actions as search

WITH_PLACE = "dossier__filing_plan_entry__parent__parent__parent__parent"
"""For `select_related`: the places above in the same query."""
_FILED = ("document.filed", "document.version_added")


@dataclass(frozen=True)
class Facts:
    """What is asked once for a case and the documents that are put into the search."""

    people: list[str] = field(default_factory=list)
    clerks: dict[str, list[str]] = field(default_factory=dict)
    """Who filed, by public id of the document."""
    case_tags: list[int] = field(default_factory=list)
    tags: dict[int, list[int]] = field(default_factory=dict)
    """By primary key of the document."""
    former: dict[int, list[str]] = field(default_factory=dict)
    """References of before, by primary key of the document."""


def facts(case: Case, documents: Iterable[Document]) -> Facts:
    """Ask for everything; the number of queries does not depend on the number of documents."""
    rows = list(documents)
    tags = tags_of(case, [row.pk for row in rows])
    former: dict[int, list[str]] = defaultdict(list)
    clerks: dict[str, list[str]] = defaultdict(list)
    if rows:
        for row in FormerReference.objects.filter(document__in=rows).select_related("case"):
            former[row.document_id].append(f"{row.case.reference}-{row.number}")
        events = Event.objects.filter(chain=case.chain_id, type__in=_FILED, actor_kind="staff")
        for data, label in events.values_list("data", "actor_label"):
            clerks[str(data.get("document_id"))].append(label)
    return Facts(people.of_case(case.pk), clerks, tags.pop(0, []), tags, former)


def tags_of(case: Case, documents: list[int]) -> dict[int, list[int]]:
    """Primary keys of tags by that of the document; those of the case under 0."""
    found: dict[int, list[int]] = defaultdict(list)
    found[0] = list(CaseTag.objects.filter(case=case).values_list("tag_id", flat=True))
    if documents:
        rows = DocumentTag.objects.filter(document__in=documents)
        for document, tag in rows.values_list("document_id", "tag_id"):
            found[document].append(tag)
    return found


def of_case(case: Case, known: Facts) -> search.Findable:
    """The case itself. `case` has its place (`WITH_PLACE`)."""
    references = marks.references(case.reference, case.dossier.reference)
    return search.Findable(
        kind="case",
        key=str(case.public_id),
        title=f"{case.reference} {case.title}",
        body="\n".join([case.dossier.title, *known.people]),
        scope=case.dossier.scope,
        at=case.opened_at,
        marks={**_place(case), marks.REFERENCE: references, **changing(case, known.case_tags)},
        fields={marks.PERSON: " ".join(known.people)},
    )


def of_document(case: Case, version: DocumentVersion, text: str, known: Facts) -> search.Findable:
    """A document in its newest version with the text that was read from it."""
    document = version.document
    old = known.former.get(document.pk, [])
    number = f"{case.reference}-{document.number}"
    tags = [*known.case_tags, *known.tags.get(document.pk, [])]
    return search.Findable(
        kind="document",
        key=str(document.public_id),
        title=document.title,
        body="\n".join([text, version.name, f"{case.reference} {case.title}", *old]),
        scope=case.dossier.scope,
        at=document.created_at,
        marks={
            **_place(case),
            marks.REFERENCE: marks.references(number, case.dossier.reference, *old),
            marks.DOCUMENT_KIND: [document.kind],
            marks.DIRECTION: [document.direction],
            marks.FILE: [marks.file_class(version.content_type, version.name)],
            marks.SIZE: [marks.size_class(version.blob.size)],
            **changing(case, tags),
        },
        fields={
            marks.PERSON: " ".join(known.people),
            marks.CLERK: " ".join(known.clerks.get(str(document.public_id), ())),
        },
    )


def changing(case: Case, tags: Iterable[int]) -> dict[str, list[str]]:
    """What may change without the text being read again."""
    return {marks.STATE: [case.state], marks.TAG: [str(tag) for tag in dict.fromkeys(tags)]}


def _place(case: Case) -> dict[str, list[str]]:
    places: list[str] = []
    entry: FilingPlanEntry | None = case.dossier.filing_plan_entry
    while entry is not None and len(places) < 10:
        places.append(str(entry.pk))
        entry = entry.parent
    dossiers = [case.dossier_id, case.dossier.parent_id]
    return {
        marks.OFFICE: [str(case.office_id)],
        marks.PLACE: places,
        marks.DOSSIER: [str(dossier) for dossier in dossiers if dossier],
        marks.CASE: [str(case.pk)],
    }

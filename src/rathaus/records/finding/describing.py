"""A case and its documents as the search shall know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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
    """What is asked once for the cases and documents that are put into the search."""

    people: dict[int, list[str]] = field(default_factory=dict)
    """By primary key of the case."""
    clerks: dict[str, list[str]] = field(default_factory=dict)
    """Who filed, by public id of the document."""
    case_tags: dict[int, list[int]] = field(default_factory=dict)
    """By primary key of the case."""
    tags: dict[int, list[int]] = field(default_factory=dict)
    """By primary key of the document."""
    former: dict[int, list[str]] = field(default_factory=dict)
    """References of before, by primary key of the document."""


def facts(cases: Collection[Case], documents: Collection[Document]) -> Facts:
    """Ask for everything; the number of queries does not depend on the number of documents."""
    case_tags, tags = tags_of([case.pk for case in cases], [row.pk for row in documents])
    former: dict[int, list[str]] = defaultdict(list)
    clerks: dict[str, list[str]] = defaultdict(list)
    if documents:
        for row in FormerReference.objects.filter(document__in=documents).select_related("case"):
            former[row.document_id].append(f"{row.case.reference}-{row.number}")
        chains = [case.chain_id for case in cases]
        events = Event.objects.filter(chain__in=chains, type__in=_FILED, actor_kind="staff")
        for data, label in events.values_list("data", "actor_label"):
            clerks[str(data.get("document_id"))].append(label)
    return Facts(people.of_cases([case.pk for case in cases]), clerks, case_tags, tags, former)


def tags_of(
    cases: Collection[int], documents: Collection[int]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Primary keys of the tags of cases and of documents, by primary key of these."""
    of_cases: dict[int, list[int]] = defaultdict(list)
    for case, tag in CaseTag.objects.filter(case__in=cases).values_list("case_id", "tag_id"):
        of_cases[case].append(tag)
    of_documents: dict[int, list[int]] = defaultdict(list)
    if documents:
        rows = DocumentTag.objects.filter(document__in=documents)
        for document, tag in rows.values_list("document_id", "tag_id"):
            of_documents[document].append(tag)
    return of_cases, of_documents


def of_case(case: Case, known: Facts) -> search.Findable:
    """The case itself. `case` has its place (`WITH_PLACE`)."""
    references = marks.references(case.reference, case.dossier.reference)
    names = known.people.get(case.pk, [])
    tags = known.case_tags.get(case.pk, [])
    return search.Findable(
        kind="case",
        key=str(case.public_id),
        title=f"{case.reference} {case.title}",
        body="\n".join([case.dossier.title, *names]),
        scope=case.dossier.scope,
        at=case.opened_at,
        marks={**_place(case), marks.REFERENCE: references, **changing(case, tags)},
        fields={marks.PERSON: " ".join(names)},
    )


def of_document(case: Case, version: DocumentVersion, text: str, known: Facts) -> search.Findable:
    """A document in its newest version with the text that was read from it."""
    document = version.document
    old = known.former.get(document.pk, [])
    number = f"{case.reference}-{document.number}"
    tags = [*known.case_tags.get(case.pk, []), *known.tags.get(document.pk, [])]
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
            marks.PERSON: " ".join(known.people.get(case.pk, [])),
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

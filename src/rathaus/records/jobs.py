"""Work after filing: make cases and documents findable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import F

from rathaus.core import storage
from rathaus.core.durability import soft_atomic
from rathaus.core.jobs import job
from rathaus.core.models import Blob
from rathaus.records import extraction
from rathaus.records.disposal.models import ErasureRequest
from rathaus.records.disposal.states import RequestState
from rathaus.records.finding import describing
from rathaus.records.models import (
    Case,
    Direction,
    Document,
    DocumentKind,
    DocumentVersion,
    Rendition,
    RenditionKind,
)
from rathaus.records.renditions import actions as renditions
from rathaus.search import actions as search

# Made from data that is in the record anyway; reading them back costs 30 ms of CPU each.
_DERIVED = {
    (DocumentKind.APPLICATION, Direction.OUT),
    (DocumentKind.PAYMENT_RECEIPT, Direction.OUT),
}
CHUNK = 50
"""Documents whose texts are in memory at once."""


def _together(many: list[dict[str, int]]) -> None:
    _index({row["case_id"] for row in many})


@job("records.index", many=_together)
def index(*, case_id: int) -> None:
    """Put a case and those of its documents into the search that it does not know yet.

    What is new here also gets into the queue for its renditions.
    """
    _index({case_id})


def _index(case_ids: Collection[int]) -> None:
    cases = Case.objects.select_related(describing.WITH_PLACE).in_bulk(case_ids)
    new = list(
        DocumentVersion.objects.filter(document__case__in=cases)
        .filter(number__gt=F("document__indexed"))
        .select_related("document", "blob")
        .order_by("pk")
    )
    hidden = _hidden(cases)
    pending = [
        version
        for version in new
        if version.number == version.document.latest and version.document.case_id not in hidden
    ]
    busy = {version.document.case_id for version in pending}
    shown = [case for key, case in cases.items() if key not in hidden]
    changed = [case for case in shown if case.pk in busy or not case.indexed]
    if changed:
        known = describing.facts(changed, [version.document for version in pending])
        fresh = [case for case in changed if not case.indexed]
        for start in range(0, max(1, len(pending)), CHUNK):
            _put(cases, fresh, pending[start : start + CHUNK], known)
            fresh = []
    renditions.queue(new)


def _put(
    cases: Mapping[int, Case],
    fresh: list[Case],
    pending: list[DocumentVersion],
    known: describing.Facts,
) -> None:
    """Some cases and documents: all reading is done before the database is locked."""
    texts = _texts_beside(pending)
    findable = [describing.of_case(case, known) for case in fresh]
    for version in pending:
        case = cases[version.document.case_id]
        text = _text(version, texts.get(version.pk))
        findable.append(describing.of_document(case, version, text, known))
    entries = search.prepare(findable)
    with soft_atomic():
        search.store(entries)
        if fresh:
            Case.objects.filter(pk__in=[case.pk for case in fresh]).update(indexed=True)
        for number in {version.number for version in pending}:
            done = [version.document_id for version in pending if version.number == number]
            Document.objects.filter(pk__in=done, indexed__lt=number).update(indexed=number)


def _hidden(cases: Iterable[int]) -> set[int]:
    """Those that somebody asked to erase: the search knows nothing of them."""
    asked = ErasureRequest.objects.filter(case__in=cases, state=RequestState.RESTRICTED)
    return set(asked.values_list("case_id", flat=True))


def _texts_beside(versions: list[DocumentVersion]) -> dict[int, Blob]:
    """Text made for reading (of a scan, of a PDF just made), by version."""
    asked = [version.pk for version in versions if not extraction.reads(version.content_type)]
    if not asked:
        return {}
    rows = Rendition.objects.filter(version_id__in=asked, kind=RenditionKind.TEXT)
    return {row.version_id: row.blob for row in rows.select_related("blob")}


def _text(version: DocumentVersion, beside: Blob | None) -> str:
    if (version.document.kind, version.document.direction) in _DERIVED:
        return ""
    try:
        if beside is not None:
            return extraction.text_of(beside.read(), "text/plain")
        return extraction.text_of(version.blob.read(), version.content_type, version.name)
    except (storage.StorageDamaged, storage.StorageShredded):
        return ""  # `records verify` tells of it; the title stays findable

"""Work after filing: make cases and documents findable."""

from __future__ import annotations

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


@job("records.index")
def index(*, case_id: int) -> None:
    """Put a case and those of its documents into the search that it does not know yet.

    What is new here also gets into the queue for its renditions.
    """
    case = Case.objects.select_related(describing.WITH_PLACE).get(pk=case_id)
    new = list(
        DocumentVersion.objects.filter(document__case=case, number__gt=F("document__indexed"))
        .select_related("document", "blob")
        .order_by("pk")
    )
    pending = [version for version in new if version.number == version.document.latest]
    if _is_hidden(case):
        pending = []
    elif pending or not case.indexed:
        known = describing.facts(case, [version.document for version in pending])
        if not case.indexed:
            with soft_atomic():
                search.put_all([describing.of_case(case, known)])
                Case.objects.filter(pk=case.pk).update(indexed=True)
        for start in range(0, len(pending), CHUNK):
            _put(case, pending[start : start + CHUNK], known)
    renditions.queue(new)


def _put(case: Case, pending: list[DocumentVersion], known: describing.Facts) -> None:
    """Some documents: their texts are read before the database is locked."""
    texts = _texts_beside(pending)
    findable = [
        describing.of_document(case, version, _text(version, texts.get(version.pk)), known)
        for version in pending
    ]
    with soft_atomic():
        search.put_all(findable)
        for number in {version.number for version in pending}:
            done = [version.document_id for version in pending if version.number == number]
            Document.objects.filter(pk__in=done, indexed__lt=number).update(indexed=number)


def _is_hidden(case: Case) -> bool:
    """Whether somebody asked for erasure: then the search knows nothing of the case."""
    return ErasureRequest.objects.filter(case=case, state=RequestState.RESTRICTED).exists()


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

"""Work after filing: make cases and documents findable."""

from __future__ import annotations

from django.db.models import F

from rathaus.core import storage
from rathaus.core.durability import soft_atomic
from rathaus.core.jobs import job
from rathaus.core.models import Blob
from rathaus.records import extraction
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


@job("records.index")
def index(*, case_id: int) -> None:
    """Put a case and those of its documents into the search that it does not know yet.

    What is new here also gets into the queue for its renditions.
    """
    case = Case.objects.select_related("dossier").get(pk=case_id)
    new = list(
        DocumentVersion.objects.filter(document__case=case, number__gt=F("document__indexed"))
        .select_related("document", "blob")
        .order_by("pk")
    )
    pending = [version for version in new if version.number == version.document.latest]
    texts = _texts_beside(pending)
    findable = [_of_document(case, version, texts.get(version.pk)) for version in pending]
    if not case.indexed:
        findable.append(_of_case(case))
    with soft_atomic():
        search.put_all(findable)
        if not case.indexed:
            Case.objects.filter(pk=case.pk).update(indexed=True)
        for number in {version.number for version in pending}:
            known = [version.document_id for version in pending if version.number == number]
            Document.objects.filter(pk__in=known, indexed__lt=number).update(indexed=number)
    renditions.queue(new)


def _of_case(case: Case) -> search.Findable:
    return search.Findable(
        kind="case",
        key=str(case.public_id),
        title=f"{case.reference} {case.title}",
        body=case.dossier.title,
        scope=case.dossier.scope,
        at=case.opened_at,
    )


def _of_document(case: Case, version: DocumentVersion, beside: Blob | None) -> search.Findable:
    document = version.document
    return search.Findable(
        kind="document",
        key=str(document.public_id),
        title=document.title,
        body=f"{_text(version, beside)}\n{version.name}\n{case.reference} {case.title}",
        scope=case.dossier.scope,
        at=document.created_at,
    )


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

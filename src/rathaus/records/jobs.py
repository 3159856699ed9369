"""Work after filing: make cases and documents findable."""

from __future__ import annotations

from django.db.models import F, Prefetch

from rathaus.core import storage
from rathaus.core.jobs import job
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
from rathaus.search import actions as search

# Made from data that is in the record anyway; reading them back costs 30 ms of CPU each.
_DERIVED = {
    (DocumentKind.APPLICATION, Direction.OUT),
    (DocumentKind.PAYMENT_RECEIPT, Direction.OUT),
}


def scope_of(office_id: int) -> str:
    """The search scope of what an office keeps."""
    return f"office:{office_id}"


@job("records.index")
def index(*, case_id: int) -> None:
    """Put a case and those of its documents into the search that it does not know yet."""
    case = Case.objects.select_related("dossier").get(pk=case_id)
    if not case.indexed:
        search.put(
            kind="case",
            key=str(case.public_id),
            title=f"{case.reference} {case.title}",
            body=case.dossier.title,
            scope=scope_of(case.office_id),
            at=case.opened_at,
        )
        Case.objects.filter(pk=case.pk).update(indexed=True)
    texts = Rendition.objects.filter(kind=RenditionKind.TEXT).select_related("blob")
    pending = Document.objects.filter(case=case, indexed__lt=F("latest")).prefetch_related(
        Prefetch("versions", DocumentVersion.objects.select_related("blob").order_by("number")),
        Prefetch("versions__renditions", texts, to_attr="texts"),
    )
    for document in pending:
        _index_document(case, document)


def _index_document(case: Case, document: Document) -> None:
    version = document.current
    search.put(
        kind="document",
        key=str(document.public_id),
        title=document.title,
        body=f"{_text(document, version)}\n{version.name}\n{case.reference} {case.title}",
        scope=scope_of(case.office_id),
        at=document.created_at,
    )
    Document.objects.filter(pk=document.pk, indexed__lt=version.number).update(
        indexed=version.number
    )


def _text(document: Document, version: DocumentVersion) -> str:
    renditions: list[Rendition] = getattr(version, "texts", [])
    if not renditions and (document.kind, document.direction) in _DERIVED:
        return ""
    try:
        if renditions:
            return extraction.text_of(renditions[0].blob.read(), "text/plain")
        return extraction.text_of(version.blob.read(), version.content_type)
    except (storage.StorageDamaged, storage.StorageShredded):
        return ""  # `records verify` tells of it; the title stays findable

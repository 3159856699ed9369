"""From the record's rows to what a message tells."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import IO

from rathaus.core import storage
from rathaus.core.clock import local
from rathaus.core.events import type_of
from rathaus.core.models import Blob, Event
from rathaus.records.models import Case, Direction, Document, DocumentVersion, RenditionKind
from rathaus.records.models import Dossier as DossierRow
from rathaus.records.names import safe_name
from rathaus.records.xdomea.content import (
    Document as DocumentContent,
)
from rathaus.records.xdomea.content import (
    Dossier,
    File,
    Matter,
    Past,
    Place,
    Retention,
    Version,
)

MAX_DEPTH = 5
"""Levels that xdomea allows."""
NAME_LENGTH = 80
SIGNED = (b"/ByteRange", b"adbe.pkcs7", b"ETSI.CAdES")
_LOOKED_AT = {"document.viewed", "case.exported"}


def dossiers(
    cases: Iterable[Case], *, full: bool, kinds: dict[str, str] | None = None, context: bool = True
) -> list[Dossier]:
    """The cases below their dossiers, in the order of the references.

    `kinds` gives the disposal kind per case UUID where it was appraised. `full`: with
    documents and history; the files themselves are read when the message is packed.
    """
    found: dict[int, Dossier] = {}
    for case in sorted(cases, key=lambda row: row.reference):
        row = case.dossier
        if row.pk not in found:
            found[row.pk] = empty_dossier(row, context=context)
        found[row.pk].matters.append(
            matter(case, full=full, kind=(kinds or {}).get(str(case.public_id)))
        )
    return sorted(found.values(), key=lambda dossier: dossier.reference)


def empty_dossier(row: DossierRow, *, context: bool) -> Dossier:
    """A dossier without its cases."""
    entry = row.filing_plan_entry
    return Dossier(
        id=str(row.public_id),
        reference=row.reference,
        title=row.title,
        office=row.office.name,
        place=Place(entry.code, entry.title),
        opened=local(row.opened_at).date(),
        context=context,
        retention=Retention(entry.retention_years, entry.disposal),
    )


def matter(case: Case, *, full: bool, kind: str | None = None) -> Matter:
    """One case."""
    entry = case.dossier.filing_plan_entry
    return Matter(
        id=str(case.public_id),
        reference=case.reference,
        title=case.title,
        office=case.office.name,
        place=Place(entry.code, entry.title),
        opened=local(case.opened_at).date(),
        closed=local(case.closed_at).date() if case.closed_at else None,
        retention=Retention(case.retention_years, kind or case.disposal, case.retention_until),
        number=case.number,
        documents=tuple(map(document, _documents(case))) if full else (),
        history=tuple(_history(case)) if full else (),
    )


def _documents(case: Case) -> Iterable[Document]:
    rows = Document.objects.filter(case=case).order_by("created_at", "pk")
    return rows.prefetch_related("versions__blob", "versions__renditions__blob")


def document(row: Document) -> DocumentContent:
    """One document with all versions and their PDF/A renditions."""
    day: date = local(row.created_at).date()
    return DocumentContent(
        id=str(row.public_id),
        title=row.title,
        kind=str(row.get_kind_display()),
        incoming=day if row.direction == Direction.IN else None,
        outgoing=day if row.direction == Direction.OUT else None,
        versions=tuple(
            Version(str(version.number), tuple(_files(version)))
            for version in sorted(row.versions.all(), key=lambda one: one.number)
        ),
    )


def _files(version: DocumentVersion) -> Iterable[File]:
    ident = str(version.public_id)
    yield _file(ident, version.name, version, version.blob)
    for rendition in version.renditions.all():
        if rendition.kind == RenditionKind.PDF:
            stem = version.name.rpartition(".")[0] or version.name
            made = str(uuid.uuid5(version.public_id, "pdf"))
            yield _file(made, f"{stem}.pdf", version, rendition.blob, archival=True)


def _file(
    ident: str, name: str, version: DocumentVersion, blob: Blob, *, archival: bool = False
) -> File:
    stem, _dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10 or not ending.isalnum():
        stem, ending = name, "bin"
    short = safe_name(f"{ident}_{stem[:NAME_LENGTH]}.{ending.lower()}").replace(" ", "_")
    return File(
        id=ident,
        name=short,
        original=name,
        ending=ending.lower(),
        created=version.created_at,
        sha256=blob.sha256,
        size=blob.size,
        archival=archival,
        signed=ending.lower() == "pdf" and not archival and _signed(blob),
        source=blob,
    )


def _signed(blob: Blob) -> bool:
    """Whether a PDF carries a signature or seal: it says so in its own words."""
    try:
        content = blob.read()
    except storage.StorageShredded:
        return False
    return SIGNED[0] in content and any(word in content for word in SIGNED[1:])


def _history(case: Case) -> Iterable[Past]:
    """What happened, without who merely looked."""
    rows = Event.objects.filter(chain=case.chain_id).exclude(type__in=_LOOKED_AT).order_by("seq")
    for row in rows.iterator():
        known = type_of(row.type)
        who = f"{row.actor_label}, {row.actor_office}" if row.actor_office else row.actor_label
        yield Past(row.at, who, str(known.text if known else row.type), row.type)


def read_file(file: File) -> IO[bytes]:
    """Bytes of a primary file for the package. Raises: StorageDamaged, StorageShredded."""
    return storage.open_blob(file.source)

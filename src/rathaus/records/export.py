"""A case as a package: all files, all metadata, the whole history, digests for checking."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from typing import IO, Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Event
from rathaus.records.events import CaseExported
from rathaus.records.models import Case, Document, DocumentVersion

FORMAT = "offenes-rathaus/vorgang/1"
SPOOL = 8 * 1024 * 1024


def case_zip(case: Case) -> IO[bytes]:
    """A zip of the case: ``vorgang.json``, ``ereignisse.json``, ``SHA256SUMS``, ``dokumente/``.

    Personal data of events that were erased is absent; the digests stay. The file is at its
    beginning. Raises: StorageDamaged, StorageShredded.
    """
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115
    sums: list[str] = []
    documents: list[dict[str, Any]] = []
    rows = Document.objects.filter(case=case).with_versions()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for place, document in enumerate(rows, 1):
            versions: list[dict[str, Any]] = []
            for version in sorted(document.versions.all(), key=lambda row: row.number):
                path = f"dokumente/{place:03d}-{version.number:02d}-{version.name}"
                package.writestr(path, version.read())
                sums.append(f"{version.blob.sha256}  {path}")
                versions.append(_version(version, path))
            documents.append(_document(document, versions))
        package.writestr("vorgang.json", _json(_case(case, documents)))
        package.writestr("ereignisse.json", _json(_events(case)))
        package.writestr("SHA256SUMS", "\n".join([*sums, ""]))
    out.seek(0)
    return out


def hand_out(*, case: Case, actor: Actor) -> IO[bytes]:
    """`case_zip` for somebody: the history keeps who took the case away, and its digest."""
    package = case_zip(case)
    digest = hashlib.file_digest(package, "sha256").hexdigest()  # type: ignore[arg-type]
    size = package.tell()
    package.seek(0)
    with transaction.atomic():
        record(case.chain, CaseExported(sha256=digest, size=size), actor=actor)
    return package


def _case(case: Case, documents: list[dict[str, Any]]) -> dict[str, Any]:
    entry = case.dossier.filing_plan_entry
    return {
        "format": FORMAT,
        "id": str(case.public_id),
        "reference": case.reference,
        "title": case.title,
        "salt": case.salt,
        "office": case.office.key,
        "dossier": {"reference": case.dossier.reference, "title": case.dossier.title},
        "filing_plan_entry": {"code": entry.code, "title": entry.title},
        "state": case.state,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "retention_years": case.retention_years,
        "retention_until": case.retention_until.isoformat() if case.retention_until else None,
        "disposal": case.disposal,
        "chain": {"id": str(case.chain_id), "length": case.chain.length, "head": case.chain.head},
        "documents": documents,
    }


def _document(document: Document, versions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(document.public_id),
        "title": document.title,
        "kind": document.kind,
        "direction": document.direction,
        "created_at": document.created_at.isoformat(),
        "versions": versions,
    }


def _version(version: DocumentVersion, path: str) -> dict[str, Any]:
    return {
        "id": str(version.public_id),
        "number": version.number,
        "path": path,
        "name": version.name,
        "content_type": version.content_type,
        "sha256": version.blob.sha256,
        "size": version.blob.size,
        "salt": version.salt,
        "created_at": version.created_at.isoformat(),
    }


def _events(case: Case) -> list[dict[str, Any]]:
    rows = Event.objects.filter(chain=case.chain_id).order_by("seq")
    return [_event(row) for row in rows.select_related("personal_row")]


def _event(row: Event) -> dict[str, Any]:
    personal = getattr(row, "personal_row", None)
    return {
        "seq": row.seq,
        "type": row.type,
        "at": row.at.isoformat(timespec="microseconds"),
        "actor": {
            "kind": row.actor_kind,
            "id": row.actor_id,
            "label": row.actor_label,
            "office": row.actor_office,
        },
        "data": row.data,
        "personal": {"salt": personal.salt, "data": personal.data} if personal else None,
        "personal_digest": row.personal_digest,
        "previous": row.previous,
        "hash": row.hash,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"

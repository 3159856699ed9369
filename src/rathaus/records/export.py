"""A case as a package: all files, all metadata, the whole history, digests for checking."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Event
from rathaus.records.events import CaseExported
from rathaus.records.models import Case, Document, DocumentVersion, Dossier

FORMAT = "offenes-rathaus/vorgang/1"
DOSSIER_FORMAT = "offenes-rathaus/akte/1"
README = """Paket aus der elektronischen Akte

vorgang.json     Angaben zum Vorgang, alle Dokumente mit allen Fassungen
ereignisse.json  der ganze Verlauf; jedes Ereignis trägt die Prüfsumme des vorigen
dokumente/       die Originaldateien: laufende Nummer, Fassung, Dateiname
SHA256SUMS       Prüfsummen der Dateien; prüfen mit: sha256sum -c SHA256SUMS
akte.json        nur bei ganzen Akten: welche Vorgänge in welchem Ordner liegen

Die Dateien sind unverändert so, wie sie zur Akte genommen wurden.
"""
SPOOL = 8 * 1024 * 1024


def case_zip(case: Case) -> IO[bytes]:
    """A zip of the case: ``vorgang.json``, ``ereignisse.json``, ``SHA256SUMS``, ``LIESMICH.txt``,
    ``dokumente/``.

    Personal data of events that were erased is absent; the digests stay. The file is at its
    beginning. Raises: StorageDamaged, StorageShredded.
    """
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        add_case(package, case)
    out.seek(0)
    return out


def add_case(
    package: zipfile.ZipFile,
    case: Case,
    *,
    prefix: str = "",
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Put a case into `package`, all paths below `prefix`; `progress` after each document.

    Raises: StorageDamaged, StorageShredded.
    """
    sums: list[str] = []
    documents: list[dict[str, Any]] = []
    for place, document in enumerate(Document.objects.filter(case=case).with_versions(), 1):
        versions: list[dict[str, Any]] = []
        for version in sorted(document.versions.all(), key=lambda row: row.number):
            path = f"dokumente/{place:03d}-{version.number:02d}-{version.name}"
            package.writestr(prefix + path, version.read())
            sums.append(f"{version.blob.sha256}  {path}")
            versions.append(_version(version, path))
        documents.append(_document(document, versions))
        progress()
    package.writestr(f"{prefix}vorgang.json", _json(_case(case, documents)))
    package.writestr(f"{prefix}ereignisse.json", _json(_events(case)))
    package.writestr(f"{prefix}SHA256SUMS", "\n".join([*sums, ""]))
    package.writestr(f"{prefix}LIESMICH.txt", README)


def add_dossier(package: zipfile.ZipFile, dossier: Dossier, cases: Sequence[Case]) -> None:
    """Say what the folders of a dossier are; the cases are added one by one."""
    entry = dossier.filing_plan_entry
    facts = {
        "format": DOSSIER_FORMAT,
        "id": str(dossier.public_id),
        "reference": dossier.reference,
        "title": dossier.title,
        "year": dossier.year,
        "filing_plan_entry": {"code": entry.code, "title": entry.title},
        "opened_at": dossier.opened_at.isoformat(),
        "cases": [
            {"reference": case.reference, "title": case.title, "id": str(case.public_id)}
            for case in cases
        ],
    }
    package.writestr("akte.json", _json(facts))
    package.writestr("LIESMICH.txt", README)


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

"""A case with its evidence, and the verifier that checks it without us."""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.organisation.models import Town
from rathaus.records import export
from rathaus.records.events import CaseExported
from rathaus.records.evidence import gather, queries
from rathaus.records.evidence.lines import Builder, Line, lines
from rathaus.records.evidence.models import SealItem
from rathaus.records.models import Case
from rathaus.records.names import safe_name

FORMAT = "offenes-rathaus/beweis/1"
TRANSCRIPT = "beweis/verlauf.txt"
VERIFIER = Path(__file__).parent / "offline" / "pruefen.py"
README = Path(__file__).parent / "data" / "LIESMICH.txt"


def case_package(case: Case) -> IO[bytes]:
    """The case's package (`rathaus.records.export`) with ``beweis/``, README and verifier.

    The file is at its beginning. Raises: StorageDamaged, StorageShredded.
    """
    return _package([case], lambda case: "")


def cases_package(cases: Sequence[Case]) -> IO[bytes]:
    """Several cases in one package, each in a folder named after its reference.

    Raises: StorageDamaged, StorageShredded.
    """
    return _package(cases, lambda case: f"{safe_name(case.reference)}/")


def _package(cases: Iterable[Case], prefix: Callable[[Case], str]) -> IO[bytes]:
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=export.SPOOL)  # noqa: SIM115
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for case in cases:
            export.add_case(package, case, prefix=prefix(case))
            _add_evidence(package, case, prefix(case))
        package.write(VERIFIER, "pruefen.py")
        package.write(README, "LIESMICH-BEWEIS.txt")
    out.seek(0)
    return out


def _add_evidence(package: zipfile.ZipFile, case: Case, prefix: str) -> None:
    length = len(json.loads(package.read(f"{prefix}ereignisse.json")))
    paths = _paths(json.loads(package.read(f"{prefix}vorgang.json")))
    proof = _Proof(package, prefix)
    items = queries.items_of(case.chain_id, [uuid.UUID(ident) for ident in paths])
    proof.add(
        list(
            items.filter(length__lte=length).select_related("seal").order_by("seal__number", "pk")
        ),
        paths,
    )
    content = {
        "format": FORMAT,
        "created_at": now().isoformat(),
        "town": str(Town.objects.first() or ""),
        "items": proof.items,
        "authorities": proof.authorities(),
    }
    package.writestr(f"{prefix}{TRANSCRIPT}", b"".join(gather.transcript(case.chain_id, length)))
    text = json.dumps(content, ensure_ascii=False, indent=2)
    package.writestr(f"{prefix}beweis/beweis.json", text)


def hand_out(*, cases: Sequence[Case], actor: Actor) -> IO[bytes]:
    """The package for somebody: each history keeps who took it away, and its digest.

    Raises: StorageDamaged, StorageShredded.
    """
    package = case_package(cases[0]) if len(cases) == 1 else cases_package(cases)
    digest = hashlib.file_digest(package, "sha256").hexdigest()  # type: ignore[arg-type]
    size = package.tell()
    package.seek(0)
    with transaction.atomic():
        for case in cases:
            record(case.chain, CaseExported(sha256=digest, size=size), actor=actor)
    return package


def _paths(case: dict[str, Any]) -> dict[str, str]:
    """Where the package holds each version."""
    return {v["id"]: v["path"] for document in case["documents"] for v in document["versions"]}


class _Proof:
    """Evidence records on their way into the zip."""

    def __init__(self, package: zipfile.ZipFile, prefix: str) -> None:
        self._package = package
        self._prefix = prefix
        self._builder = Builder()
        self._certificates: dict[str, str] = {}
        self._count = 0
        self.items: list[dict[str, Any]] = []

    def add(self, items: list[SealItem], paths: dict[str, str]) -> None:
        """Records for all items; seal by seal, so that one tree is in memory at a time."""
        by_seal: defaultdict[int, list[Line]] = defaultdict(list)
        for line in lines(list({item.seal_id: item.seal for item in items}.values())):
            by_seal[line.seal.pk].append(line)
            for step in line.steps:
                pem = step.stamp.certificates
                self._certificates.setdefault(pem, step.stamp.authority)
        for item in items:
            self.items.append(
                {
                    "kind": item.kind,
                    "id": str(item.object_id),
                    "length": item.length,
                    "path": paths.get(str(item.object_id), TRANSCRIPT),
                    "seal": item.seal.number,
                    "sealed_at": item.seal.at.isoformat(),
                    "records": [self._record(item, line) for line in by_seal[item.seal_id]],
                }
            )

    def authorities(self) -> list[dict[str, str]]:
        """The certificates as they were when the time stamps came, into the zip."""
        found = []
        for number, (pem, name) in enumerate(self._certificates.items(), 1):
            path = f"beweis/zertifikate/{number:02d}-{name}.pem"
            self._package.writestr(self._prefix + path, pem)
            found.append({"name": name, "certificates": path})
        return found

    def _record(self, item: SealItem, line: Line) -> dict[str, str]:
        from rathaus.records.evidence import ers

        self._count += 1
        path = f"beweis/{self._count:04d}-{item.kind}-{line.name}.ers"
        self._package.writestr(self._prefix + path, ers.record(self._builder.chains(item, line)))
        return {"path": path, "authority": line.name}

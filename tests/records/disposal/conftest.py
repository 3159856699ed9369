"""Old closed cases, an archive, and an archive's answers."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest
import time_machine

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.disposal import actions, exchange, queries
from rathaus.records.disposal.models import Archive, Item, Process
from rathaus.records.models import Case
from rathaus.records.xdomea import messages
from rathaus.records.xdomea.content import Head, Party
from rathaus.records.xdomea.package import pack
from rathaus.records.xdomea.versions import VERSIONS
from tests.records.conftest import file, open_case

ANNA = Actor.staff("anna", "Anna Archiv", "hauptamt")
BERND = Actor.staff("bernd", "Bernd Büro", "hauptamt")
CLOSED = datetime(1990, 3, 5, 10, tzinfo=UTC)


def old_case(office: Office, title: str = "Alter Fall", **more: Any) -> Case:
    """Opened and closed in 1990 with a document of its own; its retention is long over."""
    documents = more.pop("documents", [f"Inhalt von {title}".encode()])
    with time_machine.travel(CLOSED, tick=False):
        case = open_case(office, title=title, **more)
        for number, content in enumerate(documents):
            file(case, content, title=f"{title}, Dokument {number}")
    with time_machine.travel(CLOSED + timedelta(days=30), tick=False):
        records.close_case(case=case, actor=ANNA)
    return Case.objects.select_related("chain", "dossier__filing_plan_entry", "office").get(
        pk=case.pk
    )


@pytest.fixture
def old(offices: dict[str, Office], plan: int) -> list[Case]:
    """Three cases: to appraise (trade, B), worth archiving (council, A), to destroy (V)."""
    office = offices["ordnungsamt"]
    codes = ("32.10", "10.20", "33.20")
    return [old_case(office, f"Fall {code}", filing_code=code) for code in codes]


@pytest.fixture(params=["4.0.0"])
def archive(db: None, request: pytest.FixtureRequest) -> Archive:
    return make_archive(version=request.param)


def make_archive(**more: Any) -> Archive:
    values = {
        "name": "Kreisarchiv Aurich",
        "key": "KA-AUR",
        "version": "4.0.0",
        "kind": "full",
        "unappraised": "ask",
        "folder": "kreisarchiv",
        "answer_days": 180,
        **more,
    }
    return actions.save_archive(archive=None, values=values, actor=ANNA)


@dataclass
class ArchiveSide:
    """What an archive sends, built by hand."""

    process: Process
    folder: Path

    def send(self, code: str, write: Callable[[IO[bytes], Any, Head], None], **more: Any) -> Path:
        """A zip as the archive would put it into our folder."""
        version = VERSIONS[more.pop("version", self.process.version)]
        process = str(more.pop("process", self.process.public_id))
        answers = {"0502": "0501", "0504": "0501", "0506": "0503", "0507": "0503"}[code]
        origin = self.process.messages.filter(incoming=False, code=answers).first()
        four = version.header == 4
        head = Head(
            process=process,
            code=code,
            created=datetime.now(UTC),
            sender=Party("Kreisarchiv Aurich", key="KA-AUR"),
            reader=Party("Stadt Moordorf"),
            message=str(more.pop("message", uuid4())) if four else "",
            answers=str(more.pop("answers", origin.public_id if origin else uuid4()))
            if four
            else "",
        )
        packed = pack(
            self.folder, version.stem(code, process), lambda out: write(out, version, head)
        )
        return packed.path

    def receipt(self, code: str, **more: Any) -> Path:
        return self.send(code, messages.receipt, **more)

    def appraise(self, verdicts: Mapping[str, str], **more: Any) -> Path:
        return self.send(
            "0502",
            lambda out, version, head: messages.appraisal(out, version, head, verdicts),
            **more,
        )

    def imported(self, results: Mapping[str, tuple[bool, str, str]], **more: Any) -> Path:
        return self.send(
            "0506",
            lambda out, version, head: messages.imported(out, version, head, results),
            **more,
        )


@pytest.fixture
def offered(archive: Archive, old: list[Case]) -> Process:
    """Everything old is offered, the message is sent."""
    process = actions.begin(cases=old, archive=archive, actor=ANNA)
    actions.offer(process=process, actor=ANNA)
    run_pending()
    return queries.process_of(process.public_id)


@pytest.fixture
def side(offered: Process) -> ArchiveSide:
    return ArchiveSide(offered, exchange.inbox(offered.partner))


def verdicts_of(process: Process, **by_code: str) -> dict[str, str]:
    """``A`` and ``V`` per case by place of the plan; A for B and A, V for V otherwise."""
    return {
        str(item.case_uuid): by_code.get(
            f"c{item.plan_code.replace('.', '')}", "V" if item.proposal == "V" else "A"
        )
        for item in process.items.all()
    }


def item(process: Process, code: str) -> Item:
    return process.items.get(plan_code=code)


def bytes_in_storage(data_dir: Path) -> list[Path]:
    return [path for path in (data_dir / "records").rglob("*") if path.is_file()]


def settle(path: Path) -> Path:
    """As if it had been lying there for a minute."""
    moment = path.stat().st_mtime - 60
    os.utime(path, (moment, moment))
    return path


def xml_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as package:
        name = next(name for name in package.namelist() if name.endswith(".xml"))
        return package.read(name)

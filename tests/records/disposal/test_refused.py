"""Foreign, broken and hostile messages: refused with a reason, the process unharmed."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rathaus.core.jobs import run_pending
from rathaus.records.disposal import exchange, jobs, queries, receiving
from rathaus.records.disposal.models import Message, Process, Quarantine
from rathaus.records.xdomea import unpack
from rathaus.records.xdomea.errors import MessageRefused
from tests.records.disposal.conftest import (
    ArchiveSide,
    make_archive,
    settle,
    verdicts_of,
    xml_of,
)

pytestmark = pytest.mark.django_db
Change = Callable[[ArchiveSide, Process], Path]


def repack(path: Path, *more: tuple[str, bytes], xml: bytes | None = None) -> Path:
    content = xml_of(path) if xml is None else xml
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(f"{path.stem}.xml", content)
        for name, data in more:
            package.writestr(name, data)
    return path


def good(side: ArchiveSide, process: Process) -> Path:
    return side.appraise(verdicts_of(process))


def with_dtd(side: ArchiveSide, process: Process) -> Path:
    path = good(side, process)
    dtd = b'?>\n<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return repack(path, xml=xml_of(path).replace(b"?>", dtd, 1))


def with_bomb(side: ArchiveSide, process: Process) -> Path:
    path = good(side, process)
    lines = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    dtd = f'?>\n<!DOCTYPE x [<!ENTITY a0 "ha">{lines}]>'.encode()
    xml = xml_of(path).replace(b"?>", dtd, 1).replace(b"Moordorf", b"&a12;")
    return repack(path, xml=xml)


def cut_off(side: ArchiveSide, process: Process) -> Path:
    path = good(side, process)
    path.write_bytes(path.read_bytes()[:-60])
    return path


def renamed(side: ArchiveSide, process: Process) -> Path:
    return good(side, process).rename(side.folder / f"{uuid.uuid4()}_0502_1.zip")


def zip_bomb(side: ArchiveSide, process: Process) -> Path:
    return repack(good(side, process), ("x.bin", b"\0" * 3_000_000))


def as_zip(name: str) -> Change:
    return lambda side, process: repack(good(side, process), (name, b"x"))


HOSTILE: dict[str, tuple[Change, str]] = {
    "dtd": (with_dtd, "xml-dtd"),
    "entity bomb": (with_bomb, "xml-"),
    "cut off": (cut_off, "zip-broken"),
    "other name": (renamed, "name-mismatch"),
    "zip bomb": (zip_bomb, "zip-bomb"),
    "zip slip": (as_zip("../../etc/cron.d/x"), "zip-path"),
    "absolute": (as_zip("/etc/passwd"), "zip-path"),
    "windows": (as_zip("..\\x"), "zip-path"),
    "nested zip": (as_zip("noch-eine.zip"), "unexpected-files"),
    "no xml": (lambda s, p: repack(good(s, p), xml=b"<a/>"), "not-xdomea"),
    "garbage": (lambda s, p: repack(good(s, p), xml=b"\xff\xfe\x00"), "xml-broken"),
    "half xml": (lambda s, p: repack(good(s, p), xml=xml_of(good(s, p))[:400]), "xml-broken"),
    "foreign process": (
        lambda s, p: s.appraise(verdicts_of(p), process=uuid.uuid4()),
        "unknown-process",
    ),
    "unknown object": (
        lambda s, p: s.appraise({**verdicts_of(p), str(uuid.uuid4()): "V"}),
        "unknown-object",
    ),
    "other version": (lambda s, p: s.appraise(verdicts_of(p), version="3.1.0"), "wrong-version"),
    "other origin": (
        lambda s, p: s.appraise(verdicts_of(p), answers=uuid.uuid4()),
        "unknown-origin",
    ),
    "too early": (
        lambda s, p: s.imported(dict.fromkeys(verdicts_of(p), (True, "", ""))),
        "unknown-origin",
    ),
    "our own": (lambda s, p: exchange.outbox(p.partner) / p.messages.get().name, "wrong-direction"),
    "unspoken version": (
        lambda s, p: repack(good(s, p), xml=xml_of(good(s, p)).replace(b":4.0.0", b":5.0.0")),
        "wrong-version",
    ),
    "no verdict": (
        lambda s, p: repack(good(s, p), xml=xml_of(good(s, p)).replace(b">V<", b">X<")),
        "bad-verdict",
    ),
    "empty": (lambda s, p: s.appraise({}), "empty"),
}


@pytest.mark.one_database
@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_a_reason_and_a_copy(
    offered: Process, side: ArchiveSide, name: str, tmp_path: Path
) -> None:
    make, key = HOSTILE[name]
    before = list(offered.items.values_list("state", "verdict"))
    path = make(side, offered)
    content = path.read_bytes()
    taken = receiving.take_in(path)
    assert not taken.accepted
    assert taken.key.startswith(key), (taken.key, taken.reason)
    assert taken.reason and "Traceback" not in taken.reason
    kept = Quarantine.objects.get()
    assert (exchange.quarantine() / kept.stored).read_bytes() == content
    assert kept.reason == taken.reason
    process = queries.process_of(offered.public_id)
    assert process.state == "offered"
    assert list(process.items.values_list("state", "verdict")) == before
    assert not process.messages.filter(incoming=True).exists()
    assert not (tmp_path.parent / "etc").exists()
    assert receiving.take_in(good(side, offered)).accepted, "the right one is still taken"


def test_the_same_message_again_changes_nothing(offered: Process, side: ArchiveSide) -> None:
    path = good(side, offered)
    assert receiving.take_in(path).accepted
    again = receiving.take_in(path)
    assert again.accepted and again.again
    assert Message.objects.filter(incoming=True).count() == 1
    assert Message.objects.filter(code="0505").count() == 1
    assert not Quarantine.objects.exists()


def test_a_second_appraisal_comes_too_late(offered: Process, side: ArchiveSide) -> None:
    assert receiving.take_in(good(side, offered)).accepted
    taken = receiving.take_in(side.appraise(dict.fromkeys(verdicts_of(offered), "V")))
    assert taken.key == "wrong-time"
    assert "A" in offered.items.values_list("verdict", flat=True)


def test_another_archive_cannot_answer(offered: Process, side: ArchiveSide) -> None:
    other = make_archive(name="Stadtarchiv", folder="stadtarchiv")
    assert receiving.take_in(good(side, offered), archive=other).key == "wrong-archive"


def test_the_folder_is_emptied_and_links_are_not_followed(
    offered: Process, side: ArchiveSide, tmp_path: Path
) -> None:
    secret = tmp_path / "geheim.xml"
    secret.write_text("geheim")
    (side.folder / "link.xml").symlink_to(secret)
    (side.folder / "notiz.txt").write_text("hallo")
    settle(good(side, offered))
    assert jobs.receive_from(offered.partner) == 1
    assert jobs.receive_from(offered.partner) == 0
    names = {path.name for path in side.folder.iterdir()}
    assert names == {"link.xml", "notiz.txt"}
    assert queries.process_of(offered.public_id).state == "appraised"
    assert len(list(exchange.done(offered.partner).iterdir())) == 1


def test_a_file_that_still_grows_is_left(offered: Process, side: ArchiveSide) -> None:
    good(side, offered)
    assert jobs.receive_from(offered.partner) == 0


def test_a_folder_outside_the_base_is_refused(offered: Process) -> None:
    archive = offered.partner
    archive.folder = "../woanders"
    with pytest.raises(PermissionError):
        exchange.outbox(archive)


def test_the_copy_goes_when_somebody_cared(offered: Process, side: ArchiveSide) -> None:
    from tests.records.disposal.conftest import ANNA

    receiving.take_in(with_dtd(side, offered))
    kept = Quarantine.objects.get()
    path = exchange.quarantine() / kept.stored
    assert receiving.settle(quarantine=kept, actor=ANNA) and not path.exists()
    assert not receiving.settle(quarantine=kept, actor=ANNA)


@pytest.mark.one_database
@pytest.mark.parametrize("flag", [0x1, 0x41])
def test_a_password_is_refused(tmp_path: Path, flag: int) -> None:
    buffer = io.BytesIO()
    name = f"{uuid.uuid4()}_0502_1"
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(f"{name}.xml", b"<a/>")
    data = bytearray(buffer.getvalue())
    data[6] |= flag
    data[data.index(b"PK\x01\x02") + 8] |= flag
    path = tmp_path / f"{name}.zip"
    path.write_bytes(data)
    with pytest.raises(MessageRefused) as refused, unpack.opened(path):
        pass
    assert refused.value.key == "zip-encrypted"


def test_everything_is_sent_once(offered: Process) -> None:
    run_pending()
    message: Any = offered.messages.get()
    from rathaus.records.disposal import outgoing

    assert not outgoing.send(message)

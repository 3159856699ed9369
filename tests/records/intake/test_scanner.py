"""Virus scanning: a real clamd with signatures of our own, and a false one with every failure."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rathaus.core import virus
from rathaus.core.jobs import RetryLater, run_pending
from rathaus.core.models import Job
from rathaus.forms.inspection import inspect
from rathaus.forms.rejection import UploadRejected
from rathaus.records.intake import checking, reasons
from rathaus.records.intake.models import Item
from rathaus.records.models import Case
from tests.records.intake import making

OWN = b"RATHAUS-EIGENE-TESTSIGNATUR-4711"
pytestmark = pytest.mark.one_database


class Clamd:
    """Answers one connection after another the way it is told."""

    def __init__(self, behave: Callable[[socket.socket, bytes], None]) -> None:
        self.behave = behave
        self.seen: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._one(connection)
                except OSError:
                    continue

    def _one(self, connection: socket.socket) -> None:
        command = connection.recv(10, socket.MSG_WAITALL)
        content = b""
        if command == b"zINSTREAM\0":
            while size := struct.unpack("!I", connection.recv(4, socket.MSG_WAITALL))[0]:
                content += connection.recv(size, socket.MSG_WAITALL)
        self.seen.append(content)
        self.behave(connection, content)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Callable[..., Clamd]]:
    made: list[Clamd] = []

    def start(answer: bytes | Callable[[socket.socket, bytes], None]) -> Clamd:
        def say(connection: socket.socket, _content: bytes) -> None:
            connection.sendall(answer)  # type: ignore[arg-type]

        made.append(Clamd(answer if callable(answer) else say))
        settings.RATHAUS_CLAMD = made[-1].address
        settings.RATHAUS_CLAMD_TIMEOUT = 5
        return made[-1]

    yield start
    for one in made:
        one.listener.close()


def test_every_byte_reaches_the_scanner(clamd: Callable[..., Clamd]) -> None:
    server = clamd(b"stream: OK\0")
    content = bytes(range(256)) * 1500
    assert virus.scan(content).state == "clean"
    assert server.seen == [content]


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"stream: ERROR\0", b"OK\0", b"stream: x ERROR\0", b"x" * 9000,
     b"stream:  FOUND OK\0", b"\xff\0"],
)  # fmt: skip
def test_anything_but_a_clear_word_is_no_verdict(
    clamd: Callable[..., Clamd], answer: bytes
) -> None:
    clamd(answer)
    if answer == b"stream: OK":  # a cut answer that is complete as a word is still a word
        assert virus.scan(b"x").state == "clean"
        return
    with pytest.raises(virus.ScannerUnavailable):
        virus.scan(b"x")


def test_limits_time_and_addresses(clamd: Callable[..., Clamd], settings: Any) -> None:
    clamd(b"INSTREAM size limit exceeded. ERROR\0")
    with pytest.raises(virus.TooLargeToScan):
        virus.scan(b"x")
    settings.RATHAUS_CLAMD_MAX_MB = 0
    with pytest.raises(virus.TooLargeToScan):
        virus.scan(b"x")
    settings.RATHAUS_CLAMD_MAX_MB = 25
    held = threading.Event()
    clamd(lambda _connection, _content: held.wait(5) and None)
    settings.RATHAUS_CLAMD_TIMEOUT = 0.2
    with pytest.raises(virus.ScannerUnavailable):
        virus.scan(b"x")
    held.set()
    for address in ("unix:/gibt/es/nicht", "tcp:127.0.0.1:1", "tcp:", "http://x", "unix:"):
        settings.RATHAUS_CLAMD = address
        with pytest.raises(virus.ScannerUnavailable):
            virus.scan(b"x")


def test_an_item_waits_until_the_scanner_is_back(
    case: Case, clamd: Callable[..., Clamd], settings: Any
) -> None:
    settings.RATHAUS_CLAMD = "tcp:127.0.0.1:1"
    item = making.receive(case.office)
    assert (item.state, item.virus, item.tries) == ("checking", "pending", 0)
    assert "antwortet nicht" in reasons.of(item)
    assert Job.objects.get(name="intake.check").state == "ready"
    clamd(b"stream: OK\0")
    checking.run(item.pk)
    run_pending()
    item.refresh_from_db()
    assert (item.state, item.virus, item.reason) == ("ready", "clean", "")
    assert "unscanned" not in item.marks


def test_required_but_not_set_up_means_waiting(case: Case, settings: Any) -> None:
    settings.RATHAUS_CLAMD_REQUIRED = True
    item = making.receive(case.office, checked=False)
    with pytest.raises(RetryLater):
        checking.run(item.pk)
    assert Item.objects.get().state == "checking"


def test_too_large_waits_with_a_clear_word(case: Case, clamd: Callable[..., Clamd]) -> None:
    clamd(b"INSTREAM size limit exceeded. ERROR\0")
    item = making.receive(case.office, checked=False)
    with pytest.raises(RetryLater):
        checking.run(item.pk)
    item.refresh_from_db()
    assert "RATHAUS_CLAMD_MAX_MB" in reasons.of(item)


def test_uploads_of_residents_pass_the_same_scanner(
    clamd: Callable[..., Clamd], settings: Any
) -> None:
    clamd(b"stream: Win.Test.Virus FOUND\0")
    with pytest.raises(UploadRejected, match="Schadsoftware erkannt"):
        inspect(making.pdf("x"))
    settings.RATHAUS_CLAMD = "tcp:127.0.0.1:1"
    with pytest.raises(UploadRejected, match="einigen Minuten"):
        inspect(making.pdf("x"))
    clamd(b"stream: OK\0")
    assert inspect(making.pdf("x")) == "pdf"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's clamd with two signatures of our own: no download, up in a second."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    if not Path(program).exists():
        pytest.fail("clamd is missing. On Debian: apt-get install clamav-daemon")
    home = tmp_path_factory.mktemp("clamd")
    (home / "db").mkdir()
    (home / "db" / "own.ndb").write_text(f"Rathaus.Test:0:*:{OWN.hex()}\n")
    sha = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
    (home / "db" / "own.hsb").write_text(f"{sha}:68:Eicar.Hash\n")
    place = home / "clamd.sock"
    (home / "clamd.conf").write_text(
        f"LocalSocket {place}\nDatabaseDirectory {home / 'db'}\nForeground yes\n"
        "StreamMaxLength 1M\nMaxThreads 2\nReadTimeout 10\n"
    )
    command = [program, "-c", str(home / "clamd.conf")]
    with (home / "log").open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            end = time.monotonic() + 60
            while not place.exists() and server.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            if not place.exists():
                pytest.fail((home / "log").read_text())
            yield f"unix:{place}"
        finally:
            server.terminate()
            server.wait(30)


def test_with_the_real_clamd(real: str, settings: Any, case: Case) -> None:
    settings.RATHAUS_CLAMD = real
    assert virus.version().startswith("ClamAV")
    assert virus.scan(making.pdf("x")).state == "clean"
    found = virus.scan(b"Anfang " + OWN + b" Ende")
    assert (found.state, found.name) == ("infected", "Rathaus.Test.UNOFFICIAL")
    with pytest.raises(virus.TooLargeToScan):
        virus.scan(b"x" * (2 * 1024 * 1024))
    good, bad = making.receive(case.office), making.receive(case.office, OWN, name="a.bin")
    assert (good.state, good.virus) == ("ready", "clean")
    assert (bad.state, bad.virus_name) == ("quarantined", "Rathaus.Test.UNOFFICIAL")
    with_virus = making.mail(("rechnung.doc", OWN, "application/msword"))
    mail = making.receive(case.office, with_virus, name="m.eml")
    assert mail.state in {"ready", "quarantined"}
    assert not Item.objects.filter(name="rechnung.doc", state="ready").exists()

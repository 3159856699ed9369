"""Mail boxes: an IMAP server of our own that does what servers do, and what they should not."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rathaus.core import storage
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.errors import SourceRefused
from rathaus.records.intake.models import Item, MailBox
from rathaus.records.intake.sources import imap
from rathaus.records.models import Case
from tests.records.intake import making
from tests.records.intake.making import CLERK, pdf

PASSWORD = "geheim"


class Server(socketserver.ThreadingTCPServer):
    """Folders with mails by number; `move` and `fail` change how it behaves."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.context = context
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.deleted: set[int] = set()
        self.move = True
        self.fail = ""
        self.delivered = ""
        self.full = False
        self.port = int(self.server_address[1])

    def add(self, *mails: bytes) -> None:
        box = self.folders["INBOX"]
        for one in mails:
            box[max(box, default=0) + 1] = one

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""


class Session(socketserver.StreamRequestHandler):
    server: Server

    def setup(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.box = "INBOX"
        self.say("* OK bereit")
        while line := self.rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            command = rest.split(" ", 1)[0].upper()
            if command == self.server.fail:
                return
            self.one(tag, command, rest)
            if command == "LOGOUT":
                return

    def one(self, tag: str, command: str, rest: str) -> None:
        if command == "CAPABILITY":
            more = " MOVE" if self.server.move else ""
            self.say(f"* CAPABILITY IMAP4rev1 UIDPLUS{more}")
        elif command == "LOGIN" and f'"{PASSWORD}"' not in rest:
            self.say(f"{tag} NO falsch")
            return
        elif command == "SELECT":
            self.box = quoted(rest)[0]
            if self.box not in self.server.folders:
                self.say(f"{tag} NO fehlt")
                return
            self.say(f"* {len(self.server.folders[self.box])} EXISTS")
        elif command == "CREATE":
            self.server.folders.setdefault(quoted(rest)[0], {})
        elif command == "UID" and not self.uid(rest.split(" ", 2)[1].upper(), rest):
            self.say(f"{tag} NO geht nicht")
            return
        self.say(f"{tag} OK fertig")

    def uid(self, command: str, rest: str) -> bool:
        box = self.server.folders[self.box]
        if command == self.server.fail.removeprefix("UID "):
            raise ConnectionAbortedError
        if command == "SEARCH":
            self.say("* SEARCH " + " ".join(map(str, sorted(set(box) - self.server.deleted))))
            return True
        number = int(re.split(r"\s+", rest)[2])
        if command == "FETCH" and number in box and "RFC822.SIZE" in rest:
            date = f' INTERNALDATE "{self.server.delivered}"' if self.server.delivered else ""
            size = len(box[number])
            self.say(f"* {number} FETCH (UID {number} RFC822.SIZE {size}{date})")
        elif command == "FETCH" and number in box:
            self.say(f"* {number} FETCH (UID {number} BODY[] {{{len(box[number])}}}")
            self.wfile.write(box[number] + b")\r\n")
        elif command in {"MOVE", "COPY"}:
            target = self.server.folders.get(quoted(rest)[-1])
            if target is None or self.server.full:
                return False
            target[len(target) + 1] = box[number]
            if command == "MOVE":
                del box[number]
        elif command == "STORE":
            self.server.deleted.add(number)
        elif command == "EXPUNGE":
            box.pop(number, None)
        return True


def quoted(text: str) -> list[str]:
    return re.findall(r'"((?:[^"\\]|\\.)*)"', text)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("imap") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    real = ssl.create_default_context
    monkeypatch.setattr(imap.ssl, "create_default_context", lambda: real(cafile=str(certificate)))
    with Server(context) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def box(case: Case, server: Server, settings: Any) -> MailBox:
    settings.RATHAUS_INTAKE_MAIL_HOSTS = ["127.0.0.1"]
    return add(case.office, server.port)


def add(office: Office, port: int, **more: Any) -> MailBox:
    values = {
        "host": "127.0.0.1", "port": port, "tls": "tls", "user": "post@wiesmoor.example",
        "password": PASSWORD, "folder": "INBOX", "done": "Erledigt", **more,
    }  # fmt: skip
    return actions.add_mailbox(office=office, actor=CLERK, **values)


@pytest.mark.parametrize("move", [True, False])
def test_mail_becomes_an_item_with_its_attachments(
    box: MailBox, server: Server, move: bool
) -> None:
    server.move = move
    content = making.mail(("Nachweis.pdf", pdf("Nachweis"), "application/pdf"))
    server.add(content)
    assert imap.run(box.pk) == 1
    assert server.folders["INBOX"] == {}
    assert list(server.folders["Erledigt"].values()) == [content]
    run_pending()
    mail = Item.objects.get(parent=None)
    assert mail.read() == content
    assert (mail.subject, mail.state) == ("Abmeldung meines Hundes", "ready")
    assert str(mail.dated_on) == "2026-11-24"
    assert mail.view is not None
    assert mail.images.count() == 1
    child = mail.children.get()
    assert (child.name, child.sender) == ("Nachweis.pdf", "Harm Janssen <harm@example.org>")


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("17-Mar-2024 23:30:00 +0100", datetime(2024, 3, 17, 22, 30, tzinfo=UTC)),
        ("17-Mar-2999 00:00:00 +0000", None),
        ("kein Datum", None),
    ],
)
def test_a_mail_has_arrived_when_it_came_into_the_box(
    box: MailBox, server: Server, told: str, at: datetime | None
) -> None:
    server.delivered = told
    server.add(making.mail())
    before = datetime.now(UTC)
    assert imap.run(box.pk) == 1
    received = Item.objects.get().received_at
    assert received == at if at else before <= received <= datetime.now(UTC)


def test_a_server_that_delivers_twice_makes_one_item(box: MailBox, server: Server) -> None:
    mail = making.mail()
    server.add(mail, mail, making.mail(text="Anderer Text, gleiche Kennung"))
    assert imap.run(box.pk) == 2
    assert Item.objects.count() == 2
    assert not server.folders["INBOX"]


@pytest.mark.parametrize("step", ["UID MOVE", "UID FETCH"])
def test_what_breaks_off_is_taken_up_without_doubles(
    box: MailBox, server: Server, step: str
) -> None:
    server.add(making.mail())
    server.fail = step
    imap.run(box.pk)
    box.refresh_from_db()
    assert box.last_error
    assert len(server.folders["INBOX"]) == 1
    server.fail = ""
    imap.run(box.pk)
    box.refresh_from_db()
    assert Item.objects.count() == 1
    assert (box.last_error, len(server.folders["INBOX"])) == ("", 0)


def test_what_is_wrong_is_said(
    box: MailBox, server: Server, case: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = add(case.office, server.port, password="falsch", user="x")
    assert imap.run(wrong.pk) == 0
    wrong.refresh_from_db()
    assert "Kennwort" in wrong.last_error
    missing = add(case.office, server.port, folder="Gibtesnicht", user="y")
    imap.run(missing.pk)
    missing.refresh_from_db()
    assert "Ordner" in missing.last_error
    settings.RATHAUS_INTAKE_MAIL_HOSTS = []
    imap.run(box.pk)
    box.refresh_from_db()
    assert "nicht erlaubt" in box.last_error
    with pytest.raises(SourceRefused):
        add(case.office, 993, user="z")


def test_a_foreign_certificate_is_refused(
    box: MailBox, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    server.add(making.mail())
    assert imap.run(box.pk) == 0
    box.refresh_from_db()
    assert box.last_error
    assert len(server.folders["INBOX"]) == 1


def test_too_large_mail_stays_where_it_is(box: MailBox, server: Server, settings: Any) -> None:
    settings.RATHAUS_INTAKE_MAX_MB = 1
    server.add(making.mail(text="x" * 2_000_000), making.mail())
    assert imap.run(box.pk) == 1
    assert len(server.folders["INBOX"]) == 1
    box.refresh_from_db()
    assert "1 Nachricht ist größer als 1 MB" in box.last_error


def test_mail_that_stays_does_not_use_up_the_turn_of_the_others(
    box: MailBox, server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATHAUS_INTAKE_MAX_MB = 1
    monkeypatch.setattr(imap, "AT_ONCE", 1)
    large = making.mail(text="x" * 2_000_000)
    server.add(large, large, making.mail(), making.mail(message_id="<2@example.org>"))
    assert imap.run(box.pk) == 1
    assert imap.run(box.pk) == 1
    assert list(server.folders["INBOX"].values()) == [large, large]


def test_a_box_that_is_full_keeps_no_mail_back(box: MailBox, server: Server) -> None:
    server.full = True
    server.add(making.mail(), making.mail(message_id="<2@example.org>"))
    assert imap.run(box.pk) == 2
    box.refresh_from_db()
    assert (box.taken, "„Erledigt“ verschieben" in box.last_error) == (2, True)
    server.full = False
    assert imap.run(box.pk) == 0
    assert Item.objects.count() == len(server.folders["Erledigt"]) == 2


def test_a_full_disk_leaves_mail_in_the_box(
    box: MailBox, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    server.add(making.mail(text="x" * 20_000))
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_through", full)
        assert imap.run(box.pk) == 0
    box.refresh_from_db()
    assert "kein Speicherplatz" in box.last_error
    assert imap.run(box.pk) == 1

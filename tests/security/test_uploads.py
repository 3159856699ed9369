"""Hostile files through the door that residents use: a sentence, nothing stored, text kept."""

from __future__ import annotations

import io
import resource

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rathaus.core.models import Blob
from rathaus.forms.inspection import inspect
from rathaus.forms.models import Upload
from rathaus.forms.rejection import UploadRejected
from rathaus.proceedings.models import Application
from tests.forms import files
from tests.portal.browser import Browser
from tests.security import bombs

TEXT = "Der Nachweis liegt bei \U0001f415 שלום"


@pytest.fixture
def writing(resident: Browser) -> tuple[Browser, Application]:
    """A resident on the page for messages with files."""
    application = resident.apply("hund-anmelden")
    resident.get(f"/vorgang/{application.public_id}/nachricht/")
    return resident, application


def send(resident: Browser, *uploads: SimpleUploadedFile) -> None:
    resident.post({"text": TEXT, "message": list(uploads)})


def named(name: str, content: bytes, said: str = "application/pdf") -> SimpleUploadedFile:
    made = SimpleUploadedFile("x", content, content_type=said)
    made.__dict__["_name"] = name  # as sent, past Django's own cleaning on this side
    return made


REFUSED = {
    "executable": (named("bescheid.pdf", b"MZ\x90\0" + bytes(500)), "kein PDF"),
    "eicar": (named("eicar.com", files.EICAR), "Schadsoftware"),
    "eicar in pdf": (named("e.pdf", files.pdf() + files.EICAR), "Schadsoftware"),
    "zip bomb": (named("b.pdf", files.archive(50_000_000)), "kein PDF"),
    "zip behind pdf": (named("p.pdf", files.pdf() + files.archive()), "noch eine andere Datei"),
    "page behind png": (
        named("p.png", files.picture() + b"<script>alert(1)</script>", "image/png"),
        "noch eine andere Datei",
    ),
    "picture bomb": (named("p.png", files.picture_bomb(), "image/png"), "Bildpunkte"),
    "empty": (named("l.pdf", b""), "leer"),
    "markup as picture": (named("p.png", b"<svg onload='x()'/>", "image/png"), "kein PDF"),
    "script in pdf": (named("s.pdf", files.pdf_with_script()), "Programme"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence_and_the_text_is_kept(
    name: str, writing: tuple[Browser, Application]
) -> None:
    resident, application = writing
    blobs = Blob.objects.count()
    file, words = REFUSED[name]
    file.seek(0)
    send(resident, file)
    assert resident.status == 200
    assert words in resident.page
    assert TEXT in resident.page
    assert not Upload.objects.filter(owner=application.public_id).exists()
    assert Blob.objects.count() == blobs
    assert application.messages.count() == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/cron.d/rathaus.pdf", "rathaus.pdf"),
        ("..\\..\\windows\\system32\\cmd.pdf", "cmd.pdf"),
        ("gewerbe\u202efdp.exe", "gewerbefdp.pdf"),
        ("a.pdf\x00.exe", None),
        ("CON.pdf", "Datei CON.pdf"),
        ("x" * 5000 + ".pdf", None),
        ('a"; filename="b.exe', None),
    ],
)
def test_names_are_only_names(
    sent: str, kept: str | None, writing: tuple[Browser, Application]
) -> None:
    resident, application = writing
    boundary = "rathaus"
    token = resident.page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    parts = [
        f'Content-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}',
        f'Content-Disposition: form-data; name="text"\r\n\r\n{TEXT}',
        f'Content-Disposition: form-data; name="message"; filename="{sent}"\r\n'
        "Content-Type: application/x-msdownload\r\n\r\n",
    ]
    head = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts).encode()[:-2]
    body = head + files.pdf() + f"\r\n--{boundary}--\r\n".encode()
    response = resident.client.post(
        f"/vorgang/{application.public_id}/nachricht/",
        body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert response.status_code in {303, 400}
    if response.status_code == 400:
        return  # nothing a browser sends
    stored = Upload.objects.filter(owner=application.public_id).first()
    document = application.case.documents.filter(kind="upload").first()
    name = stored.name if stored else document.current.name if document else ""
    assert kept is None or name == kept
    assert name.endswith(".pdf")
    assert len(name) <= 200
    assert not set(name) & set('/\\\x00\u202e"\r\n')
    if document:
        path = f"/vorgang/{application.public_id}/dokument/{document.public_id}/"
        answer = resident.client.get(path)
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store, private"


def test_a_hundred_files(writing: tuple[Browser, Application]) -> None:
    """More than a request may carry: said plainly, not stored."""
    resident, application = writing
    send(resident, *(named(f"{n}.pdf", files.pdf()) for n in range(100)))
    assert resident.status == 413
    assert "zu groß" in resident.page
    assert not Upload.objects.filter(owner=application.public_id).exists()


def test_a_few_too_many_files(writing: tuple[Browser, Application]) -> None:
    resident, application = writing
    send(resident, *(named(f"{n}.pdf", files.pdf()) for n in range(5)))
    assert "höchstens 3 Dateien" in resident.page
    assert TEXT in resident.page
    assert Upload.objects.filter(owner=application.public_id).count() == 3


BODIES = {
    "truncated": (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc', "b"),
    "no end": (b'--b\r\nContent-Disposition: form-data; name="m"; filename="a"', "b"),
    "no boundary": (b"--b\r\n", ""),
    "long boundary": (b"--b\r\n", "b" * 2000),
    "bad base64": (
        b'--b\r\nContent-Disposition: form-data; name="m"; filename="a"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!=\r\n--b--\r\n",
        "b",
    ),
    "not ascii": (b"--b\r\n", "\xe4"),
}


@pytest.mark.parametrize("name", BODIES)
def test_broken_bodies_are_bad_requests(name: str, writing: tuple[Browser, Application]) -> None:
    resident, application = writing
    body, boundary = BODIES[name]
    response = resident.client.post(
        f"/vorgang/{application.public_id}/nachricht/",
        body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert response.status_code in {400, 403}
    assert "Traceback" not in response.content.decode()
    assert application.messages.count() == 0


def test_too_large_is_answered_unread_and_with_all_headers(client: Client) -> None:
    response = client.generic("POST", "/vorgang/", io.BytesIO(b""), CONTENT_LENGTH=str(10**11))
    assert response.status_code == 413
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("kind", ["objects", "twice", "table", "lzw", "escaped", "crowd"])
def test_two_kilobytes_never_become_a_gigabyte(kind: str) -> None:
    """The structure of a PDF is unpacked as soon as it is opened: only up to a limit."""
    content = bombs.structure_bomb(kind)
    before = _most_memory()
    with pytest.raises(UploadRejected, match="beschädigt"):
        inspect(content)
    assert _most_memory() - before < 60 * 1024  # kB; without the limit over 100 MB


def test_what_hides_in_a_part_that_was_not_unpacked_is_not_let_through() -> None:
    def hiding(thing: bytes, padding: int) -> bytes:
        return bombs.structure_bomb("objects", inside=b"5 0  " + thing + b" " * padding)

    script = b"<</S/JavaScript/JS(app.alert(1))>>"
    assert inspect(hiding(b"<</S/GoTo>>", 100)) == "pdf"
    with pytest.raises(UploadRejected, match="Programme"):
        inspect(hiding(script, 100))
    with pytest.raises(UploadRejected, match="beschädigt"):
        inspect(hiding(script, 8_000_000))


def test_ordinary_pdf_files_are_taken() -> None:
    assert inspect(bombs.compressed_pdf()) == "pdf"
    assert inspect(files.pdf(pages=200)) == "pdf"


def test_a_large_picture_is_looked_at_once_at_a_time() -> None:
    assert inspect(bombs.wide_picture(4000)) == "png"
    with pytest.raises(UploadRejected, match="Bildpunkte"):
        inspect(bombs.wide_picture(10_000))


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

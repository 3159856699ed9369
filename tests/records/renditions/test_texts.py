"""Texts, e-mails and files of office programs."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from io import BytesIO

import pytest

from rathaus.organisation.models import StaffMember
from rathaus.records import queries as records
from rathaus.records.renditions import mails, offices, queries, verdicts
from tests.records.renditions.conftest import File, made, work_on


def mail(html: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Käthe Müller <kaethe@example.org>", "rathaus@example.org"
    message["Subject"], message["Date"] = "Straßenschäden", "Fri, 27 Nov 2026 10:00:00 +0100"
    if html:
        message.set_content("<style>p{}</style><p>Grüße &amp; Dank</p><br>Ende", subtype="html")
    else:
        message.set_content("Vor Haus 7 klafft ein Loch.\n\nMit freundlichen Grüßen")
    message.add_attachment(b"x", maintype="image", subtype="jpeg", filename="loch.jpg")
    return message.as_bytes()


@pytest.mark.django_db
def test_an_e_mail_gets_a_view_and_is_found(filed: File, clerk: StaffMember) -> None:
    version = filed(mail(), "mail.eml", "message/rfc822")
    work = work_on(version)
    assert work.state == "done" and set(made(version)) == {"pdf", "text", "preview"}
    text = made(version)["text"].decode()
    assert "Betreff: Straßenschäden" in text and "Anhänge: loch.jpg" in text
    assert "klafft ein Loch" in text
    verdict = verdicts.of(work)
    assert verdict and verdict.ok, verdict
    assert records.find(clerk, "straßenschäden loch").hits
    assert queries.picture(version, 1) is not None


@pytest.mark.django_db
def test_a_text_file_of_windows_keeps_its_umlauts(filed: File) -> None:
    version = filed("Öl läuft über die Straße".encode("cp1252"), "notiz.txt", "text/plain")
    work = work_on(version)
    assert work.shapes.get(kind="text").reason == "plain"
    assert queries.text(version) == ["Öl läuft über die Straße"]
    assert set(made(version)) == {"pdf", "preview"}


def packed(name: str, xml: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, xml)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = packed(
    "word/document.xml",
    f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Für die </w:t></w:r><w:r><w:t>Straße'
    "</w:t></w:r></w:p><w:p><w:r><w:instrText>PAGE</w:instrText><w:t>Zweite Zeile</w:t></w:r>"
    "</w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Größe</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "</w:body></w:document>",
)
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
ODT = packed(
    "content.xml",
    f'<office xmlns:t="{TEXT}"><t:h>Über uns</t:h><t:p>Moin <t:span>liebe</t:span> Leute</t:p>'
    "</office>",
)


@pytest.mark.one_database
def test_words_of_office_files_stay_in_order() -> None:
    assert offices.text_of(DOCX, "", "a.docx").split("\n") == [
        "Für die Straße", "Zweite Zeile", "Größe",
    ]  # fmt: skip
    assert offices.text_of(ODT, "", "a.odt").split("\n") == ["Über uns", "Moin liebe Leute"]


@pytest.mark.django_db
def test_office_files_are_found_and_say_that_there_is_no_preview(
    filed: File, clerk: StaffMember
) -> None:
    version = filed(DOCX, "brief.docx", "application/octet-stream")
    work = work_on(version)
    assert work.state == "done" and set(made(version)) == {"text"}
    assert work.shapes.get(kind="preview").reason == "no_view"
    assert records.find(clerk, "zweite zeile").hits


@pytest.mark.one_database
def test_an_html_mail_becomes_its_words() -> None:
    read = mails.read(mail(html=True))
    assert read.text == "Grüße & Dank\n\nEnde"
    assert ("Von", "Käthe Müller <kaethe@example.org>") in read.facts

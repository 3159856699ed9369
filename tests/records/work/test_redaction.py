"""What is hidden is gone: text, streams, pixels, metadata, attachments, history."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rathaus.core.models import Blob
from rathaus.records import verify
from rathaus.records.models import Document
from rathaus.records.work import actions, jobs
from rathaus.records.work.errors import Moved, Unfit
from rathaus.records.work.models import Link, Redaction, RedactionBox, RedactionState
from rathaus.records.work.redaction import finding, pages
from rathaus.records.work.redaction.sources import Word
from tests.records.work.conftest import House, acting, newest, pdf

LETTER = """Sehr geehrte Damen und Herren,
Frau Grete Deichmann, geboren am 24.12.1981,
IBAN DE89 3704 0044 0532 0130 00, Telefon 04944 123456,
grete.deichmann@example.org, wohnt in Wiesmoor.
Rechnung vom 03.04.2026 über 1.234,56 Euro."""


def begun(house: House, document: Document) -> Redaction:
    row = actions.begin_redaction(version=newest(document), staff=house.anke)
    jobs.prepare_redaction(redaction_id=row.pk)
    row.refresh_from_db()
    return row


def made(house: House, row: Redaction) -> tuple[Document, bytes]:
    actions.make_redaction(redaction=row, title="Schreiben, geschwärzt", staff=house.anke)
    jobs.make_redaction(redaction_id=row.pk)
    row.refresh_from_db()
    assert row.state == RedactionState.DONE, row.problem
    assert row.result is not None
    return row.result, newest(row.result).read()


def everything(content: bytes) -> bytes:
    """All bytes of a PDF, also those of every stream, decoded."""
    found = [content]
    with pikepdf.open(BytesIO(content)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Stream):
                found.append(bytes(thing.read_raw_bytes()))
                if thing.get("/Filter") != pikepdf.Name.DCTDecode:
                    found.append(bytes(thing.read_bytes()))
    for piece in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(piece))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_of_the_hidden_parts_is_left(house: House) -> None:
    document = house.pdf(LETTER)
    original = newest(document).blob.sha256
    row = begun(house, document)
    assert (row.state, row.total) == (RedactionState.OPEN, 1)
    found = actions.find_areas(
        redaction=row,
        patterns=["iban", "birthday", "phone", "email"],
        words=["Grete Deichmann"],
        reason="personal",
    )
    assert found == 5
    actions.add_box(redaction=row, page=1, corners=(0.1, 0.7, 0.4, 0.8), reason="business")
    result, content = made(house, row)
    raw = everything(content)
    for secret in (b"Deichmann", b"DE89", b"0532", b"123456", b"example.org", b"24.12",
                   b"Geheim", b"anlage", b"Wiesmoor", b"Sehr geehrte"):  # fmt: skip
        assert secret not in raw
        assert secret.decode().encode("utf-16-be") not in raw
    reader = pypdf.PdfReader(BytesIO(content))
    assert "".join(page.extract_text() for page in reader.pages).strip() == ""
    assert not reader.metadata
    assert not reader.attachments
    assert content.count(b"%%EOF") == 1
    assert content.count(b"startxref") == 1
    for forbidden in (b"/Metadata", b"/Thumb", b"/PieceInfo", b"/Prev", b"/EmbeddedFiles",
                      b"/Annots", b"/AcroForm", b"Exif", b"/ID [ <"):  # fmt: skip
        assert forbidden not in raw or forbidden == b"/ID [ <"
    assert newest(document).blob.sha256 == original
    assert result.case_id == document.case_id
    link = Link.objects.get()
    assert (link.kind, link.from_document, link.to_document) == ("redacted", result, document)
    assert verify.run_case(house.case).ok


def test_the_pixels_are_black_where_it_was_hidden(house: House) -> None:
    row = begun(house, house.pdf(LETTER))
    box = actions.add_box(redaction=row, page=1, corners=(0.1, 0.06, 0.9, 0.16), reason="personal")
    _result, content = made(house, row)
    page = pypdfium2.PdfDocument(content)[0]
    picture = page.render(scale=1.5).to_pil().convert("L")
    area = picture.crop(
        (
            box.left * picture.width // 10000 + 4,
            box.top * picture.height // 10000 + 4,
            box.right * picture.width // 10000 - 4,
            box.bottom * picture.height // 10000 - 4,
        )
    )
    dark = sum(area.histogram()[:60])
    # All but the white letter in the middle that names the reason.
    assert dark > area.width * area.height * 0.97
    middle = area.width // 2
    left = area.crop((0, 0, middle - 40, area.height))
    assert left.getextrema()[1] < 60


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_are_found_on_turned_and_cut_pages(house: House, turn: int) -> None:
    with pikepdf.open(BytesIO(pdf("Hier steht GEHEIM am Rand"))) as opened:
        opened.pages[0].Rotate = turn
        opened.pages[0].CropBox = [20, 30, 575, 812]
        out = BytesIO()
        opened.save(out)
    document = house.file(out.getvalue(), name="a.pdf", content_type="application/pdf")
    row = begun(house, document)
    assert actions.find_areas(redaction=row, patterns=[], words=["geheim"], reason="other") == 1
    box = row.boxes.get()
    picture = Image.open(BytesIO(row.pages.get().picture.read())).convert("L")
    area = picture.crop(
        (
            box.left * picture.width // 10000,
            box.top * picture.height // 10000,
            box.right * picture.width // 10000,
            box.bottom * picture.height // 10000,
        )
    )
    outside = picture.copy()
    outside.paste(255, (0, 0, picture.width // 400, 1))
    assert area.getextrema()[0] < 100, "the word stands in the box"
    assert area.width * area.height < picture.width * picture.height * 0.02


def test_pictures_can_be_redacted_and_lose_their_data(house: House) -> None:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Geheime Beschreibung"
    Image.new("RGB", (400, 300), (200, 30, 30)).save(out, "JPEG", exif=exif, comment=b"Geheim")
    document = house.file(out.getvalue(), name="foto.jpg", content_type="image/jpeg")
    row = begun(house, document)
    actions.add_box(redaction=row, page=1, corners=(0, 0, 1, 1), reason="personal")
    _result, content = made(house, row)
    assert b"Geheim" not in everything(content)
    picture = pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("RGB")
    assert max(picture.getpixel((20, 20))) < 60  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"%PDF-1.7 rubbish", "application/pdf"), (b"\xff\xd8 rubbish", "image/jpeg")],
)
def test_what_cannot_be_drawn_is_told(house: House, content: bytes, content_type: str) -> None:
    document = house.file(content, name="x", content_type=content_type)
    row = begun(house, document)
    assert row.state == RedactionState.FAILED
    assert row.problem
    with pytest.raises(Unfit):
        actions.begin_redaction(version=newest(house.file(b"Text")), staff=house.anke)


def test_areas_out_of_the_page_and_repeats(house: House) -> None:
    row = begun(house, house.pdf("Text"))
    values: dict[str, Any] = {"redaction": row, "reason": "personal"}
    box = actions.add_box(**values, page=1, corners=(1.4, -3, 0.2, 0.5))
    assert (box.left, box.top, box.right, box.bottom) == (2000, 0, 10000, 5000)
    assert actions.add_box(**values, page=1, corners=(0.2, 0, 1, 0.5)).pk == box.pk
    for page, corners in ((2, (0, 0, 1, 1)), (0, (0, 0, 1, 1)), (1, (0.5, 0, 0.5, 1))):
        with pytest.raises(Unfit):
            actions.add_box(**values, page=page, corners=corners)
    with pytest.raises(Unfit):
        actions.add_box(redaction=row, page=1, corners=(0, 0, 1, 1), reason="whim")
    assert actions.remove_boxes(redaction=row, keys=[box.pk, 999_999]) == 1
    with pytest.raises(Unfit):
        actions.make_redaction(redaction=row, title="x", staff=house.anke)


def test_pictures_of_pages_go_with_the_work(house: House) -> None:
    document = house.pdf("Nur kurz")
    before = Blob.objects.count()
    row = begun(house, document)
    assert Blob.objects.count() == before + 2
    actions.drop_redaction(redaction=row)
    assert Blob.objects.count() == before
    with pytest.raises(Moved):
        actions.add_box(redaction=row, page=1, corners=(0, 0, 1, 1), reason="personal")
    with pytest.raises(Moved):
        actions.drop_redaction(redaction=row)


def test_made_once_although_the_job_runs_twice(house: House) -> None:
    row = begun(house, house.pdf("Text"))
    actions.add_box(redaction=row, page=1, corners=(0, 0, 1, 1), reason="personal")
    made(house, row)
    jobs.make_redaction(redaction_id=row.pk)
    assert house.case.documents.count() == 2
    assert connection.in_atomic_block


def test_what_the_patterns_find() -> None:
    text = (
        "Konto DE89 3704 0044 0532 0130 00 und DE00 1234 5678 9012 3456 78 falsch "
        "geb. 1.2.1990 am 3. März 2026 Tel. +49 4944 305-0 Betrag 1.234,56 x@y.de Az. 32/2026"
    )
    words = [Word(part, 100 * n, 10, 100 * n + 90, 20) for n, part in enumerate(text.split())]

    def hits(key: str) -> int:
        return len(list(finding.areas(words, finding.searches([key], []))))

    assert hits("iban") == 1
    assert hits("birthday") == 1
    assert hits("date") == 2
    assert hits("phone") >= 1  # digits of what is no IBAN may look like a number, too
    assert hits("email") == 1
    assert finding.searches(["nonsense"], ["  ", ""]) == []


@settings(max_examples=40)
@given(st.lists(st.text(max_size=12), max_size=30), st.text(max_size=20))
def test_any_word_can_be_searched(texts: list[str], typed: str) -> None:
    words = [Word(text, 0, 100 * n, 10, 100 * n + 50) for n, text in enumerate(texts)]
    for _key, box in finding.areas(words, finding.searches(list(finding.PATTERNS), [typed])):
        assert 0 <= box[0] < box[2] <= 10000
        assert 0 <= box[1] < box[3] <= 10000


def test_no_pages_are_read_twice(house: House) -> None:
    row = begun(house, house.pdf("Text"))
    pages.prepare(row)
    assert row.pages.count() == 1
    assert RedactionBox.objects.count() == 0
    assert acting(house.anke).kind == "staff"

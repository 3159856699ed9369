"""Letters: archivable, accessible, and nothing in the data is executed."""

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rathaus.theme import letters, pdf
from rathaus.theme.documents import (
    Document,
    FeeLine,
    FileEntry,
    LetterData,
    Payment,
    PaymentReceiptData,
    ReceiptData,
    Row,
    Section,
    Sender,
    Verification,
)
from rathaus.theme.pdf import glyphs

pytestmark = pytest.mark.skipif(
    not any(pdf.FONTS.glob("*.ttf")), reason="run npm ci && python -m rathaus.theme.build"
)

SENDER = Sender(
    town="Stadt Beispiel", office="Ordnungsamt", street="Am Markt 1", city="26000 Beispiel",
    phone="04944 305-0", email="amt@example.org",
)  # fmt: skip
PROOF = Verification(
    code="K7QF-9M2X-4TPA", url="https://example.org/echtheit/",
    link="https://example.org/echtheit/?code=K7QF-9M2X-4TPA",
)  # fmt: skip
NOON = datetime(2027, 3, 4, 9, 58, tzinfo=UTC)
FEES = (FeeLine(label="Anmeldung", amount_cents=2600, note="Beispiel"),)
LETTER = LetterData(
    sender=SENDER, recipient=("Frau", "Wiebke Saathoff", "Am Kanal 2", "26000 Beispiel"),
    reference="WM-2027-00184", day=date(2027, 3, 9), subject="Ihre Anmeldung",
    salutation="Sehr geehrte Frau Saathoff,", clerk="Meike Janssen",
    body="wir haben **alles** erhalten.\n\n- eins\n- zwei\n\n## Weiter\n\nNichts zu tun.",
    remedy="Klage beim Verwaltungsgericht binnen eines Monats.", verification=PROOF,
)  # fmt: skip
OPEN = LETTER.model_copy(update={
    "payment": Payment(amount_cents=1600, assessed_cents=2600, reference="RF18 5390 0754 7034",
                    due_on=date(2027, 3, 20), payee="Stadt Beispiel", iban="DE87 1234 5678",
                    girocode=letters.qr_svg("BCD")),
})  # fmt: skip
RECEIPT = ReceiptData(
    sender=SENDER, reference="WM-2027-00184", service="Gewerbe anmelden", received_at=NOON,
    applicant=("Wiebke Saathoff",), verification=PROOF, next_steps=("Wir prüfen.",), fees=FEES,
    sections=(Section(title="Zur Person", rows=(Row(label="Name", value="Saathoff"),
                                                Row(label="Titel"))),),
    files=(FileEntry(name="erlaubnis.pdf", size=84_200, sha256="ab" * 32),),
)  # fmt: skip
PAYMENT = PaymentReceiptData(
    sender=SENDER, reference="WM-2027-00184", payment_reference="RF18 5390 0754 7034",
    service="Gewerbe anmelden", paid_at=NOON, method="PayPal", fees=FEES, amount_cents=2600,
)  # fmt: skip


def text_of(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("data", [LETTER, OPEN, RECEIPT, PAYMENT])
def test_archivable_and_accessible(data: Document) -> None:
    document = pikepdf.open(io.BytesIO(letters.render(data)))
    with document.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"]
    root: Any = document.Root
    assert root.Lang == "de-DE"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert "/StructTreeRoot" in root
    for page in document.pages:
        for font in page.Resources.get("/Font", {}).values():
            descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert any(key.startswith("/FontFile") for key in dict(descendant.FontDescriptor))


def tags(content: bytes) -> set[str]:
    """All structure types of a document."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.add(str(node.S))
            if "/K" in node:
                walk(node.K)

    document = pikepdf.open(io.BytesIO(content))
    walk(document.Root.StructTreeRoot.K)
    return found


def test_structure_is_tagged() -> None:
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L"} <= tags(letters.render(RECEIPT))
    assert {"/H1", "/H2", "/P", "/L"} <= tags(letters.render(LETTER))


def test_the_letter_says_what_a_letter_says() -> None:
    text = text_of(letters.render(LETTER))
    for part in ("Wiebke Saathoff", "WM-2027-00184", "9. März 2027", "Ihre Anmeldung", "alles",
                 "ohne Unterschrift gültig", "Rechtsbehelfsbelehrung", "K7QF-9M2X-4TPA",
                 "Seite 1 von 1"):  # fmt: skip
        assert part in text


def placed(letter: LetterData) -> dict[str, tuple[float, float]]:
    """Millimetres from the left and the top for what stands on the first page."""
    where: dict[str, tuple[float, float]] = {}

    def visit(part: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        where.setdefault(part.strip(), (x / 72 * 25.4, 297 - y / 72 * 25.4))

    pypdf.PdfReader(io.BytesIO(letters.render(letter))).pages[0].extract_text(visitor_text=visit)
    return where


def test_the_address_stands_in_the_window() -> None:
    """DIN 5008 form B: window 20 to 105 mm from the left, 45 to 90 mm from the top."""
    where = placed(LETTER)
    for x, y in (where[line] for line in LETTER.recipient):
        assert 20 <= x <= 105
        assert 45 <= y <= 90


def test_a_long_name_pushes_no_line_out_of_the_window() -> None:
    recipient = (
        "Boßelverein „Liek up Mullberg“ und Freunde des Friesensports e. V.",
        "Habbo Heinrich Gerhard Janßen-Oltmanns von der Mullberger Heide",
        "bei Familie Huber, Top 7",
        "Hauptplatz 1",
        "6020 Innsbruck",
        "ÖSTERREICH",
    )
    where = placed(LETTER.model_copy(update={"recipient": recipient}))
    for line in recipient[2:]:
        assert 45 <= where[line][1] <= 90


def test_the_receipt_repeats_every_answer_and_file() -> None:
    text = text_of(letters.render(RECEIPT))
    for part in ("Eingangsbestätigung", "4. März 2027, 10:58 Uhr", "Name", "Saathoff",
                 "Keine Angabe", "erlaubnis.pdf", "abababababababab", "26,00 €"):  # fmt: skip
        assert part in text


def test_the_payment_receipt_names_amount_and_reference() -> None:
    text = text_of(letters.render(PAYMENT))
    assert "26,00 €" in text
    assert "RF18 5390 0754 7034" in text
    assert "PayPal" in text


HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0": *',
    "$ x^2 $ *b* _i_ `raw` <label> @ref \\ // /* [ ] { }",
    "שלום עולם مرحبا بالعالم",
    "😀👨‍👩‍👧🇩🇪",
    "中文姓名",
    "\x00\x07\x1b[31m\u202eabc\ue000\ufffe",
    "a\u0301\u0323" * 40,
    "W" * 10_000,
]


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_printed_not_executed(evil: str) -> None:
    row = Row(label=evil[:200], value=evil)
    content = letters.render(
        RECEIPT.model_copy(
            update={
                "service": evil[:200],
                "applicant": (evil[:200],),
                "sections": (Section(title=evil[:100], rows=(row,)),),
            }
        )
    )
    text = text_of(content)
    assert "root:" not in text
    assert "WM-2027-00184" in text


def test_a_command_reads_as_it_was_written() -> None:
    content = letters.render(LETTER.model_copy(update={"body": '#read("/etc/passwd")'}))
    assert '#read("/etc/passwd")' in text_of(content)


def test_a_long_word_stays_on_the_page_and_can_be_found() -> None:
    word = "x" * (glyphs.LONGEST_RUN - 1) + "Ö" + "x" * 80
    rows = (Row(label="Lang", value=word), Row(label="Kurz", value="Östliche Straße"))
    content = letters.render(
        RECEIPT.model_copy(update={"sections": (Section(title="A", rows=rows),)})
    )
    page = pypdfium2.PdfDocument(content)[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(i) for i in range(text.count_chars())]
    assert max(right for _, _, right, _ in boxes) < page.get_width()
    assert "\u200b" not in text_of(content)
    assert "Östliche Straße" in text_of(content)
    assert word in text_of(content).replace(" ", "")


def test_a_long_mail_address_keeps_to_the_information_block() -> None:
    address = "einwohnermeldeangelegenheiten-und-ausweise@samtgemeinde-brookmerland.example.org"
    content = letters.render(LETTER.model_copy(update={"clerk_email": address}))
    page = pypdfium2.PdfDocument(content)[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(i) for i in range(text.count_chars())]
    assert max(right for _, _, right, _ in boxes) <= page.get_width() - 20 / 25.4 * 72 + 0.5
    assert address in text_of(content).replace(" ", "")


def test_a_rare_script_is_shown_by_its_code_points() -> None:
    assert glyphs.clean("中a") == "[U+4E2D]a"
    assert glyphs.clean("Ω Ж ő ‡ Владимир") == "Ω Ж ő ‡ Владимир"


def test_characters_that_turn_the_reading_order_are_shown() -> None:
    assert glyphs.clean("a\u202eb") == "a[U+202E]b"


@given(st.text(max_size=60))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_makes_a_document(value: str) -> None:
    row = Row(label="Frage", value=value)
    letters.render(RECEIPT.model_copy(update={"sections": (Section(title="A", rows=(row,)),)}))


def test_the_same_data_makes_the_same_bytes() -> None:
    assert letters.render(RECEIPT) == letters.render(RECEIPT)


def test_no_template_no_document() -> None:
    for name in ("../lib", "nothing", "lib.typ", ""):
        with pytest.raises(pdf.PdfError):
            pdf.render(name, {})


def test_markdown_becomes_blocks() -> None:
    found = letters.blocks("Hallo **du**.\n\n1. a\n2. b\n\n## Titel\n\n[Link](https://x.de)")
    assert [block.kind for block in found] == ["p", "ol", "h", "p"]
    assert found[0].spans[1].bold
    assert found[3].spans[0].text == "Link"

"""From a file to text, pictures and PDF/A."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pikepdf
import pytest

from rathaus.core.models import Event, Job
from rathaus.organisation.models import StaffMember
from rathaus.records import queries as records
from rathaus.records import verify
from rathaus.records.models import Case
from rathaus.records.renditions import queries, verdicts
from rathaus.records.renditions.child import check
from rathaus.records.renditions.models import PageRead, RenditionWork
from tests.records.renditions import making
from tests.records.renditions.conftest import File, made, work_on

pytestmark = pytest.mark.django_db


def problems(pdf: bytes) -> set[str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return check.problems(opened)


def found(clerk: StaffMember, text: str) -> list[str]:
    return [hit.document.title for hit in records.find(clerk, text).hits if hit.document]


def test_a_sentence_of_a_scan_is_found(case: Case, filed: File, clerk: StaffMember) -> None:
    version = filed(making.image(), "scan.jpg", "image/jpeg")
    work = work_on(version)
    assert work.state == "done", work.detail
    assert (work.pages, work.pages_read, work.to_read) == (1, 1, [0])
    text = made(version)["text"].decode()
    assert making.SENTENCE in text
    assert found(clerk, "grundstückseigentümer glätte") == ["Nachricht"]
    assert verdicts.of(work) == verdicts.Verdict(
        True,
        "Wiedergabe stimmt: 1 von 1 Seiten, Text vollständig",
        ["Aufbau als PDF/A-2b geprüft (ohne veraPDF)."],
    )
    assert not problems(made(version)["pdf"])
    assert not PageRead.objects.exists(), "what OCR found is kept in the rendition only"
    assert verify.run_case(case).ok
    assert not Job.objects.exclude(state="done").exists()


def test_the_picture_in_the_scan_is_not_changed(filed: File) -> None:
    original = making.image()
    version = filed(original, "scan.jpg", "image/jpeg")
    work_on(version)
    with pikepdf.open(BytesIO(made(version)["pdf"])) as pdf:
        (inside,) = pdf.pages[0].images.values()
        assert bytes(inside.read_raw_bytes()) == original


def test_only_the_scanned_pages_of_a_mixed_pdf_are_read(filed: File) -> None:
    version = filed(making.joined(making.page(making.OTHER), making.scanned(), making.page()))
    work = work_on(version)
    assert work.to_read == [1] and work.state == "done"
    first, second, third = made(version)["text"].decode().split("\f")
    assert making.OTHER in first and making.SENTENCE in second and making.SENTENCE in third
    verdict = verdicts.of(work)
    assert verdict and verdict.ok, verdict
    assert "3 von 3 Seiten" in verdict.text


@pytest.mark.parametrize("more", [{"tagged": True}, {"stamp": "Eingang 12.03.2027 Stadt Wiesmoor"}])
def test_tags_and_stamps_do_not_hide_a_scan(filed: File, more: dict[str, object]) -> None:
    version = filed(making.scanned(**more))  # type: ignore[arg-type]
    assert work_on(version).to_read == [0]
    assert making.SENTENCE in made(version)["text"].decode()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_scanned_the_wrong_way_round_stands_upright(filed: File, turn: int) -> None:
    version = filed(making.image(turn=turn), "scan.jpg", "image/jpeg")
    work = work_on(version)
    assert making.SENTENCE in made(version)["text"].decode()
    verdict = verdicts.of(work)
    assert verdict and verdict.ok, verdict
    with pikepdf.open(BytesIO(made(version)["pdf"])) as pdf:
        assert pdf.pages[0].rotation == turn
    picture = queries.picture(version, 1)
    assert picture is not None
    from PIL import Image

    shown = Image.open(BytesIO(picture.data))
    assert shown.width > shown.height, "the picture of the page stands upright, too"


def test_a_skewed_page_is_read(filed: File) -> None:
    version = filed(making.image(skew=2.5), "scan.jpg", "image/jpeg")
    work_on(version)
    assert "Grundstückseigentümer" in made(version)["text"].decode()


def test_a_born_digital_pdf_becomes_pdf_a_without_being_read(filed: File) -> None:
    version = filed(making.page())
    work = work_on(version)
    assert (work.state, work.to_read) == ("done", [])
    files = made(version)
    assert set(files) == {"pdf", "text", "preview"}
    assert not problems(files["pdf"]) and problems(making.page())
    assert making.SENTENCE in files["text"].decode()
    with pikepdf.open(BytesIO(files["pdf"])) as pdf:
        meta = pdf.open_metadata()
        assert meta.pdfa_status == "2B"
        assert version.blob.sha256 in str(meta["dc:description"])
    with zipfile.ZipFile(BytesIO(files["preview"])) as album:
        assert album.namelist() == ["0.jpg", "1.png"]
    assert Event.objects.filter(type="rendition.added").count() == 3


def test_what_is_pdf_a_already_is_left_as_it_is(filed: File) -> None:
    first = filed(making.page())
    work_on(first)
    version = filed(made(first)["pdf"], "b.pdf")
    work = work_on(version)
    assert set(made(version)) == {"text", "preview"}
    assert work.shapes.get(kind="pdf").reason == "archive"


def test_a_file_that_only_claims_to_be_pdf_a_is_converted(filed: File) -> None:
    with pikepdf.open(BytesIO(making.loose())) as pdf:
        with pdf.open_metadata() as meta:
            meta["pdfaid:part"], meta["pdfaid:conformance"] = "1", "B"
        version = filed(making.saved(pdf))
    work_on(version)
    assert not problems(made(version)["pdf"])


def test_a_font_that_is_missing_makes_the_page_a_picture_with_its_text(filed: File) -> None:
    version = filed(making.loose())
    work = work_on(version)
    assert work.drawn == [0] and not problems(made(version)["pdf"])
    assert "Hallo Herr Jansen" in made(version)["text"].decode()
    verdict = verdicts.of(work)
    assert verdict and verdict.ok and any("als Bild" in note for note in verdict.notes)


def test_signatures_count_in_the_original_only(filed: File) -> None:
    original = making.signed()
    version = filed(original)
    work = work_on(version)
    assert work.signed and version.read() == original
    verdict = verdicts.of(work)
    assert verdict and "Elektronische Unterschriften gelten nur im Original." in verdict.notes
    with pikepdf.open(BytesIO(made(version)["pdf"])) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "nur im Original" in str(pdf.open_metadata()["dc:description"])


def test_scripts_and_attachments_do_not_get_into_the_rendition(filed: File) -> None:
    version = filed(making.scripted())
    work_on(version)
    with pikepdf.open(BytesIO(made(version)["pdf"])) as pdf:
        assert "/OpenAction" not in pdf.Root and not pdf.attachments
    assert b"JavaScript" not in made(version)["pdf"]


def test_a_tiff_with_several_pages(filed: File) -> None:
    out = BytesIO()
    pages = [making.picture(making.SENTENCE), making.picture(making.OTHER)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    version = filed(out.getvalue(), "stapel.tif", "image/tiff")
    work = work_on(version)
    assert work.pages == work.pages_made == work.pages_read == 2
    first, second = made(version)["text"].decode().split("\f")
    assert making.SENTENCE in first and making.OTHER in second


def test_a_letter_made_here_waits_until_somebody_wants_to_see_it(case: Case) -> None:
    from rathaus.records.renditions import actions
    from tests.records.conftest import file

    document = file(
        case, making.page(), kind="letter", direction="out", name="b.pdf",
        content_type="application/pdf",
    )  # fmt: skip
    from rathaus.core.jobs import run_pending

    run_pending()
    assert not RenditionWork.objects.exists()
    actions.ensure(document.current)
    assert work_on(document.current).state == "done"

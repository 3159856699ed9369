"""PDF/A-2b of a document: the pages as they are, with a text layer where there was none.

No print driver takes part: the pages keep their own streams, pictures are not compressed
again. Only pages that PDF/A cannot hold (a font is not in the file, colours for printing
without a profile) are drawn as a picture, with their own text as layer.
"""

from __future__ import annotations

import importlib.resources
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from rathaus.records.renditions.child import check, clean, compare, layer, source, text

DRAWN_DPI = 200
TOOL = "Offenes Rathaus"


def make(
    content: bytes, reads: dict[int, dict[str, Any]], *, title: str, note: str
) -> tuple[dict[str, Any], bytes, bytes]:
    """Facts of what was made, the PDF/A, and its text. Raises: Refused.

    `reads`: what OCR found, by page (from 0); `note` goes into the description.
    """
    drawn = []
    with source.structure(content) as pdf, source.pages(content) as document:
        font = layer.font_of(pdf)
        clean.document(pdf)
        for number, page in enumerate(pdf.pages):
            if number in reads:
                found = reads[number]
                turn = (_turn(page) + int(found.get("turned", 0))) % 360
                layer.add(page, font, found["words"], turn)
            if check.page_problems(page) & {"fonts", "colours"}:
                _draw(pdf, page, font, document[number])
                drawn.append(number)
                if number in reads:
                    layer.add(page, font, reads[number]["words"], _turn(page))
        _describe(pdf, title, note)
        out = BytesIO()
        pdf.remove_unreferenced_resources()
        pdf.save(
            out,
            force_version="1.7",
            deterministic_id=True,
            compress_streams=True,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    made = out.getvalue()
    with source.structure(made) as again:
        problems = sorted(check.problems(again))
    facts, words = compare.both(content, made, reads)
    return {**facts, "problems": problems, "drawn": drawn}, made, words


def _turn(page: pikepdf.Page) -> int:
    try:
        turn = int(page.rotation)
    except (TypeError, ValueError):
        return 0
    return turn % 360 if turn % 90 == 0 else 0


def _draw(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, shown: Any) -> None:
    """Put a picture in the place of the page, upright, with its own text over it."""
    picture = source.draw(shown, DRAWN_DPI / 72)
    width, height = shown.get_size()
    words = _runs(shown, height)
    out = BytesIO()
    picture.save(out, "JPEG", quality=88)
    image = pdf.make_stream(
        out.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=picture.width,
        Height=picture.height, BitsPerComponent=8, Filter=Name.DCTDecode,
        ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
    )  # fmt: skip
    for key in ("/Group", "/Annots", "/UserUnit", "/Rotate", "/CropBox", "/TrimBox",
                "/BleedBox", "/ArtBox", "/Tabs", "/StructParents"):  # fmt: skip
        if key in page.obj:
            del page.obj[key]
    page.obj.MediaBox = [0, 0, width, height]
    page.obj.Rotate = 0
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=image))
    page.obj.Contents = pdf.make_stream(
        f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Page Do Q".encode()
    )
    layer.add(page, font, words, 0)


def _runs(page: Any, height: float) -> list[list[Any]]:
    """The text of a page in pieces with their places."""
    textpage = page.get_textpage()
    found: list[list[Any]] = []
    try:
        if page.get_rotation():
            return found
        for number in range(min(textpage.count_rects(), 20_000)):
            left, bottom, right, top = textpage.get_rect(number)
            run = text.tidy(textpage.get_text_bounded(left, bottom, right, top)).strip()
            if run:
                run = run.replace("\n", " ")
                found.append([run, left, height - top, right - left, top - bottom])
    finally:
        textpage.close()
    return found


def _describe(pdf: pikepdf.Pdf, title: str, note: str) -> None:
    """Output intent sRGB, and what the file says of itself."""
    profile = importlib.resources.files("ocrmypdf").joinpath("data/sRGB.icc").read_bytes()
    stream = pdf.make_stream(profile, N=3)
    pdf.Root.OutputIntents = [
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier="sRGB",
            RegistryName="http://www.color.org",
            Info="sRGB IEC61966-2.1",
            DestOutputProfile=stream,
        )
    ]
    for place in (pdf.Root, pdf.trailer):
        for key in ("/Metadata", "/Info"):
            if key in place:
                del place[key]
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta["pdfaid:part"] = "2"
        meta["pdfaid:conformance"] = "B"
        meta["dc:title"] = title
        meta["dc:description"] = note
        meta["xmp:CreatorTool"] = TOOL
        meta["xmp:CreateDate"] = moment
        meta["xmp:ModifyDate"] = moment

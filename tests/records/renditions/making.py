"""Files as they arrive in a town hall: born digital, scanned, both, and broken in many ways."""

from __future__ import annotations

import json
from functools import lru_cache
from io import BytesIO

import pikepdf
import pypdfium2
import typst
from pikepdf import Array, Dictionary, Name
from PIL import Image

from rathaus.theme.pdf import FONTS

SENTENCE = "Der Grundstückseigentümer räumt bei Glätte die Straße."
OTHER = "Das Gewerbe wurde in der Mühlenstraße angemeldet."


@lru_cache
def page(text: str = SENTENCE, times: int = 3) -> bytes:
    """A born-digital PDF of one page."""
    source = (
        "#let text-of = sys.inputs.text\n#set page(width: 130mm, height: 90mm, margin: 10mm)\n"
        '#set text(font: "Fira Sans", size: 9.5pt)\n'
        "#for n in range(" + str(times) + ") [#par(text(text-of))]"
    )
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    made = typst.compile(source.encode(), format="pdf", font_paths=fonts, sys_inputs={"text": text})
    return bytes(made)


@lru_cache
def picture(text: str = SENTENCE, turn: int = 0, skew: float = 0.0) -> Image.Image:
    """A scan of it (200 dpi), lying as it was put on the glass."""
    shown = pypdfium2.PdfDocument(page(text))[0].render(scale=200 / 72, grayscale=True).to_pil()
    shown = shown.convert("L").rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    return shown.rotate(turn, expand=True)


def image(form: str = "JPEG", **more: object) -> bytes:
    """The scan as a file."""
    out = BytesIO()
    picture(**more).save(out, form, dpi=(200, 200))  # type: ignore[arg-type]
    return out.getvalue()


def scanned(*texts: str, tagged: bool = False, stamp: str = "") -> bytes:
    """A PDF of pictures; scanners like to tag it although there is nothing to tag."""
    pdf = pikepdf.new()
    for text in texts or (SENTENCE,):
        made = pdf.add_blank_page(page_size=(340, 255))
        scan = picture(text)
        out = BytesIO()
        scan.save(out, "JPEG", quality=85)
        stream = pdf.make_stream(
            out.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=scan.width,
            Height=scan.height, ColorSpace=Name.DeviceGray, BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )  # fmt: skip
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        made.Resources = Dictionary(XObject=Dictionary(S=stream), Font=Dictionary(F=font))
        words = f" BT /F 8 Tf 200 240 Td ({stamp}) Tj ET" if stamp else ""
        made.Contents = pdf.make_stream(f"q 340 0 0 255 0 0 cm /S Do Q{words}".encode("latin-1"))
    if tagged:
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    return saved(pdf)


def joined(*files: bytes) -> bytes:
    """One PDF with the pages of several."""
    pdf = pikepdf.new()
    for file in files:
        pdf.pages.extend(pikepdf.open(BytesIO(file)).pages)
    return saved(pdf)


def saved(pdf: pikepdf.Pdf, **more: object) -> bytes:
    """The bytes."""
    out = BytesIO()
    pdf.save(out, **more)  # type: ignore[arg-type]
    return out.getvalue()


def loose(text: str = "Hallo Herr Jansen") -> bytes:
    """A PDF whose font is not in the file."""
    pdf = pikepdf.new()
    made = pdf.add_blank_page(page_size=(300, 200))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    made.Resources = Dictionary(Font=Dictionary(F=font))
    made.Contents = pdf.make_stream(f"BT /F 18 Tf 20 100 Td ({text}) Tj ET".encode())
    return saved(pdf)


def encrypted() -> bytes:
    """Opens only with a password."""
    pdf = pikepdf.open(BytesIO(page()))
    return saved(pdf, encryption=pikepdf.Encryption(owner="o", user="u"))


def xfa() -> bytes:
    """A form of Adobe that is only a notice "please wait" elsewhere."""
    pdf = pikepdf.open(BytesIO(page("Please wait")))
    packet = pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=packet)
    pdf.Root.NeedsRendering = True
    return saved(pdf)


def signed() -> bytes:
    """With a signature field that holds something, as after signing."""
    pdf = pikepdf.open(BytesIO(page()))
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=b"\x00" * 64)
    field = Dictionary(
        FT=Name.Sig, T="Unterschrift", V=pdf.make_indirect(value), Type=Name.Annot,
        Subtype=Name.Widget, Rect=[0, 0, 0, 0],
    )  # fmt: skip
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]), SigFlags=3)
    return saved(pdf)


def scripted() -> bytes:
    """Runs a script when it is opened, and carries a file."""
    pdf = pikepdf.open(BytesIO(page()))
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    pdf.attachments["a.exe"] = b"MZ"
    return saved(pdf)


def bomb() -> bytes:
    """A picture of a few hundred bytes that says it has a billion dots."""
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    head = pack(">IIBBBBB", 40000, 40000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


def words(value: object) -> str:
    """For looking into JSON."""
    return json.dumps(value, ensure_ascii=False)

"""Files and items for tests: letters, stacks of scans, mails, signatures."""

from __future__ import annotations

import textwrap
import zipfile
from email.message import EmailMessage
from functools import lru_cache
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.models import Item

CLERK = Actor.staff("1", "Anke Harms", "Bürgerbüro")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LETTER = (
    "Sehr geehrte Damen und Herren, hiermit melde ich meinen Hund Bello ab, weil er verstorben "
    "ist. Bitte senden Sie mir die Bestätigung über die Abmeldung der Hundesteuer zu. Die "
    "Steuermarke lege ich dem Schreiben bei. Mit freundlichen Grüßen, Harm Janssen"
)


def pdf(*pages: str) -> bytes:
    """A PDF with one page per text; text layer included."""
    with pikepdf.new() as document:
        for text in pages:
            page = document.add_blank_page(page_size=(595, 842))
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            lines = textwrap.wrap(text, 80)
            drawn = [
                b"BT /F1 11 Tf 60 %d Td (%s) Tj ET" % (780 - 16 * n, _raw(line))
                for n, line in enumerate(lines)
            ]
            page.Contents = document.make_stream(b"\n".join(drawn))
        out = BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _raw(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def page_texts(content: bytes) -> list[str]:
    """The text of each page."""
    from pypdf import PdfReader

    return [page.extract_text().replace("\n", "") for page in PdfReader(BytesIO(content)).pages]


def rotations(content: bytes) -> list[int]:
    """The rotation of each page."""
    with pikepdf.open(BytesIO(content)) as document:
        return [int(page.obj.get("/Rotate", 0)) for page in document.pages]


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 80)) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", size, (200, 220, 240)).save(out, kind)
    return out.getvalue()


@lru_cache
def stack(*kinds: str) -> bytes:
    """A scan: pages of pictures only. "" is a letter, anything else a separator sheet's code."""
    import segno

    pages = []
    for text in kinds:
        page = Image.new("L", (620, 877), 255)
        if text:
            out = BytesIO()
            segno.make(text, micro=False).save(out, kind="png", scale=6, border=4)
            page.paste(Image.open(out).convert("L"), (120, 200))
        else:
            for y in range(100, 600, 30):
                page.paste(60, (80, y, 540, y + 6))
        pages.append(page)
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def mail(
    *attachments: tuple[str, bytes, str],
    subject: str = "Abmeldung meines Hundes",
    text: str = LETTER,
    html: str = "",
    message_id: str = "<1@example.org>",
) -> bytes:
    """An RFC 5322 mail."""
    message = EmailMessage()
    message["From"] = "Harm Janssen <harm@example.org>"
    message["To"] = "steueramt@wiesmoor.example"
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 09:15:00 +0100"
    message["Message-ID"] = message_id
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content, kind in attachments:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def receive(office: Office, content: bytes = b"", *, checked: bool = True, **more: Any) -> Item:
    """An item, by default with all its jobs done."""
    values: dict[str, Any] = {"source": "upload", "name": "brief.pdf", "actor": CLERK, **more}
    item = actions.receive(office=office, content=content or pdf(LETTER), **values)
    if checked:
        run_pending()
        item.refresh_from_db()
    return item


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file with these entries; names are written as given, however hostile."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()

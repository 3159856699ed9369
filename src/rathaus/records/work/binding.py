"""Cases bound into one PDF: cover with contents, the documents, page numbers, outline.

Each document comes as its PDF rendition, else as its original where that is a PDF or a
picture, else as its text. What cannot be printed is listed with its sha256.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.organisation import queries as organisation
from rathaus.records import extraction
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.records.work.redaction import sources
from rathaus.theme import brand, formats, protocols
from rathaus.theme.documents import Sender

TRIES = 4
"""Times the contents are laid out until the number of their own pages stays the same."""
TEXT_MOST = 60_000
DPI = 150


@dataclass
class Bound:
    """A document in the book; `first` counts from 0 within the documents, None: not printed."""

    document: Document
    version: DocumentVersion
    first: int | None = None
    pages: int = 0


@dataclass
class Book:
    """What is bound, by case."""

    cases: list[tuple[Case, list[Bound]]] = field(default_factory=list)
    pages: int = 0


def bind(
    cases: Sequence[Case],
    *,
    title: str,
    out: BinaryIO,
    at: datetime,
    progress: Callable[[], None] = lambda: None,
) -> Book:
    """Write the PDF to `out`. Raises: StorageDamaged, StorageShredded."""
    import pikepdf

    with translation.override("de"), pikepdf.new() as pdf:
        book, keep = Book(), []
        for case in cases:
            rows = []
            for document in Document.objects.filter(case=case).with_versions():
                bound = Bound(document, document.current)
                source = printable(bound.version, at)
                if source is not None:
                    bound.first, bound.pages = book.pages, len(source.pages)
                    pdf.pages.extend(source.pages)
                    book.pages += bound.pages
                    keep.append(source)
                rows.append(bound)
                progress()
            book.cases.append((case, rows))
        front = _front(book, title, at)
        for number, page in enumerate(front.pages):
            pdf.pages.insert(number, page)
        _stamp(pdf, title)
        _outline(pdf, book, len(front.pages))
        pdf.docinfo["/Title"] = title
        pdf.save(out)
        for source in [front, *keep]:
            source.close()
    return book


def printable(version: DocumentVersion, at: datetime) -> Any:
    """An open PDF of a version, or None. Raises: StorageDamaged, StorageShredded."""
    made = sources.rendition(version)
    kind = sources.kind_of(version)
    if made is not None:
        opened = _open(made.blob.read())
        if opened is not None:
            return opened
    if kind == "application/pdf":
        return _open(version.read())
    if kind in sources.PICTURES:
        return _picture(version)
    if kind.startswith("text/"):
        return _text(version, at)
    return None


def _open(content: bytes) -> Any:
    import pikepdf

    try:
        pdf = pikepdf.open(BytesIO(content))
        if len(pdf.pages):
            return pdf
    except pikepdf.PdfError:
        return None
    return None


def _picture(version: DocumentVersion) -> Any:
    try:
        with sources.opened(version) as source:
            first, *more = [source.draw(index, DPI) for index in range(source.count)]
    except sources.NoPages:
        return None
    out = BytesIO()
    first.save(out, "PDF", save_all=True, append_images=more, resolution=DPI)
    return _open(out.getvalue())


def _text(version: DocumentVersion, at: datetime) -> Any:
    text = extraction.text_of(version.read(), version.content_type)[:TEXT_MOST]
    data = protocols.ProtocolData(
        sender=_sender(""),
        title=version.document.title,
        reference=version.name,
        parts=(protocols.Part(title=version.name, facts=((_("Text"), text or "–"),)),),
    )
    return _open(protocols.render(data, at=at))


def _front(book: Book, title: str, at: datetime) -> Any:
    """Cover and contents; laid out again until the page numbers in it are right."""
    length = 1
    for _try in range(TRIES):
        front = _open(protocols.render(_contents(book, title, at, length), at=at))
        if len(front.pages) == length:
            return front
        length = len(front.pages)
    return front


def _contents(book: Book, title: str, at: datetime, ahead: int) -> protocols.ProtocolData:
    office = book.cases[0][0].office.name if book.cases else ""
    parts = [
        protocols.Part(
            title=f"{case.reference} {case.title}",
            table=protocols.Table(
                head=(_("Nr."), _("Dokument"), _("Art"), _("vom"), _("Seite")),
                rows=tuple(_line(number, row, ahead) for number, row in enumerate(rows, 1)),
                widths=(1, 8, 3, 3, 2),
            ),
        )
        for case, rows in book.cases
        if rows
    ]
    missing = [row for _case, rows in book.cases for row in rows if row.first is None]
    if missing:
        parts.append(
            protocols.Part(
                title=_("Nicht druckbar"),
                text=_("Diese Dateien stehen nur im Zip-Paket. Ihre Prüfsumme weist sie nach."),
                table=protocols.Table(
                    head=(_("Dokument"), _("Datei"), _("Prüfsumme (SHA-256)")),
                    rows=tuple(
                        (row.document.title, row.version.name, row.version.blob.sha256)
                        for row in missing
                    ),
                    widths=(3, 3, 5),
                ),
            )
        )
    count = sum(len(rows) for _case, rows in book.cases)
    return protocols.ProtocolData(
        sender=_sender(office),
        title=title,
        subtitle=_("Ausdruck aus der elektronischen Akte"),
        reference=book.cases[0][0].dossier.reference if book.cases else "",
        facts=(
            (_("Erstellt am"), formats.moment(at)),
            (_("Vorgänge"), str(len(book.cases))),
            (_("Dokumente"), str(count)),
            (_("Seiten"), str(ahead + book.pages)),
        ),
        parts=tuple(parts),
    )


def _line(number: int, row: Bound, ahead: int) -> tuple[str, ...]:
    page = str(ahead + row.first + 1) if row.first is not None else "–"
    document = row.document
    title = document.title
    if document.latest > 1:
        title += " (" + _("Fassung %(n)s") % {"n": row.version.number} + ")"
    day = formats.numeric_day(document.created_at)
    return str(number), title, str(document.get_kind_display()), day, page


def _sender(office: str) -> Sender:
    return Sender(town=organisation.town().full_name, office=office, hue=brand.current().hue)


def _stamp(pdf: Any, title: str) -> None:
    """A number at the lower edge of every page, whatever its size and turn."""
    from pikepdf import Dictionary, Name

    font = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name.Helvetica,
            Encoding=Name.WinAnsiEncoding,
        )
    )
    total = len(pdf.pages)
    for number, page in enumerate(pdf.pages, 1):
        text = f"{title[:60]} · {number} / {total}".encode("cp1252", "replace")
        shown = text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        name = page.add_resource(font, Name.Font)
        place = _lower_edge(page)
        page.contents_add(b"q", prepend=True)
        page.contents_add(
            b"Q q 0 g BT %s 8 Tf %s Tm (%s) Tj ET Q" % (str(name).encode(), place, shown)
        )


def _lower_edge(page: Any) -> bytes:
    """Text matrix of a point above the lower left corner, as the page is looked at."""
    box = [float(value) for value in page.cropbox]
    turn = int(page.obj.get("/Rotate", 0)) % 360
    left, bottom, right, top = box[0], box[1], box[2], box[3]
    matrix = {
        0: (1, 0, 0, 1, left + 28, bottom + 12),
        90: (0, 1, -1, 0, right - 12, bottom + 28),
        180: (-1, 0, 0, -1, right - 28, top - 12),
        270: (0, -1, 1, 0, left + 12, top - 28),
    }.get(turn, (1, 0, 0, 1, left + 28, bottom + 12))
    return " ".join(f"{value:g}" for value in matrix).encode()


def _outline(pdf: Any, book: Book, ahead: int) -> None:
    from pikepdf import OutlineItem

    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem(_("Inhalt"), 0))
        for case, rows in book.cases:
            printed = [row for row in rows if row.first is not None]
            if not printed:
                continue
            item = OutlineItem(f"{case.reference} {case.title}", ahead + (printed[0].first or 0))
            for row in printed:
                item.children.append(OutlineItem(row.document.title, ahead + (row.first or 0)))
            outline.root.append(item)

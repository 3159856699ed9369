"""Tables (CSV) as offices export them: encodings, separators and dates found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from rathaus.records.legacy import dates
from rathaus.records.legacy.errors import SourceUnusable
from rathaus.records.legacy.mapping import Mapping
from rathaus.records.legacy.sources import names
from rathaus.records.legacy.sources.files import shown
from rathaus.records.legacy.sources.row import Row

MAX_BYTES = 60 * 1024 * 1024
MAX_CELL = 20_000
SEPARATORS = ";,\t|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def encoding_of(content: bytes) -> str:
    """UTF-8 and UTF-16 with or without mark, else the code page of old Windows."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1252"


def separator_of(text: str) -> str:
    """The separator that divides the first lines into the same number of columns."""
    sample = text[:20_000]

    def fit(separator: str) -> tuple[int, int]:
        source = io.StringIO(sample, newline="")
        try:
            rows = [row for row in csv.reader(source, delimiter=separator) if row][:10]
        except csv.Error:
            return (0, 0)
        widths = {len(row) for row in rows[:-1] or rows}
        return (min(widths, default=0) if len(widths) == 1 else 1, max(widths, default=0))

    return max(SEPARATORS, key=fit)


def decode(content: bytes, mapping: Mapping) -> str:
    """The text of a table. Raises: SourceUnusable."""
    if len(content) > MAX_BYTES:
        raise SourceUnusable("too_large")
    try:
        text = content.decode(mapping.encoding or encoding_of(content), "replace")
    except LookupError as error:
        raise SourceUnusable("encoding") from error
    if "\x00" in text[:1000]:
        raise SourceUnusable("no_table")
    return text


def header(content: bytes, mapping: Mapping) -> list[str]:
    """The first line. Raises: SourceUnusable."""
    for _number, cells in lines(decode(content, mapping), mapping):
        return cells
    raise SourceUnusable("no_table")


def lines(text: str, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Number of the line on which each row ends, and its cells. Raises: SourceUnusable."""
    csv.field_size_limit(MAX_CELL)
    separator = mapping.separator or separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SourceUnusable("no_table") from error
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def row(position: int, cells: list[str], mapping: Mapping) -> Row:
    """One line of the table."""

    def raw_cell(field: str) -> str:
        column = mapping.columns.get(field, -1)
        return cells[column] if 0 <= column < len(cells) else ""

    def cell(field: str) -> str:
        return _line(raw_cell(field))

    path = raw_cell("file").replace("\\", "/")
    found = Row(position=position, raw=path.encode("utf-8", "surrogateescape"))
    if not path:
        found.problem = "no_file"
    if len(cells) <= max(mapping.columns.values(), default=0):
        found.problem = "columns"
    found.plan = names.code_of(cell("plan")) or cell("plan")[:20] or mapping.plan_code
    found.dossier = cell("dossier") or mapping.dossier or cell("old_reference")
    found.case = cell("case")
    found.old_reference = cell("old_reference")[:100]
    found.office = cell("office")[:120]
    day, title = names.title_of(shown(found.raw).rpartition("/")[2])
    found.title = (cell("title") or title)[:250]
    found.date = _date(found, cell("date"), "bad_date") or day
    found.closed = _date(found, cell("closed"), "bad_closed")
    return found


def _line(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean.split())[:200]


def _date(found: Row, text: str, problem: str) -> date | None:
    if not text:
        return None
    try:
        return dates.parse(text)
    except ValueError:
        if not found.problem:  # the first one is told, with its own value
            found.problem, found.detail = problem, text[:40]
        return None

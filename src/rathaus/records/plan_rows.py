"""The filing plan as rows: the common shape of CSV and xdomea, read and written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rathaus.records.models import FilingPlanEntry

MAX_ROWS = 20_000
MAX_BYTES = 8 * 1024 * 1024
HEADINGS = {
    "Kennzeichen": "code",
    "Bezeichnung": "title",
    "Oben": "parent",
    "Jahre": "years",
    "Aussonderung": "disposal",
    "Zugriff": "access",
    "Hinweis": "note",
    "Stillgelegt": "retired",
}
ACCESS = {"Amt": "office", "geschützt": "restricted", "Stadt": "town"}
_FORMULA = ("=", "+", "-", "@", "\t")
_YES = {"ja", "x", "1", "true", "yes"}


class FileRefused(ValueError):
    """A file that is no filing plan; the message says why, in German."""


@dataclass(frozen=True)
class Row:
    """A place as a file says it; None and "" mean "as above"."""

    line: int
    code: str
    title: str
    parent: str
    years: int | None
    disposal: str
    access: str | None
    """None: the file says nothing about access, what is there stays."""
    note: str
    retired: bool = False
    problem: str = ""


def of_plan(*, effective: bool = False) -> list[Row]:
    """The plan of the database, parents first; `effective` with inherited values filled in."""
    entries = list(FilingPlanEntry.objects.order_by("code"))
    codes = {entry.pk: entry.code for entry in entries}
    rows = [
        Row(
            line=0,
            code=entry.code,
            title=entry.title,
            parent=codes.get(entry.parent_id, ""),
            years=entry.retention_years if effective else entry.own_years,
            disposal=entry.disposal if effective else entry.own_disposal,
            access=entry.access if effective else entry.own_access,
            note=entry.note,
            retired=entry.retired_at is not None,
        )
        for entry in entries
    ]
    return parents_first(rows)


def parents_first(rows: Iterable[Row]) -> list[Row]:
    """In an order in which every place comes after the one above; rings come last."""
    waiting, done = list(rows), {""}
    ordered: list[Row] = []
    known = {row.code for row in waiting}
    while waiting:
        ready = [row for row in waiting if row.parent in done or row.parent not in known]
        if not ready:
            return ordered + waiting
        ordered += ready
        done |= {row.code for row in ready}
        chosen = {id(row) for row in ready}
        waiting = [row for row in waiting if id(row) not in chosen]
    return ordered


def write_csv(rows: Iterable[Row]) -> bytes:
    """For a spreadsheet: semicolons, UTF-8 with mark; nothing starts a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    words = {value: word for word, value in ACCESS.items()}
    for row in rows:
        cells = (
            row.code,
            row.title,
            row.parent,
            "" if row.years is None else str(row.years),
            row.disposal,
            words.get(row.access or "", ""),
            row.note,
            "ja" if row.retired else "",
        )
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> list[Row]:
    """Rows of a table with our headings, in any order. Raises: FileRefused."""
    if len(content) > MAX_BYTES:
        raise FileRefused(_("Die Datei ist größer als 8 MB."))
    if b"\x00" in content:
        raise FileRefused(_("Das ist keine Tabelle im Format CSV."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileRefused(_("Die Tabelle ist beschädigt: %(why)s") % {"why": error}) from None
    if not table:
        raise FileRefused(_("Die Datei ist leer."))
    names = {name.casefold(): key for name, key in HEADINGS.items()}
    columns = [names.get(cell.strip().casefold(), "") for cell in table[0]]
    missing = [name for name, key in HEADINGS.items() if key not in columns]
    if {"Kennzeichen", "Bezeichnung"} & set(missing):
        raise FileRefused(
            _("In der ersten Zeile fehlen Spalten. Gebraucht werden: %(names)s.")
            % {"names": ", ".join(HEADINGS)}
        )
    if len(table) > MAX_ROWS + 1:
        raise FileRefused(_("Der Plan hat mehr als 20.000 Stellen."))
    rows = []
    for line, cells in enumerate(table[1:], 2):
        values = {key: _cell(cell) for key, cell in zip(columns, cells, strict=False) if key}
        if any(values.values()):
            rows.append(_row(line, values, "access" in columns))
    if not rows:
        raise FileRefused(_("Die Tabelle enthält keine einzige Stelle."))
    codes = {row.code for row in rows} | set(FilingPlanEntry.objects.values_list("code", flat=True))
    return [row if row.parent or "parent" in columns else _below(row, codes) for row in rows]


def _row(line: int, values: dict[str, str], says_access: bool) -> Row:
    years, problem = values.get("years", ""), ""
    number = int(years) if years.isascii() and years.isdigit() and len(years) < 4 else None
    if years and number is None:
        problem = _("„%(text)s“ ist keine Zahl von Jahren.") % {"text": years[:20]}
    access = values.get("access", "")
    if access and access not in ACCESS and access not in ACCESS.values():
        known = ", ".join(ACCESS)
        problem = _("Zugriff „%(text)s“ gibt es nicht. Möglich sind: %(known)s.") % {
            "text": access[:20],
            "known": known,
        }
    return Row(
        line=line,
        code=values.get("code", "")[:40],
        title=values.get("title", "")[:200],
        parent=values.get("parent", "")[:40],
        years=number,
        disposal=values.get("disposal", "")[:20],
        access=ACCESS.get(access, access) if says_access else None,
        note=values.get("note", "")[:300],
        retired=values.get("retired", "").casefold() in _YES,
        problem=problem,
    )


def _below(row: Row, codes: set[str]) -> Row:
    """Without a column for it the code tells what is above: 23 of 23.20."""
    parent = row.code.rpartition(".")[0]
    while parent and parent not in codes:
        parent = parent.rpartition(".")[0]
    return Row(**{**row.__dict__, "parent": parent})


def _cell(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text

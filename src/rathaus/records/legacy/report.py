"""The report of a run as CSV: every file with what becomes of it, in plain German."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from rathaus.records.legacy import problems
from rathaus.records.legacy.models import ImportItem, ImportRun

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheet programs take for a formula at the beginning of a cell (CWE-1236)."""
PIECE = 1000


def harmless(value: object) -> str:
    """A cell that no spreadsheet program executes."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(DANGEROUS) else text


def rows(run: ImportRun, *, only_problems: bool = False) -> Iterator[bytes]:
    """The file in pieces, UTF-8 with mark, semicolons, as German spreadsheets expect it."""
    yield "\ufeff".encode()
    yield _line(
        _("Nr."),
        _("Datei"),
        _("Aktenplan"),
        _("Akte"),
        _("Vorgang"),
        _("Altes Aktenzeichen"),
        _("Titel"),
        _("Datum"),
        _("Abgeschlossen"),
        _("Größe in Byte"),
        _("Ergebnis"),
        _("Hinweis"),
    )
    items = ImportItem.objects.filter(run=run).order_by("position")
    if only_problems:
        items = items.exclude(problem="")
    for item in items.iterator(chunk_size=PIECE):
        yield _line(
            item.position,
            item.path,
            item.plan_code,
            item.dossier,
            item.case,
            item.old_reference,
            item.title,
            f"{item.document_date:%d.%m.%Y}" if item.document_date else "",
            f"{item.closed_on:%d.%m.%Y}" if item.closed_on else "",
            item.size or "",
            item.get_state_display(),
            problems.text(item.problem, item.detail) if item.problem else "",
        )


def _line(*cells: object) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([harmless(c) for c in cells])
    return out.getvalue().encode()

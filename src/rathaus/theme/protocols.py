"""Reports that the town hall files for itself: typed data for ``theme/pdf/protocol.typ``."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from rathaus.theme import letters, pdf
from rathaus.theme.documents import Data, Lines, Sender

Pairs = tuple[tuple[str, str], ...]
BREAK_AFTER = 24
"""Characters after which a word in a table may break: digests and file names have no blanks."""


class Table(Data):
    """Rows under a head; `widths` are relative, one per column (empty: all the same)."""

    head: Lines
    rows: tuple[Lines, ...]
    widths: tuple[int, ...] = ()


class Part(Data):
    """A section: text (Markdown subset), then facts, then a table; each may be absent."""

    title: str
    text: str = ""
    facts: Pairs = ()
    table: Table | None = None


class ProtocolData(Data):
    """A report with title, facts, sections and the lines of who answers for it."""

    sender: Sender
    title: str
    reference: str
    subtitle: str = ""
    facts: Pairs = ()
    parts: tuple[Part, ...] = ()
    signature: Lines = ()


def render(data: ProtocolData, *, at: datetime) -> bytes:
    """The report as PDF/A-2a and PDF/UA-1, in German. Raises: pdf.PdfError."""
    with translation.override("de"):
        values = data.model_dump(mode="json", exclude={"parts"})
        values["sections"] = [_section(part) for part in data.parts]
        return pdf.render("protocol", values, at=at)


def _section(part: Part) -> dict[str, object]:
    table = part.table
    return {
        "title": part.title,
        "blocks": [block.model_dump() for block in letters.blocks(part.text)],
        "facts": part.facts,
        "table": table
        and {
            "head": table.head,
            "rows": [[breakable(cell) for cell in row] for row in table.rows],
            "widths": table.widths or (1,) * len(table.head),
        },
    }


def breakable(text: str) -> str:
    """Zero-width spaces in long words, so that a table keeps to the page."""
    return " ".join(
        "\u200b".join(word[i : i + BREAK_AFTER] for i in range(0, len(word), BREAK_AFTER))
        if len(word) > BREAK_AFTER
        else word
        for word in text.split(" ")
    )

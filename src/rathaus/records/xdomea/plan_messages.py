"""0301 Aktenplan: write the filing plan, and read one without trust.

4.0.0 has published schemas for the disposal family only; its 0301 is written with the head
and the types of 4.0.0 (`AktenplanType` did not change) and read the same way.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from rathaus.records.plan_rows import MAX_ROWS, Row
from rathaus.records.xdomea import heads
from rathaus.records.xdomea.content import Head, Party
from rathaus.records.xdomea.elements import Builder, Element
from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.versions import Version, of_namespace

ROOT = "Aktenplan.Aktenplan.0301"
CODE = "0301"
LEVELS = 20
"""More levels of units than this are no plan but an attack."""


def write(version: Version, rows: Iterable[Row], *, town: str, created: datetime) -> bytes:
    """The plan as a message; `rows` with what counts for each place, parents first."""
    build = Builder(version)
    below: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        below[row.parent].append(row)
    head = Head(
        code=CODE,
        process=str(uuid.uuid4()),
        created=created,
        sender=Party(name=town),
        reader=Party(name=town),
        message=str(uuid.uuid4()),
    )
    top = heads.head(build, head)
    if version.header == 3:
        top[0].append(build.flag("Empfangsbestaetigung", False))
    plan = build.make(
        "Aktenplan",
        [
            build.text("Bezeichnung", _("Aktenplan %(town)s") % {"town": town}),
            build.text("Version", f"{created:%Y-%m-%d}"),
            *(_unit(build, row, below) for row in below[""]),
        ],
    )
    root = etree.Element(
        version.tag(ROOT), heads.attributes(build, head), nsmap={"xdomea": version.namespace}
    )
    for node in [*top, plan]:
        root.append(node)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["xdomea"])
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content


def _unit(build: Builder, row: Row, below: dict[str, list[Row]]) -> Element:
    art = build.make("Aussonderungsart", [build.code("Aussonderungsart", row.disposal)])
    return build.make(
        "Einheit",
        [
            build.text("Kennzeichen", row.code),
            build.text("Inhaltsangabe", row.note),
            build.text("BetreffKurz", row.title),
            art,
            build.flag("Stillgelegt", row.retired),
            build.make("Aufbewahrungsdauer", [build.text("AnzahlJahre", str(row.years))]),
            *(_unit(build, inner, below) for inner in below[row.code]),
        ],
    )


def read(root: Any) -> list[Row]:
    """The places of a message; what equals the place above counts as inherited.

    Raises: MessageRefused.
    """
    name = etree.QName(root)
    version = of_namespace(name.namespace or "")
    if version is None:
        raise MessageRefused(
            "not-xdomea", _("Das ist keine Nachricht in xdomea 3.0, 3.1 oder 4.0.")
        )
    if name.localname != ROOT:
        reason = _("Das ist kein Aktenplan (0301), sondern: ") + name.localname[:80]
        raise MessageRefused("wrong-message", reason)
    plan = root.find(version.tag("Aktenplan"))
    if plan is None:
        raise MessageRefused("part-missing", _("In der Nachricht fehlt der Aktenplan."))
    rows: list[Row] = []
    for row in _units(plan, version, None, 1):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise MessageRefused("too-large", _("Der Plan hat mehr als 20.000 Stellen."))
    if not rows:
        raise MessageRefused("empty", _("Der Plan enthält keine einzige Stelle."))
    return rows


def _units(node: Any, version: Version, above: _Above | None, level: int) -> Iterator[Row]:
    if level > LEVELS:
        raise MessageRefused("too-deep", _("Der Plan ist zu tief verschachtelt."))
    tag = version.tag
    for unit in node.findall(tag("Einheit")):
        code = " ".join(unit.findtext(tag("Kennzeichen"), "").split())[:40]
        years = _years(unit, version)
        disposal = unit.findtext(
            f"{tag('Aussonderungsart')}/{tag('Aussonderungsart')}/code", ""
        ).strip()
        row = Row(
            line=unit.sourceline or 0,
            code=code,
            title=" ".join(unit.findtext(tag("BetreffKurz"), "").split())[:200],
            parent=above.code if above else "",
            years=None if above and above.years == years else years,
            disposal="" if above and above.disposal == disposal else disposal[:20],
            access=None,
            note=" ".join(unit.findtext(tag("Inhaltsangabe"), "").split())[:300],
            retired=unit.findtext(tag("Stillgelegt"), "").strip() in {"1", "true"},
        )
        yield row
        yield from _units(unit, version, _Above(code, years, disposal), level + 1)


class _Above:
    """What counts at the place above."""

    def __init__(self, code: str, years: int | None, disposal: str) -> None:
        self.code, self.years, self.disposal = code, years, disposal


def _years(unit: Any, version: Version) -> int | None:
    span = unit.find(version.tag("Aufbewahrungsdauer"))
    if span is None:
        return None
    if span.find(version.tag("Unbefristet")) is not None:
        return 200  # the longest that a place can have
    text = span.findtext(version.tag("AnzahlJahre"), "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None

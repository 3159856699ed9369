"""Taking in a filing plan: first what it would change, then doing it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.organisation import queries as organisation
from rathaus.records import events_plan, plan
from rathaus.records.actions.entries import change_entry, create_entry, retire_entry, revive_entry
from rathaus.records.actions.errors import PlanRefused
from rathaus.records.actions.histories import note_plan
from rathaus.records.models import FilingPlanEntry, FormerCode
from rathaus.records.plan_rows import (
    MAX_BYTES,
    FileRefused,
    Row,
    of_plan,
    parents_first,
    read_csv,
    write_csv,
)
from rathaus.records.states import Access, Disposal

FORMATS = {
    "csv": "aktenplan.csv",
    "xdomea-3-0": "3.0.0",
    "xdomea-3-1": "3.1.0",
    "xdomea-4-0": "4.0.0",
}


@dataclass(frozen=True)
class Change:
    """A place that would be new or different: field to (old, new)."""

    code: str
    title: str
    is_new: bool
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass
class Preview:
    """What taking in the rows would do. With problems nothing can be taken in."""

    rows: list[Row]
    changes: list[Change] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, code, sentence."""
    same: int = 0
    kept: int = 0
    """Places of ours that the file does not name: they stay."""

    @property
    def digest(self) -> str:
        """Of what would change: taken in only if it is still the same."""
        parts = [[c.code, c.is_new, c.fields] for c in self.changes]
        return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()

    @property
    def created(self) -> int:
        """Number of new places."""
        return sum(change.is_new for change in self.changes)


def read(content: bytes) -> list[Row]:
    """Rows of a CSV table or an xdomea 0301, by content. Raises: FileRefused."""
    from rathaus.records.xdomea import plan_messages, unpack
    from rathaus.records.xdomea.errors import MessageRefused

    start = content.lstrip()[:5]
    if not (start.startswith((b"<", b"\xef\xbb\xbf<")) or content.startswith(b"PK")):
        return read_csv(content)
    if len(content) > MAX_BYTES:
        raise FileRefused(_("Die Datei ist größer als 8 MB."))
    try:
        xml = _unzipped(content) if content.startswith(b"PK") else content
        return plan_messages.read(unpack.parse(xml))
    except MessageRefused as error:
        raise FileRefused(str(error.reason)) from error


def _unzipped(content: bytes) -> bytes:
    """The one XML file of a zip, never more of it than a plan can have. Raises: FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            found = [one for one in package.infolist() if one.filename.lower().endswith(".xml")]
            if len(found) != 1:
                raise FileRefused(_("In der ZIP-Datei muss genau eine XML-Datei liegen."))
            with package.open(found[0]) as file:
                xml = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise FileRefused(_("Die ZIP-Datei ist beschädigt oder verschlüsselt.")) from error
    if len(xml) > MAX_BYTES:
        raise FileRefused(_("Die Datei ist größer als 8 MB."))
    return xml


def export(kind: str) -> tuple[bytes, str]:
    """The plan in one of `FORMATS`, with a file name. Raises: KeyError."""
    from rathaus.core.clock import now
    from rathaus.records.xdomea import plan_messages
    from rathaus.records.xdomea.versions import VERSIONS

    if kind == "csv":
        return write_csv(of_plan()), FORMATS["csv"]
    number = FORMATS[kind]
    town = organisation.town().full_name
    rows = of_plan(effective=True)
    content = plan_messages.write(VERSIONS[number], rows, town=town, created=now())
    return content, f"aktenplan-xdomea-{number}.xml"


def preview(rows: list[Row]) -> Preview:
    """Compare with the plan of the database; nothing is changed."""
    known = {entry.code: entry for entry in FilingPlanEntry.objects.select_related("parent").all()}
    found = Preview(rows=parents_first(rows))
    _check(found, known)
    for row in found.rows:
        entry = known.get(row.code)
        if entry is None:
            new = {"title": ("", row.title)}
            found.changes.append(Change(row.code, row.title, True, new))
            continue
        fields = _differences(row, entry)
        if fields:
            found.changes.append(Change(row.code, row.title, False, fields))
        else:
            found.same += 1
    found.kept = len(known.keys() - {row.code for row in rows})
    return found


def take_in(shown: Preview, *, source: str, digest: str, actor: Actor) -> Preview:
    """Do what a preview showed. Raises: PlanRefused if the plan changed since, or for problems."""
    current = preview(shown.rows)
    if current.problems:
        raise PlanRefused(current.problems[0][2])
    if current.digest != digest:
        raise PlanRefused(_("Der Aktenplan wurde inzwischen geändert. Prüfen Sie noch einmal."))
    wanted = {change.code: change for change in current.changes}
    with transaction.atomic():
        for row in current.rows:
            if row.code in wanted:
                _store(row, actor)
        raw = json.dumps([asdict(row) for row in shown.rows]).encode()
        imported = events_plan.PlanImported(
            source=source[:120],
            sha256=hashlib.sha256(raw).hexdigest(),
            created=current.created,
            changed=len(current.changes) - current.created,
        )
        note_plan(imported, actor=actor)
    return current


def _store(row: Row, actor: Actor) -> None:
    parent = FilingPlanEntry.objects.select_related("parent").filter(code=row.parent).first()
    entry = FilingPlanEntry.objects.select_related("parent").filter(code=row.code).first()
    values: dict[str, Any] = {
        "title": row.title,
        "own_years": row.years,
        "own_disposal": row.disposal,
        "note": row.note,
    }
    if row.access is not None:
        values["own_access"] = row.access
    if entry is None:
        entry = create_entry(code=row.code, parent=parent, actor=actor, **values)
    else:
        change_entry(entry=entry, parent=parent, actor=actor, **values)
    if row.retired and entry.retired_at is None:
        retire_entry(entry=entry, actor=actor)
    elif not row.retired and entry.retired_at is not None:
        revive_entry(entry=entry, actor=actor)


def _differences(row: Row, entry: FilingPlanEntry) -> dict[str, tuple[Any, Any]]:
    pairs = {
        "title": (entry.title, row.title),
        "parent": (entry.parent.code if entry.parent else "", row.parent),
        "own_years": (entry.own_years, row.years),
        "own_disposal": (entry.own_disposal, row.disposal),
        "note": (entry.note, row.note),
        "retired": (entry.retired_at is not None, row.retired),
    }
    if row.access is not None:
        pairs["own_access"] = (entry.own_access, row.access)
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _check(found: Preview, known: dict[str, FilingPlanEntry]) -> None:
    seen: set[str] = set()
    above = {code: entry.parent.code if entry.parent else "" for code, entry in known.items()}
    above |= {row.code: row.parent for row in found.rows}
    former = dict(FormerCode.objects.values_list("code", "entry__code"))
    for row in found.rows:
        problem = row.problem or _problem(row, seen, above)
        if not problem and row.code in former and former[row.code] != row.code:
            problem = _("Dieses Kennzeichen hatte früher die Stelle %(code)s.") % {
                "code": former[row.code]
            }
        seen.add(row.code)
        if problem:
            found.problems.append((row.line, row.code, problem))


def _problem(row: Row, seen: set[str], above: dict[str, str]) -> str:
    if not plan.CODE.fullmatch(row.code) or len(row.code) > 20:
        return _("Das Kennzeichen besteht aus Ziffern und Großbuchstaben, mit Punkten getrennt.")
    if row.code in seen:
        return _("Dieses Kennzeichen steht zweimal in der Datei.")
    if not row.title:
        return _("Die Bezeichnung fehlt.")
    if row.parent and row.parent not in above:
        return _("Die Stelle %(code)s darüber gibt es nicht.") % {"code": row.parent}
    if row.disposal and row.disposal not in Disposal.values:
        return _("Die Aussonderungsart ist A, B oder V.")
    if row.access and row.access not in Access.values:
        return _("Diesen Zugriff gibt es nicht.")
    if row.years is not None and row.years > 200:
        return _("Die Frist liegt zwischen 0 und 200 Jahren.")
    if not row.parent and (row.years is None or not row.disposal):
        return _("Ganz oben braucht jede Stelle eine Frist und eine Aussonderungsart.")
    level, code = 1, row.parent
    while code:
        level, code = level + 1, above.get(code, "")
        if level > plan.MAX_DEPTH:
            return _("Der Aktenplan hat höchstens fünf Ebenen, und keine liegt in sich selbst.")
    return ""

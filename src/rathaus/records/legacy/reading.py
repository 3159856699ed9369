"""The dry run: read the source piece by piece and say what would become of each file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote_from_bytes, unquote_to_bytes

from django.db import transaction
from django.db.models import F

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.legacy import lease
from rathaus.records.legacy.errors import SourceUnusable
from rathaus.records.legacy.models import Imported, ImportItem, ImportRun, ItemState, Source
from rathaus.records.legacy.sources import files, folder, table
from rathaus.records.legacy.sources.row import Row
from rathaus.records.legacy.states import RunState
from rathaus.records.models import FilingPlanEntry

PIECE = 200
"""Rows of one transaction: what a kill may cost, and what lies in memory."""
SLICE_SECONDS = 40.0
"""Time of one job, well below its lease."""


def read(run: ImportRun, token: str, *, seconds: float = SLICE_SECONDS) -> bool:
    """Read on from where the last piece ended; True when the source is read to its end.

    Raises: SourceUnusable.
    """
    end = time.monotonic() + seconds
    checker = _Checker(run)
    rows = _rows(run)
    while True:
        piece = list(islice(rows, PIECE))
        items = [checker.item(row) for row in piece]
        checker.mark_known(items)
        with transaction.atomic():
            if not lease.renew(run, token, RunState.READING):
                return False
            ImportItem.objects.bulk_create(items)
            _count(run, items, _cursor(run, piece))
        if len(piece) < PIECE:
            return True
        if time.monotonic() > end:
            return False


def _rows(run: ImportRun) -> Iterator[Row]:
    fresh = ImportRun.objects.select_related("table").get(pk=run.pk)
    if run.source == Source.TABLE:
        if fresh.table is None:
            raise SourceUnusable("no_table")
        text = table.decode(fresh.table.read(), run.mapping)
        done = int(fresh.cursor or 0)
        for number, (line, cells) in enumerate(table.lines(text, run.mapping)):
            if number and line > done:
                yield table.row(line, cells, run.mapping)
        return
    after = unquote_to_bytes(fresh.cursor)
    for number, (raw, problem) in enumerate(folder.walk(run.base, after), fresh.total + 1):
        yield folder.row(number, raw, problem, run.mapping)


def _cursor(run: ImportRun, piece: list[Row]) -> str:
    if not piece:
        return ""
    last = piece[-1]
    return str(last.position) if run.source == Source.TABLE else quote_from_bytes(last.raw)


def _count(run: ImportRun, items: list[ImportItem], cursor: str) -> None:
    states = [item.state for item in items]
    changes = {
        "total": F("total") + len(items),
        "ready": F("ready") + states.count(ItemState.READY),
        "problems": F("problems") + states.count(ItemState.PROBLEM),
        "duplicates": F("duplicates") + states.count(ItemState.DUPLICATE),
    }
    if cursor:
        ImportRun.objects.filter(pk=run.pk).update(cursor=cursor, **changes)
    else:
        ImportRun.objects.filter(pk=run.pk).update(**changes)


class _Checker:
    """Compares rows with what the town has; asks the database once per piece."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.plan = set(FilingPlanEntry.objects.values_list("code", flat=True))
        self.offices: dict[str, Office] = {}
        for office in organisation.offices():
            for name in (office.key, office.name, office.label):
                self.offices.setdefault(name.casefold(), office)

    def item(self, row: Row) -> ImportItem:
        """The row as an item, with the first problem that it has."""
        item = ImportItem(
            run=self.run,
            position=row.position,
            path=files.shown(row.raw),
            raw=row.raw,
            path_key=hashlib.sha256(row.raw).hexdigest(),
            office=self.run.office.key,
            plan_code=row.plan[:20],
            dossier=row.dossier[:200],
            case=row.case[:200],
            old_reference=row.old_reference,
            title=row.title,
            document_date=row.date,
            closed_on=row.closed,
        )
        problem, detail = row.problem, row.detail
        if not problem:
            problem, detail = self._place(item, row)
        if not problem:
            try:
                known = files.look(self.run.base, row.raw)
                item.size, item.sha256 = known.size, known.sha256
                if item.document_date is None and self.run.source == Source.FOLDER:
                    item.document_date = known.changed_on
            except files.Refused as error:
                problem = error.code
        if problem:
            item.state, item.problem, item.detail = ItemState.PROBLEM, problem, detail[:200]
        return item

    def _place(self, item: ImportItem, row: Row) -> tuple[str, str]:
        if row.office:
            office = self.offices.get(row.office.casefold())
            # One run files for one office and those below it; anything else needs its own run.
            if office is None or office not in organisation.below(self.run.office):
                return "unknown_office", row.office
            item.office = office.key
        if not item.plan_code:
            return "no_plan", ""
        if item.plan_code not in self.plan:
            return "unknown_plan", item.plan_code
        if not item.dossier:
            return "no_dossier", ""
        return "", ""

    def mark_known(self, items: list[ImportItem]) -> None:
        """Duplicates: the same file from the same place before, or twice in this run."""
        ready = [item for item in items if item.state == ItemState.READY]
        keys = {item.path_key for item in ready}
        before = set(Imported.objects.filter(path_key__in=keys).values_list("path_key", "sha256"))
        here = set(
            ImportItem.objects.filter(run=self.run, path_key__in=keys, state=ItemState.READY)
            .order_by()
            .values_list("path_key", flat=True)
        )
        for item in ready:
            if (source_key(self.run, item), item.sha256) in before:
                item.state, item.problem = ItemState.DUPLICATE, "known"
            elif item.path_key in here:
                item.state, item.problem = ItemState.DUPLICATE, "same_in_run"
            here.add(item.path_key)


def source_key(run: ImportRun, item: ImportItem) -> str:
    """What names the place of a file for ever: its path below the run's folder.

    Not the folder itself: the same share is mounted here today and there tomorrow.
    """
    return item.path_key

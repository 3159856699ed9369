"""Verifying the whole record in steps that are kept: it can be killed and goes on.

A batch of cases is checked, then its place, its counts and its findings are stored in one
transaction. Memory stays flat because nothing is carried from batch to batch.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.core.models import Blob, Event
from rathaus.records import verify
from rathaus.records.evidence import checks
from rathaus.records.evidence.models import RunFinding, RunState, Seal, VerificationRun
from rathaus.records.models import Case

BATCH = 100
LOOKS = 3
"""So often a batch in which something was found is looked at."""
SLICE = timedelta(minutes=1)
"""How long one job works before others get their turn."""
MOST_FINDINGS = 5000
"""Findings kept; the number counts all."""
ABANDONED = timedelta(days=7)
CHAINS = 500
"""Histories of no case, or tombstones, of one step."""
PHASES = ("cases", "rest", "sealed", "destroyed", "numbers", "seals", "end")
Progress = Callable[[VerificationRun], None]


def start(
    *, requested_by: str, since: datetime | None = None, sample: int = 100
) -> VerificationRun:
    """A new run from the beginning. `sample`: per cent of the cases whose files are read."""
    run = VerificationRun(
        started_at=now(),
        updated_at=now(),
        requested_by=requested_by[:120],
        since=since,
        sample=min(max(sample, 0), 100),
    )
    run.total = _cases(run).count() + Seal.objects.count()
    run.save()
    return run


def unfinished(*, since: datetime | None = None, sample: int = 100) -> VerificationRun | None:
    """A run with the same wishes that was interrupted not long ago."""
    rows = VerificationRun.objects.filter(state=RunState.RUNNING, since=since, sample=sample)
    return rows.filter(updated_at__gte=now() - ABANDONED).order_by("-pk").first()


def stop(run: VerificationRun) -> None:
    """Leave a run as it is; what was found stays."""
    rows = VerificationRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
    rows.update(state=RunState.STOPPED, finished_at=now())


def go_on(pk: int, *, until: datetime | None = None, progress: Progress | None = None) -> bool:
    """Work on a run until it is done or `until` is over. True if nothing is left to do."""
    while True:
        run = VerificationRun.objects.get(pk=pk)
        if run.state != RunState.RUNNING:
            return True
        if not _step(run):
            return True  # somebody else is at it
        if progress:
            progress(run)
        if until is not None and now() >= until:
            return run.state != RunState.RUNNING


class Batch(verify.Verification):
    """A verification of some cases; the files of a sample only, where that is wished."""

    def __init__(self, sample: int) -> None:
        super().__init__(None)
        self._sample = sample
        self._reads = True
        self.places: list[tuple[verify.Finding, int | None]] = []
        self._current: int | None = None

    def add(self, where: str, what: str, expected: object = "", found: object = "") -> None:
        """Note a finding with the case it is about."""
        super().add(where, what, expected, found)
        self.places.append((self.report.findings[-1], self._current))

    def case(self, case: Case) -> None:
        """A case; whether its files are read depends on nothing but its number."""
        self._current = case.pk
        self._reads = zlib.crc32(str(case.pk).encode()) % 100 < self._sample
        super().case(case)

    def cases(self, keys: list[int]) -> None:
        """Some cases with all that hangs on them, and what the seals say of them."""
        rows = verify._load(keys)
        for case in rows:
            self.case(case)
        by_reference = {f"Vorgang {case.reference}": case.pk for case in rows}

        def add(where: str, what: str, expected: object, found: object) -> None:
            self._current = by_reference.get(where.partition(", ")[0])
            self.add(where, what, expected, found)

        checks.cases(rows, add)

    def _blob(self, where: str, blob: Blob) -> None:
        if self._reads:
            super()._blob(where, blob)


def _step(run: VerificationRun) -> bool:
    """One batch, stored. False if somebody else did it in the meantime."""
    before = {"phase": run.phase, "after": run.after, "place": run.place}
    begin = time.monotonic()
    batch = _checked(run)
    run.seconds += time.monotonic() - begin
    run.updated_at = now()
    _count(run, batch)
    if run.phase == "end":
        run.state, run.finished_at = RunState.DONE, now()
    values = {f.attname: getattr(run, f.attname) for f in run._meta.concrete_fields}
    del values["id"]
    with soft_atomic():
        rows = VerificationRun.objects.filter(pk=run.pk, **before)
        if not rows.filter(state=RunState.RUNNING).update(**values):
            return False
        RunFinding.objects.bulk_create(_rows(run, batch))
    return True


def _checked(run: VerificationRun) -> Batch:
    """One batch. The town goes on working meanwhile, and a history that grows while it is read
    looks damaged: what is told was found each time.
    """
    start = run.phase, run.after, run.place, run.done
    batch = _look(run)
    for _ in range(LOOKS - 1):
        if not batch.places:
            break
        known = {(finding.object, finding.what) for finding, _case in batch.places}
        run.phase, run.after, run.place, run.done = start
        batch = _look(run)
        again = [place for place in batch.places if (place[0].object, place[0].what) in known]
        batch.places = again
    return batch


def _look(run: VerificationRun) -> Batch:
    batch = Batch(run.sample)
    getattr(_Phases, run.phase)(run, batch)
    return batch


class _Phases:
    """What is done in which order; each method does a batch and moves `after` or `phase` on."""

    @staticmethod
    def cases(run: VerificationRun, batch: Batch) -> None:
        keys = list(
            _cases(run).filter(pk__gt=run.after).order_by("pk").values_list("pk", flat=True)[:BATCH]
        )
        batch.cases(keys)
        run.done += len(keys)
        run.phase, run.after = ("cases", keys[-1]) if len(keys) == BATCH else ("rest", 0)

    @staticmethod
    def rest(run: VerificationRun, batch: Batch) -> None:
        """Histories that belong to no case."""
        run.place = batch._other_chains(run.place, CHAINS)
        run.phase = "rest" if run.place else "sealed"

    @staticmethod
    def sealed(run: VerificationRun, batch: Batch) -> None:
        """The same, as the seals know them."""
        run.place = checks.other_histories(batch.add, run.place, CHAINS)
        run.phase = "sealed" if run.place else "destroyed"

    @staticmethod
    def destroyed(run: VerificationRun, batch: Batch) -> None:
        """Proofs of what was destroyed."""
        run.after = batch._tombstones(run.after, CHAINS)
        run.phase = "destroyed" if run.after else "numbers"

    @staticmethod
    def numbers(run: VerificationRun, batch: Batch) -> None:
        """Series of numbers without gaps, guards in place."""
        batch._numbers()
        batch._guards()
        run.phase, run.after = "seals", 0

    @staticmethod
    def seals(run: VerificationRun, batch: Batch) -> None:
        rows = Seal.objects.filter(number__gt=run.after).order_by("number")
        previous = Seal.objects.filter(number__lte=run.after).order_by("number").last()
        found = list(rows.prefetch_related("stamps")[:10])
        check = checks.SealChecks(batch.add)
        for seal in found:
            check.seal(seal, previous)
            previous = seal
        run.done += len(found)
        run.counts["seals"] = run.counts.get("seals", 0) + len(found)
        if len(found) == 10:
            run.after = found[-1].number
            return
        check.renewals()
        check.history()
        run.phase, run.after = "end", 0


def _cases(run: VerificationRun) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.all()
    if run.since is None:
        return rows
    lately = Event.objects.filter(chain=OuterRef("chain"), at__gte=run.since)
    return rows.filter(Exists(lately))


def _count(run: VerificationRun, batch: Batch) -> None:
    for spec in fields(batch.report):
        value: Any = getattr(batch.report, spec.name)
        if isinstance(value, int):
            run.counts[spec.name] = run.counts.get(spec.name, 0) + value
    run.found += len(batch.places)


def _rows(run: VerificationRun, batch: Batch) -> list[RunFinding]:
    room = max(0, MOST_FINDINGS - (run.found - len(batch.places)))
    return [
        RunFinding(
            run=run,
            object=finding.object[:400],
            what=finding.what[:120],
            expected=finding.expected[:300],
            found=finding.found[:300],
            case_id=case,
        )
        for finding, case in batch.places[:room]
    ]

"""Putting the whole record into the search anew, piece by piece, while people search.

After each case is noted how far the run came, so one that was killed goes on there. Old
entries stay until new ones replace them; at the end entries of which the record knows
nothing any more are taken out.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.records import jobs
from rathaus.records.finding.models import Reindex
from rathaus.records.models import Case, CaseQuerySet, Document, DocumentQuerySet
from rathaus.search import actions as search
from rathaus.search import engine
from rathaus.search.models import Entry

CASES = 20
ENTRIES = 500
KINDS = ("case", "document")


def begin(*, everything: bool) -> Reindex:
    """Begin a run, or go on with one of the same kind that did not end.

    `everything` reads all texts again; else only what the search does not know.
    """
    with transaction.atomic():
        run = Reindex.objects.filter(pk=1).first()
        if run is not None and run.finished_at is None and (run.everything or not everything):
            return run
        total = _cases(everything).count() + _documents(everything).count()
        Reindex.objects.update_or_create(
            pk=1,
            defaults={
                "everything": everything,
                "last_case": 0,
                "done": 0,
                "total": total,
                "last_entry": 0,
                "removed": 0,
                "started_at": now(),
                "finished_at": None,
            },
        )
        return Reindex.objects.get(pk=1)


def step() -> bool:
    """One piece of the run under way; True when there is nothing left to do."""
    run = Reindex.objects.filter(pk=1).first()
    if run is None or run.finished_at is not None:
        return True
    if run.last_case >= 0:
        _put(run)
        return False
    if run.everything and _clean(run):
        return False
    engine.tidy()
    Reindex.objects.filter(pk=1).update(finished_at=now())
    return True


def _put(run: Reindex) -> None:
    keys = list(
        _waiting(run.everything)
        .filter(pk__gt=run.last_case)
        .order_by("pk")
        .values_list("pk", flat=True)[:CASES]
    )
    for key in keys:
        with soft_atomic():
            if run.everything:
                Case.objects.filter(pk=key).update(indexed=False)
                done = 1 + Document.objects.filter(case=key).update(indexed=0)
            else:
                done = Document.objects.filter(case=key, indexed__lt=F("latest")).count()
                done += Case.objects.filter(pk=key, indexed=False).count()
        # Texts are read without holding the database; killed here, the case is done again.
        jobs.index(case_id=key)
        with soft_atomic():
            Reindex.objects.filter(pk=1).update(last_case=key, done=F("done") + done)
    if not keys:
        Reindex.objects.filter(pk=1).update(last_case=-1)


def _clean(run: Reindex) -> bool:
    """Take out entries without an object; False when all were compared."""
    rows = list(
        Entry.objects.filter(kind__in=KINDS, pk__gt=run.last_entry)
        .order_by("pk")
        .values_list("pk", "kind", "key")[:ENTRIES]
    )
    if not rows:
        return False
    cases = {key for _pk, kind, key in rows if kind == "case"}
    documents = {key for _pk, kind, key in rows if kind == "document"}
    known = {
        ("case", str(key))
        for key in Case.objects.filter(public_id__in=cases).values_list("public_id", flat=True)
    } | {
        ("document", str(key))
        for key in Document.objects.filter(public_id__in=documents).values_list(
            "public_id", flat=True
        )
    }
    with soft_atomic():
        gone = [(kind, key) for _pk, kind, key in rows if (kind, key) not in known]
        for kind, key in gone:
            search.remove(kind, key)
        Reindex.objects.filter(pk=1).update(
            last_entry=rows[-1][0], removed=F("removed") + len(gone)
        )
    return True


def _waiting(everything: bool) -> CaseQuerySet:
    cases = Case.objects.order_by()
    if everything:
        return cases
    behind = Document.objects.filter(indexed__lt=F("latest")).values("case")
    return cases.filter(Q(indexed=False) | Q(pk__in=behind))


def _cases(everything: bool) -> CaseQuerySet:
    return Case.objects.order_by() if everything else Case.objects.filter(indexed=False)


def _documents(everything: bool) -> DocumentQuerySet:
    rows = Document.objects.order_by()
    return rows if everything else rows.filter(indexed__lt=F("latest"))

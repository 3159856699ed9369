"""The sample check: drawn by a seed, page by page, by a second person."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.records.scanning import events, queries, sampling
from rathaus.records.scanning.actions.moves import move, require
from rathaus.records.scanning.errors import FourEyes, MovedOn, NotReady
from rathaus.records.scanning.models import FileState, SampleCheck, SampleItem, ScanBatch, ScanPage
from rathaus.records.scanning.states import BatchState, Verdict


def start_check(*, batch: ScanBatch, actor: Actor, seed: str = "") -> SampleCheck:
    """Draw the sample; after a failed round it is the whole batch.

    `seed` is for drawing a known sample again (demo, tests); else it is drawn by lot.

    Raises: FourEyes, NotReady, MovedOn.
    """
    if actor.id in queries.scanned_by(batch):
        raise FourEyes
    whole = batch.checks.exists()
    if whole and queries.open_rescans(batch):
        raise NotReady(_("Scannen Sie zuerst die abgelehnten Dokumente neu."))
    files = queries.present_files(batch)
    if any(file.state != FileState.READ for file in files):
        raise NotReady(_("Die Seiten werden noch angesehen. Versuchen Sie es gleich noch einmal."))
    pages = {
        (page.file.position, page.number): page
        for page in ScanPage.objects.filter(file__in=files).select_related("file")
    }
    data = batch.profile.parsed
    size = len(pages) if whole else data.sample_size(len(pages))
    seed = seed or sampling.new_seed()
    try:
        with transaction.atomic():
            move(batch, "redraw" if whole else "draw")
            check = SampleCheck.objects.create(
                batch=batch,
                round=batch.checks.count() + 1,
                seed=seed,
                percent=data.sample_percent,
                minimum=data.sample_minimum,
                size=size,
                population=len(pages),
                is_whole=whole,
                scanned_by=batch.transferred_by,
                checker=actor.id,
                checker_name=actor.label,
                started_at=now(),
            )
            SampleItem.objects.bulk_create(
                SampleItem(sample=check, position=number, page=pages[place])
                for number, place in enumerate(sampling.draw(pages, size, seed), 1)
            )
            drawn = events.SampleDrawn(
                round=check.round,
                seed=seed,
                percent=check.percent,
                minimum=check.minimum,
                population=check.population,
                size=size,
                whole=whole,
            )
            record(batch.chain, drawn, actor=actor)
    except IntegrityError:
        raise MovedOn from None
    return check


def decide_page(*, item: SampleItem, verdict: str, reason: str, actor: Actor) -> SampleItem:
    """Say of one page whether it is good. May be changed until the check is finished.

    Raises: FourEyes for somebody else than the checking person; NotReady, MovedOn.
    """
    check = item.sample
    _own(check, actor)
    reason = " ".join(reason.split())[:300]
    if verdict not in {Verdict.GOOD, Verdict.RESCAN}:
        raise NotReady(_("Wählen Sie „gut“ oder „neu scannen“."))
    if verdict == Verdict.RESCAN and not reason:
        raise NotReady(_("Schreiben Sie, was an dieser Seite falsch ist."))
    with transaction.atomic():
        require(check.batch, BatchState.CHECKING)
        item.verdict, item.decided_at = verdict, now()
        item.reason = reason if verdict == Verdict.RESCAN else ""
        item.save(update_fields=["verdict", "reason", "decided_at"])
        checked = events.PageChecked(
            round=check.round,
            file=str(item.page.file.public_id),
            page=item.page.number,
            verdict=verdict,
            reason=item.reason,
        )
        record(check.batch.chain, checked, actor=actor)
    return item


def finish_check(*, check: SampleCheck, actor: Actor) -> ScanBatch:
    """Sum the verdicts up: passed, or the whole batch is to be checked.

    Raises: FourEyes, NotReady while pages are open, MovedOn.
    """
    _own(check, actor)
    batch = check.batch
    moment = now()
    with transaction.atomic():
        require(batch, BatchState.CHECKING)
        items = list(check.items.all())
        left = sum(item.verdict == Verdict.NONE for item in items)
        if left:
            raise NotReady(_("Noch %(n)s Seiten sind nicht angesehen.") % {"n": left})
        rejected = sum(item.verdict == Verdict.RESCAN for item in items)
        passed = not rejected
        rows = SampleCheck.objects.filter(pk=check.pk, finished_at__isnull=True)
        if not rows.update(finished_at=moment, passed=passed):
            raise MovedOn
        if passed:
            until = batch.profile.parsed.paper_until(local(moment).date())
            move(batch, "pass", passed_at=moment, paper_until=until)
            ok = events.SamplePassed(
                round=check.round, pages=len(items), paper_until=until.isoformat()
            )
            record(batch.chain, ok, actor=actor)
        else:
            move(batch, "fail")
            bad = events.SampleFailed(round=check.round, pages=len(items), rejected=rejected)
            record(batch.chain, bad, actor=actor)
    return batch


def _own(check: SampleCheck, actor: Actor) -> None:
    if check.finished_at is not None:
        raise MovedOn
    if check.checker != actor.id:
        raise FourEyes

"""Sealing every day, asking for time stamps until they come, renewing them in time."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import RetryLater, cron, enqueue, job
from rathaus.records.evidence import actions, authorities, queries, renewal, tsa
from rathaus.records.evidence.models import Renewal, Seal, TimeStamp

ACTOR = Actor.system("evidence")
NIGHT = 2
AGAIN = 15 * 60
"""Seconds until a service that failed is asked again. It never gives up: the root waits."""


@cron("evidence.nightly", every=timedelta(hours=1))
def nightly() -> None:
    """Once a day, after two o'clock at night, seal what is new."""
    last, moment = queries.newest(), clock.local(clock.now())
    if last is None or (clock.local(last.at).date() < moment.date() and moment.hour >= NIGHT):
        seal()


@job("evidence.seal")
def seal() -> None:
    """Seal what is new."""
    actions.seal_all(actor=ACTOR)
    renewal.renew_due(actor=ACTOR)


@job("evidence.stamp")
def stamp(*, seal: int, authority: str) -> None:
    """Get a time stamp for a seal."""
    row = Seal.objects.get(number=seal)
    service = _service(authority)
    if service is None or row.stamps.filter(authority=authority).exists():
        return
    answer = _ask(service, row.root, row.algorithm)
    actions.keep_stamp(seal=row, authority=authority, answer=answer)


@job("evidence.stamp_renewal")
def stamp_renewal(*, renewal: int) -> None:
    """Get the time stamp of a renewal, from its own service or else from the first one."""
    row = Renewal.objects.get(number=renewal)
    service = _service(row.line) or next(iter(authorities.configured()), None)
    if service is None or TimeStamp.objects.filter(renewal=row).exists():
        return
    answer = _ask(service, row.root, row.algorithm)
    actions.keep_stamp(renewal=row, authority=service.name, answer=answer)


@cron("evidence.stamp_waiting", every=timedelta(hours=1))
def stamp_waiting() -> None:
    """Ask for roots that have no time stamp at all, e.g. because a service came later."""
    stamps = TimeStamp.objects.filter(seal=OuterRef("pk"))
    names = [service.name for service in authorities.configured()]
    for number in Seal.objects.filter(~Exists(stamps)).values_list("number", flat=True)[:1000]:
        for name in names:
            enqueue(stamp, dedupe_key=f"stamp:{number}:{name}", seal=number, authority=name)
    for number in Renewal.objects.filter(stamp=None).values_list("number", flat=True)[:1000]:
        enqueue(stamp_renewal, dedupe_key=f"stamp-renewal:{number}", renewal=number)


@job("evidence.verify")
def verify(*, run: int) -> None:
    """Go on with a verification for a while, then make room for other jobs."""
    from rathaus.records.evidence import runs

    if not runs.go_on(run, until=now() + runs.SLICE):
        enqueue(verify, run=run)


@cron("evidence.publish_anchor", every=timedelta(days=1))
def publish_anchor() -> None:
    """Tell the newest seal to a place outside, where a setting names one."""
    from rathaus.records.evidence import anchor

    anchor.publish()


def _service(name: str) -> authorities.Authority | None:
    return next((one for one in authorities.configured() if one.name == name), None)


def _ask(service: authorities.Authority, root: str, algorithm: str) -> tsa.Answer:
    try:
        answer = tsa.ask(service, bytes.fromhex(root), algorithm)
    except tsa.StampFailed as error:
        actions.note_call(service.name, error=str(error))
        raise RetryLater(AGAIN, f"{service.name}: {error}") from error
    actions.note_call(service.name, answer=answer)
    return answer

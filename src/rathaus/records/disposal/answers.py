"""What the archive's messages mean for a process; called in the transaction that keeps them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import EventType, record
from rathaus.core.jobs import enqueue
from rathaus.records.disposal import events, outgoing
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Item, Message, Process, Unappraised
from rathaus.records.disposal.moves import move, move_items
from rathaus.records.disposal.states import ItemState, ProcessState, Verdict
from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.parse import Received, Result

WRONG_TIME = gettext_lazy("Diese Nachricht passt nicht zum Stand der Aussonderung.")
AGREED = gettext_lazy("ohne Bewertung, wie mit dem Archiv vereinbart")


def offer_received(process: Process, found: Received, message: Message) -> str:
    """0504: the offer arrived. Raises: MessageRefused."""
    if process.offered_at is None or process.state == ProcessState.CANCELLED:
        raise MessageRefused("wrong-time", WRONG_TIME)
    Process.objects.filter(pk=process.pk, offer_received_at=None).update(offer_received_at=now())
    return _("Das Archiv hat die Anbietung erhalten.")


def appraised(process: Process, found: Received, message: Message) -> str:
    """0502: A or V per case or per whole dossier. Raises: MessageRefused."""
    if process.state != ProcessState.OFFERED:
        raise MessageRefused("wrong-time", WRONG_TIME)
    items = list(process.items.exclude(state=ItemState.WITHDRAWN).select_related("case__chain"))
    _check_objects(found.verdicts, process)
    actor = _actor(process)
    name = process.partner.name
    try:
        move(process, "appraise", appraised_at=now())
    except DisposalRefused as error:
        raise MessageRefused("wrong-time", error.reason) from error
    left = 0
    for item in items:
        verdict = found.verdicts.get(str(item.case_uuid)) or found.verdicts.get(
            str(item.dossier_uuid), ""
        )
        by = name
        if verdict not in Verdict.values:  # left out, or B: "to be appraised" is no answer
            verdict, by = _agreed(process), str(AGREED)
            left += 1
        if not verdict:
            continue
        _decide(process, item, verdict, by, actor)
    record(
        process.chain,
        events.DisposalAppraised(process=process.reference, by=name),
        actor=actor,
    )
    outgoing.queue(process, "0505", answers=message)
    kinds = list(process.items.values_list("verdict", flat=True))
    text = _("%(a)s archivwürdig, %(v)s zu vernichten") % {
        "a": kinds.count("A"),
        "v": kinds.count("V"),
    }
    if left:
        text += _(", %(n)s ohne Bewertung") % {"n": left}
    return text


def transfer_received(process: Process, found: Received, message: Message) -> str:
    """0507: the transfer arrived. Raises: MessageRefused."""
    if process.transferred_at is None:
        raise MessageRefused("wrong-time", WRONG_TIME)
    Process.objects.filter(pk=process.pk, transfer_received_at=None).update(
        transfer_received_at=now()
    )
    return _("Das Archiv hat die Abgabe erhalten.")


def imported(process: Process, found: Received, message: Message) -> str:
    """0506: taken over or not, per object. Only success lets a case go. Raises: MessageRefused."""
    from rathaus.records.disposal import jobs

    if process.state != ProcessState.TRANSFERRED:
        raise MessageRefused("wrong-time", WRONG_TIME)
    _check_objects(found.results, process)
    actor = _actor(process)
    good = bad = 0
    waiting = process.items.filter(state=ItemState.TRANSFERRED).select_related("case__chain")
    for item in waiting:
        result = _result_of(item, found)
        if result is None:
            continue
        _settle(process, item, result, actor)
        good, bad = good + result.success, bad + (not result.success)
    if not good and not bad:
        raise MessageRefused("nothing", _("Die Nachricht betrifft keinen abgegebenen Vorgang."))
    if not process.items.filter(state=ItemState.TRANSFERRED).exists():
        try:
            move(process, "confirm", confirmed_at=now())
        except DisposalRefused as error:
            raise MessageRefused("wrong-time", error.reason) from error
        enqueue(jobs.finish, dedupe_key=f"finish:{process.pk}", process_id=process.pk)
    record(process.chain, events.DisposalConfirmed(process=process.reference), actor=actor)
    return _("%(good)s übernommen, %(bad)s nicht übernommen") % {"good": good, "bad": bad}


def _result_of(item: Item, found: Received) -> Result | None:
    """The result of the case, of its dossier, or (4.0) of the whole message; a "no" wins."""
    results = [found.results.get(str(item.case_uuid)), found.results.get(str(item.dossier_uuid))]
    named = [result for result in results if result is not None]
    for result in named:
        if not result.success:
            return result
    if named:
        return named[0]
    if found.overall is None:
        return None
    # A whole message that failed took over nothing; one that succeeded and names objects
    # says nothing about those it leaves out.
    if not found.overall.success or not found.results:
        return found.overall
    return None


def _settle(process: Process, item: Item, result: Result, actor: Actor) -> None:
    mine = process.items.filter(pk=item.pk)
    told: EventType
    if result.success:
        move_items(
            mine,
            ItemState.TRANSFERRED,
            ItemState.CONFIRMED,
            archived=True,
            archive_ident=result.archive_id,
        )
        told = events.DisposalConfirmed(process=process.reference, archive_ident=result.archive_id)
    else:
        error = result.error or str(_("ohne Angabe von Gründen"))
        note = _("Vom Archiv nicht übernommen: %(error)s") % {"error": error}
        move_items(mine, ItemState.TRANSFERRED, ItemState.KEPT, note=note[:500])
        told = events.DisposalRefusedByArchive(process=process.reference, error=error[:200])
    if item.case is not None:
        record(item.case.chain, told, actor=actor)


def _decide(process: Process, item: Item, verdict: str, by: str, actor: Actor) -> None:
    move_items(
        process.items.filter(pk=item.pk),
        ItemState.OFFERED,
        ItemState.APPRAISED,
        verdict=verdict,
        verdict_by=by[:120],
    )
    if item.case is not None:
        told = events.DisposalAppraised(process=process.reference, verdict=verdict, by=by[:120])
        record(item.case.chain, told, actor=actor)


def _agreed(process: Process) -> str:
    kind = process.partner.unappraised
    return "" if kind == Unappraised.ASK else kind


def _check_objects(
    named: dict[str, object] | dict[str, str] | dict[str, Result], process: Process
) -> None:
    """Every object that the archive names was sent to it. One unknown: all is refused."""
    rows = process.items.values_list("case_uuid", "dossier_uuid")
    known = {str(ident) for row in rows for ident in row}
    if unknown := sorted(set(named) - known):
        text = _("Die Nachricht nennt etwas, das nicht angeboten oder abgegeben wurde: ")
        raise MessageRefused("unknown-object", text + unknown[0])


def _actor(process: Process) -> Actor:
    return Actor.provider(f"archive:{process.partner.folder}"[:64], process.partner.name[:120])

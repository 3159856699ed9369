"""The steps of a process of disposal that people take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import EventType, new_chain, record
from rathaus.core.references import next_reference
from rathaus.records.disposal import events, outgoing, queries
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Archive, Item, Kind, Process
from rathaus.records.disposal.moves import move, move_items
from rathaus.records.disposal.states import ItemState, ProcessState, Verdict
from rathaus.records.models import Case
from rathaus.records.states import Disposal

MAX_CASES = 5_000
"""Cases of one process: more make messages that archives cannot look through."""
AGREED = _("Vereinbarung mit dem Archiv")
RUNS_AGAIN = _("Die Aufbewahrungsfrist läuft noch: Der Vorgang wurde inzwischen geändert.")


def begin(
    *, cases: Sequence[Case], archive: Archive | None, actor: Actor, waiver: str = ""
) -> Process:
    """Put cases into a new process, in preparation.

    Without archive nothing is offered: only for cases of kind V and with the agreement on
    which that rests (`waiver`). Raises: DisposalRefused, naming a case that cannot go.
    """
    _check_cases(cases, archive, waiver)
    if archive is not None and not archive.active:
        raise DisposalRefused(_("Dieses Archiv ist nicht mehr in Gebrauch."))
    try:
        with transaction.atomic():
            process = Process.objects.create(
                reference=next_reference(
                    "disposal", prefix="AUS", pattern="{prefix}-{year}-{number:03d}"
                ),
                archive=archive,
                version=archive.version if archive else "",
                chain=new_chain("disposal"),
                waiver=waiver.strip()[:300] if archive is None else "",
                prepared_by=actor.label,
                prepared_by_id=actor.id,
                created_at=now(),
            )
            Item.objects.bulk_create([_item(process, case) for case in cases])
            begun = events.DisposalBegun(
                process=process.reference, cases=len(cases), archive=archive.name if archive else ""
            )
            record(process.chain, begun, actor=actor)
            for case in cases:
                record(case.chain, events.DisposalBegun(process=process.reference), actor=actor)
    except IntegrityError:
        reason = _("Einer der Vorgänge ist inzwischen in einer anderen Aussonderung.")
        raise DisposalRefused(reason) from None
    return process


def offer(*, process: Process, actor: Actor) -> Process:
    """Send the list of what is offered (0501). Raises: DisposalRefused."""
    if process.archive is None or process.archive.kind != Kind.FULL:
        raise DisposalRefused(_("Mit diesem Archiv ist keine Anbietung vereinbart."))
    with transaction.atomic():
        moment = now()
        move(process, "offer", offered_at=moment)
        count = move_items(process.items.all(), ItemState.PLANNED, ItemState.OFFERED)
        _still_possible(process)
        told = events.DisposalOffered(process=process.reference, cases=count)
        record(process.chain, told, actor=actor)
        _tell_cases(process, events.DisposalOffered(process=process.reference), actor)
        outgoing.queue(process, "0501")
    return process


def decide(*, process: Process, actor: Actor) -> Process:
    """Without archive: everything is to be destroyed, as agreed. Raises: DisposalRefused."""
    if process.archive is not None:
        raise DisposalRefused(_("Hier entscheidet das Archiv."))
    with transaction.atomic():
        move(process, "decide", appraised_at=now())
        move_items(
            process.items.all(),
            ItemState.PLANNED,
            ItemState.APPRAISED,
            verdict=Verdict.DESTROY,
            verdict_by=str(AGREED)[:120],
        )
        _still_possible(process)
        told = events.DisposalAppraised(
            process=process.reference, verdict=Verdict.DESTROY, by=str(AGREED)
        )
        record(process.chain, told, actor=actor)
    return process


def appraise_by_hand(
    *, process: Process, verdicts: Mapping[int, str], source: str, actor: Actor
) -> int:
    """Enter what the archive said on the phone about cases it left out; returns how many.

    `verdicts`: primary keys of items to A or V. `source`: who said it and when.
    Raises: DisposalRefused.
    """
    if process.appraised_at is None:
        raise DisposalRefused(_("Die Bewertung des Archivs ist noch nicht da."))
    if not source.strip():
        raise DisposalRefused(_("Geben Sie an, wer im Archiv das wann entschieden hat."))
    done = 0
    with transaction.atomic():
        for item in process.items.filter(pk__in=list(verdicts), state=ItemState.OFFERED):
            verdict = verdicts[item.pk]
            if verdict not in Verdict.values:
                raise DisposalRefused(_("Wählen Sie „archivwürdig“ oder „vernichten“."))
            done += move_items(
                process.items.filter(pk=item.pk),
                ItemState.OFFERED,
                ItemState.APPRAISED,
                verdict=verdict,
                verdict_by=source.strip()[:120],
            )
            if item.case is not None:
                told = events.DisposalAppraised(
                    process=process.reference, verdict=verdict, by=source.strip()[:120]
                )
                record(item.case.chain, told, actor=actor)
    return done


def transfer(*, process: Process, actor: Actor) -> Process:
    """Hand over what the archive wants (0503). Raises: DisposalRefused."""
    if process.archive is None:
        raise DisposalRefused(_("Hier wird nichts abgegeben."))
    two_stage = process.archive.kind == Kind.TRANSFER
    if process.state == ProcessState.DRAFT and not two_stage:
        raise DisposalRefused(_("Erst wird angeboten, dann abgegeben."))
    if process.items.filter(state=ItemState.OFFERED).exists():
        raise DisposalRefused(_("Für einige Vorgänge fehlt noch die Bewertung."))
    with transaction.atomic():
        move(process, "transfer", transferred_at=now())
        if two_stage:
            _agree(process)
        wanted = process.items.filter(verdict=Verdict.ARCHIVE)
        count = move_items(wanted, ItemState.APPRAISED, ItemState.TRANSFERRED)
        if not count:
            raise DisposalRefused(_("Das Archiv will nichts davon übernehmen."))
        _still_possible(process)
        record(
            process.chain,
            events.DisposalTransferred(process=process.reference, cases=count),
            actor=actor,
        )
        told = events.DisposalTransferred(process=process.reference)
        _tell_cases(process, told, actor, ItemState.TRANSFERRED)
        outgoing.queue(process, "0503")
    return process


def _agree(process: Process) -> None:
    """Two stages: A and B go to the archive, V does not, as was agreed once for all."""
    kinds = {Verdict.ARCHIVE: ("A", "B"), Verdict.DESTROY: ("V",)}
    for verdict, proposals in kinds.items():
        move_items(
            process.items.filter(proposal__in=proposals),
            ItemState.PLANNED,
            ItemState.APPRAISED,
            verdict=verdict,
            verdict_by=str(AGREED)[:120],
        )
    Process.objects.filter(pk=process.pk).update(appraised_at=now())


def cancel(*, process: Process, actor: Actor) -> Process:
    """Stop a process of which nothing was handed over or destroyed. Raises: DisposalRefused."""
    if process.items.filter(state__in=[ItemState.DESTROYED, ItemState.DESTROYING]).exists():
        raise DisposalRefused(_("Ein Teil ist schon vernichtet. Schließen Sie den Rest ab."))
    with transaction.atomic():
        move(process, "cancel", finished_at=now())
        withdraw_items(process.items.all(), why=str(_("Aussonderung abgebrochen")), actor=actor)
        record(process.chain, events.DisposalCancelled(process=process.reference), actor=actor)
    return process


def withdraw(*, item: Item, why: str, actor: Actor) -> None:
    """Take one case out of its process. Raises: DisposalRefused where it is too late."""
    if not why.strip():
        raise DisposalRefused(_("Geben Sie an, warum der Vorgang herausgenommen wird."))
    with transaction.atomic():
        if not withdraw_items(Item.objects.filter(pk=item.pk), why=why.strip(), actor=actor):
            raise DisposalRefused(_("Der Vorgang ist schon abgegeben oder vernichtet."))


def withdraw_items(rows: QuerySet[Item], *, why: str, actor: Actor) -> int:
    """Take cases out of their processes, where that is still possible."""
    early = (
        ItemState.PLANNED,
        ItemState.OFFERED,
        ItemState.APPRAISED,
        ItemState.PREPARED,
        ItemState.RELEASED,
    )
    waiting = rows.filter(state__in=early, archived=False)
    return _take_out(waiting, ItemState.WITHDRAWN, why=why, actor=actor)


def spare(rows: QuerySet[Item], *, actor: Actor) -> int:
    """Take out the cases whose retention is not over (any more); returns how many.

    It begins anew when a case is opened again, by a message for example, and grows with a move.
    What the archive has as well stays here, too. What it was sent waits for its answer.
    """
    mine = Case.objects.filter(pk__in=rows.values("case"))
    found = rows.filter(case__in=mine.exclude(queries.past_retention(today())))
    archived = found.filter(
        state__in=(ItemState.CONFIRMED, ItemState.PREPARED, ItemState.RELEASED), archived=True
    )
    why = str(RUNS_AGAIN)
    with transaction.atomic():
        kept = _take_out(archived, ItemState.KEPT, why=why, actor=actor)
        return kept + withdraw_items(found, why=why, actor=actor)


def _take_out(rows: QuerySet[Item], target: ItemState, *, why: str, actor: Actor) -> int:
    done = 0
    for item in rows.select_related("process", "case__chain"):
        moved = move_items(
            Item.objects.filter(pk=item.pk), ItemState(item.state), target, note=why[:500]
        )
        if moved and item.case is not None:
            told = events.DisposalWithdrawn(process=item.process.reference, why=why[:200])
            record(item.case.chain, told, actor=actor)
        done += moved
    return done


def _item(process: Process, case: Case) -> Item:
    return Item(
        process=process,
        case=case,
        case_uuid=case.public_id,
        dossier_uuid=case.dossier.public_id,
        reference=case.reference,
        plan_code=case.dossier.filing_plan_entry.code,
        proposal=case.disposal,
    )


def _check_cases(cases: Sequence[Case], archive: Archive | None, waiver: str) -> None:
    if not cases:
        raise DisposalRefused(_("Wählen Sie mindestens einen Vorgang aus."))
    if len(cases) > MAX_CASES:
        raise DisposalRefused(_("Höchstens 5000 Vorgänge in einer Aussonderung."))
    keys = [case.pk for case in cases]
    allowed = Case.objects.filter(queries.past_retention(today()), pk__in=keys)
    allowed = allowed.exclude(queries.held()).exclude(queries.running())
    good = set(allowed.values_list("pk", flat=True))
    for case in cases:
        if case.pk not in good:
            told = str(
                _(
                    "%(reference)s kann nicht ausgesondert werden: Frist, Sperre oder "
                    "andere Aussonderung."
                )
            )
            raise DisposalRefused(told % {"reference": case.reference})
    if archive is None:
        if any(case.disposal != Disposal.DESTROY for case in cases):
            reason = _(
                "Ohne Anbietung geht nur, was mit dem Archiv als „vernichten“ vereinbart ist."
            )
            raise DisposalRefused(reason)
        if not waiver.strip():
            raise DisposalRefused(_("Geben Sie an, auf welcher Vereinbarung das beruht."))


def _still_possible(process: Process) -> None:
    """Nothing that is sent is under a hold set a moment ago."""
    sent = process.items.filter(state__in=[ItemState.OFFERED, ItemState.TRANSFERRED])
    if Case.objects.filter(queries.held(), pk__in=sent.values("case")).exists():
        raise DisposalRefused(_("Ein Vorgang ist gesperrt. Nehmen Sie ihn heraus."))


def _tell_cases(process: Process, told: EventType, actor: Actor, state: str = "") -> None:
    rows = (
        process.items.filter(state=state)
        if state
        else process.items.exclude(state=ItemState.WITHDRAWN)
    )
    for item in rows.select_related("case__chain"):
        if item.case is not None:
            record(item.case.chain, told, actor=actor)

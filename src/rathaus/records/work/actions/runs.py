"""Co-signing runs: begin, sign, refuse, skip, stop. The tables are in `work.states`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import EventType, record
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.records.states import CaseState
from rathaus.records.work import access, events, jobs, signing
from rathaus.records.work.actions.locks import locked
from rathaus.records.work.errors import InRun, Moved, NotYours, Unfit
from rathaus.records.work.models import DocumentLock, Run, RunDocument, RunStep, RunTemplate
from rathaus.records.work.notices import notify
from rathaus.records.work.states import (
    RESULT_OF,
    Ask,
    RunState,
    StepResult,
    StepStatus,
    run_move,
    step_move,
)

MOST_STEPS = 20
REASON = 5
"""Characters a reason has at least."""


@dataclass(frozen=True)
class StepPlan:
    """A step before the run begins. Steps of one position run side by side."""

    ask: str
    position: int
    staff: StaffMember | None = None
    office: Office | None = None
    due_on: date | None = None


def start_run(
    *,
    case: Case,
    title: str,
    versions: Sequence[DocumentVersion],
    steps: Sequence[StepPlan],
    owner: StaffMember,
    actor: Actor,
    note: str = "",
) -> Run:
    """Begin a run over the newest versions of documents of one case, which are locked by it.

    Raises: Unfit, InRun, LockedByOther, Moved.
    """
    title = " ".join(title.split())
    if not title:
        raise Unfit(_("Geben Sie an, worum es geht."))
    if not versions:
        raise Unfit(_("Wählen Sie mindestens ein Dokument aus."))
    if case.state != CaseState.OPEN:
        raise Unfit(_("Der Vorgang ist abgeschlossen. Nehmen Sie ihn zuerst wieder auf."))
    ordered = _checked(steps)
    with transaction.atomic():
        _take_documents(case, versions, owner)
        run = Run.objects.create(
            case=case, title=title[:200], note=note[:2000], owner=owner, started_at=now()
        )
        for version in versions:
            RunDocument.objects.create(run=run, version=version)
        for number, plan in enumerate(ordered, 1):
            RunStep.objects.create(
                run=run,
                number=number,
                position=plan.position,
                ask=plan.ask,
                staff=plan.staff,
                office=plan.office,
                due_on=plan.due_on,
            )
        started = events.RunStarted(
            run_id=str(run.public_id), steps=len(ordered), versions=signing.versions_of(run)
        )
        record(case.chain, started, actor=actor)
        _go_on(run, actor)
    return run


def do_step(*, step: RunStep, staff: StaffMember, actor: Actor, comment: str = "") -> RunStep:
    """Sign, or take note: what the step asks for. The substitute does it "i. V.".

    Raises: NotYours, Moved.
    """
    result = RESULT_OF[Ask(step.ask)]
    return _end_step(step, result, staff=staff, actor=actor, comment=comment.strip())


def refuse_step(*, step: RunStep, staff: StaffMember, actor: Actor, reason: str) -> RunStep:
    """Do not sign: the run ends and goes back to its owner. Raises: NotYours, Moved, Unfit."""
    if len(reason.strip()) < REASON:
        raise Unfit(_("Sagen Sie in wenigen Worten, warum Sie nicht zeichnen."))
    return _end_step(step, StepResult.REFUSED, staff=staff, actor=actor, comment=reason.strip())


def skip_step(*, step: RunStep, staff: StaffMember, actor: Actor, reason: str) -> RunStep:
    """The owner leaves a step out. Raises: NotYours, Moved, Unfit."""
    if len(reason.strip()) < REASON:
        raise Unfit(_("Sagen Sie in wenigen Worten, warum der Schritt entfällt."))
    with transaction.atomic():
        run = _lock(step.run, owner=staff)
        step.refresh_from_db(fields=["status"])
        name = "skip" if step.status == StepStatus.CURRENT else "skip_ahead"
        move = step_move(name)
        rows = RunStep.objects.filter(pk=step.pk, status=move.source)
        if not rows.update(status=move.target, comment=reason[:2000], done_at=now(), done_by=staff):
            raise _moved()
        skipped = events.RunStepSkipped(
            run_id=str(run.public_id), step=step.number, comment=reason[:2000]
        )
        record(run.case.chain, skipped, actor=actor)
        _go_on(run, actor)
    step.refresh_from_db()
    return step


def stop_run(*, run: Run, staff: StaffMember, actor: Actor, reason: str) -> Run:
    """The owner, or who stands in, ends the run early. Raises: NotYours, Moved, Unfit."""
    if len(reason.strip()) < REASON:
        raise Unfit(_("Nennen Sie den Grund in wenigen Worten."))
    with transaction.atomic():
        run = _lock(run, owner=staff)
        stopped = events.RunStopped(run_id=str(run.public_id), reason=reason[:2000])
        _end_run(run, "stop", stopped, actor)
    return run


def repeat_run(
    *, run: Run, versions: Sequence[DocumentVersion], owner: StaffMember, actor: Actor
) -> Run:
    """After a run came back: the same steps over the newest versions, without old deadlines."""
    steps = [
        StepPlan(row.ask, row.position, row.staff, row.office)
        for row in run.steps.select_related("staff", "office")
    ]
    return start_run(
        case=run.case,
        title=run.title,
        note=run.note,
        versions=versions,
        steps=steps,
        owner=owner,
        actor=actor,
    )


def save_template(*, office: Office, name: str, steps: Sequence[dict[str, Any]]) -> RunTemplate:
    """Keep steps for the office under a name; one of that name is replaced. Raises: Unfit."""
    name = " ".join(name.split())[:120]
    if not name:
        raise Unfit(_("Geben Sie der Vorlage einen Namen."))
    if not steps:
        raise Unfit(_("Eine Mitzeichnung braucht mindestens einen Schritt."))
    row, _new = RunTemplate.objects.update_or_create(
        office=office, name=name, defaults={"steps": list(steps)[:MOST_STEPS]}
    )
    return row


def _checked(steps: Sequence[StepPlan]) -> list[StepPlan]:
    if not steps:
        raise Unfit(_("Eine Mitzeichnung braucht mindestens einen Schritt."))
    if len(steps) > MOST_STEPS:
        raise Unfit(_("Eine Mitzeichnung hat höchstens 20 Schritte."))
    for plan in steps:
        if plan.ask not in Ask.values:
            raise Unfit(_("Wählen Sie für jeden Schritt, worum Sie bitten."))
        if (plan.staff is None) == (plan.office is None):
            raise Unfit(_("Jeder Schritt braucht eine Person oder ein Amt."))
    ordered = sorted(steps, key=lambda plan: plan.position)
    finals = [plan for plan in ordered if plan.ask == Ask.FINAL]
    if len(finals) > 1 or (finals and finals[0] is not ordered[-1]):
        raise Unfit(_("Die Schlusszeichnung kommt einmal und ganz am Ende."))
    if finals and len(ordered) > 1 and ordered[-2].position == finals[0].position:
        raise Unfit(_("Die Schlusszeichnung läuft nicht gleichzeitig mit anderen Schritten."))
    return ordered


def _take_documents(case: Case, versions: Sequence[DocumentVersion], owner: StaffMember) -> None:
    """Nobody adds a version while we look: rows are locked (SQLite locks the whole database)."""
    keys = [version.document_id for version in versions]
    rows = {
        row.pk: row
        for row in Document.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    for version in versions:
        document = rows[version.document_id]
        if document.case_id != case.pk:
            raise Unfit(_("Alle Dokumente gehören zu diesem Vorgang."))
        if document.latest != version.number:
            raise Moved(_("Von „%(title)s“ gibt es eine neuere Fassung.") % {"title": document})
    busy = RunDocument.objects.filter(version__document__in=keys, run__state=RunState.RUNNING)
    first = busy.select_related("version__document").first()
    if first is not None:
        text = _("Über „%(title)s“ läuft schon eine Mitzeichnung.")
        raise InRun(text % {"title": first.version.document})
    held = DocumentLock.objects.filter(document__in=keys, until__gt=now()).exclude(staff=owner)
    lock = held.select_related("staff").first()
    if lock is not None:
        raise locked(lock)


def _end_step(
    step: RunStep, result: StepResult, *, staff: StaffMember, actor: Actor, comment: str
) -> RunStep:
    me = access.me(staff)
    if not me.owns(step.staff_id, step.office_id):
        raise NotYours(_("Dieser Schritt liegt bei jemand anderem."))
    absent = step.staff if step.staff_id not in {None, staff.pk} else None
    move = step_move("refuse" if result == StepResult.REFUSED else "do")
    moment = now()
    with transaction.atomic():
        run = _lock(step.run)
        versions = signing.versions_of(run)
        digest = signing.digest(
            step, signer=actor.id, result=result, at=moment.isoformat(), versions=versions
        )
        rows = RunStep.objects.filter(pk=step.pk, status=move.source)
        changed = rows.update(
            status=move.target,
            result=result,
            comment=comment[:2000],
            done_at=moment,
            done_by=staff,
            for_absent=absent is not None,
            digest=digest,
        )
        if not changed:
            raise _moved()
        values: dict[str, Any] = {
            "run_id": str(run.public_id),
            "step": step.number,
            "ask": step.ask,
            "for_absent": str(absent.user_id) if absent else "",
            "versions": versions,
            "digest": digest,
            "comment": comment[:2000],
        }
        if result == StepResult.REFUSED:
            record(run.case.chain, events.RunStepRefused(**values), actor=actor)
            returned = events.RunReturned(run_id=str(run.public_id))
            _end_run(run, "give_back", returned, actor)
        else:
            record(run.case.chain, events.RunStepDone(result=result, **values), actor=actor)
            _go_on(run, actor)
    step.refresh_from_db()
    return step


def _go_on(run: Run, actor: Actor) -> None:
    """Once nothing is current: the next position, or the end."""
    steps = list(run.steps.order_by("number"))
    if any(row.status == StepStatus.CURRENT for row in steps):
        return
    ahead = [row for row in steps if row.status == StepStatus.FUTURE]
    if not ahead:
        _end_run(run, "finish", events.RunFinished(run_id=str(run.public_id)), actor)
        return
    position = min(row.position for row in ahead)
    move = step_move("reach")
    for row in ahead:
        if row.position == position:
            RunStep.objects.filter(pk=row.pk, status=move.source).update(status=move.target)
            enqueue(notify, kind="step", staff_id=row.staff_id, office_id=row.office_id)


def _end_run(run: Run, name: str, event: EventType, actor: Actor) -> None:
    move = run_move(name)
    moment = now()
    rows = Run.objects.filter(pk=run.pk, state=move.source)
    if not rows.update(state=move.target, ended_at=moment):
        raise _moved()
    for drop in (step_move("drop"), step_move("drop_ahead")):
        run.steps.filter(status=drop.source).update(status=drop.target)
    record(run.case.chain, event, actor=actor)
    run.state, run.ended_at = move.target, moment
    enqueue(notify, kind="run", staff_id=run.owner_id)
    enqueue(jobs.file_protocol, run_id=run.pk)


def _lock(run: Run, *, owner: StaffMember | None = None) -> Run:
    """The run for this transaction alone. Raises: Moved if it is over, NotYours."""
    rows = Run.objects.select_for_update(of=("self",)).select_related("case__chain")
    found = rows.get(pk=run.pk)
    if found.state != RunState.RUNNING:
        raise _moved()
    if owner is not None and found.owner_id not in access.me(owner).people:
        raise NotYours(_("Das kann nur, wer die Mitzeichnung begonnen hat."))
    return found


def _moved() -> Moved:
    return Moved(_("Dieser Schritt ist inzwischen erledigt."))

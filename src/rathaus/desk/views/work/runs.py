"""Co-signing runs: begin one, look at it, sign or refuse."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.work import common, run_form
from rathaus.records import actions as records
from rathaus.records import queries as record_queries
from rathaus.records.actions import RecordsError
from rathaus.records.models import DocumentVersion
from rathaus.records.work import actions, queries
from rathaus.records.work.models import Run, RunStep, RunTemplate
from rathaus.records.work.states import RunState, StepStatus


@require_http_methods(["GET", "POST"])
def begin(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Choose documents and steps; a template of the office fills the steps in."""
    case = common.case(request, ident, "records.file")
    documents = list(record_queries.documents_of(case))
    form = run_form.read(request, case.office)
    if request.method == "POST" and request.POST.get("act") == "start":
        picked = set(common.idents(request, "document"))
        versions = [row.current for row in documents if row.public_id in picked]
        try:
            if form.problem:
                raise RecordsError(form.problem)
            run = actions.start_run(
                case=case,
                title=form.title,
                note=form.note,
                versions=versions,
                steps=form.plans(),
                owner=request.desk.staff,
                actor=request.desk.actor(case.office),
            )
            if form.keep_as:
                actions.save_template(
                    office=case.office, name=form.keep_as, steps=form.as_template()
                )
        except RecordsError as error:
            form.errors = {"steps": common.sentence(error)}
        else:
            messages.success(request, _("Die Mitzeichnung läuft. Die Dokumente sind gesperrt."))
            return redirect("desk:run", run.public_id)
    context: dict[str, Any] = {
        "nav_current": "files",
        "case": case,
        "documents": documents,
        "form": form,
        "errors": form.errors,
        "templates": RunTemplate.objects.filter(office=case.office),
        "asks": run_form.ASKS,
        "today": today(),
        **common.choices(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/work/run_new.html", context, status=status)


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A run with its steps; forms for whoever's turn it is."""
    return page(request, _run(request, ident))


def page(request: DeskRequest, run: Run, errors: dict[str, str] | None = None) -> HttpResponse:
    """The page, after a mistake with what was typed."""
    who = common.me(request)
    running = run.state == RunState.RUNNING
    steps = list(run.steps.all())
    mine = [
        step
        for step in steps
        if running and step.status == StepStatus.CURRENT and who.owns(step.staff_id, step.office_id)
    ]
    readable = record_queries.cases_for(request.desk.staff).filter(pk=run.case_id).exists()
    owner = run.owner_id in who.people
    context = {
        "nav_current": "tasks" if mine else "files",
        "run": run,
        "steps": steps,
        "mine": mine[0] if mine else None,
        "instead_of": mine[0].staff
        if mine and mine[0].staff_id not in {None, request.desk.staff.pk}
        else None,
        "documents": list(run.documents.all()),
        "readable": readable,
        "can_stop": running and owner,
        "can_repeat": owner and run.state in {RunState.REFUSED, RunState.STOPPED} and readable,
        "errors": errors or {},
        "typed": request.POST if errors else {},
    }
    return render(request, "desk/work/run.html", context, status=422 if errors else 200)


@require_POST
def answer(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """Sign, take note, refuse, or as owner leave a step out."""
    run = _run(request, ident)
    step = RunStep.objects.select_related("run__case__chain", "staff").filter(
        run=run, number=number
    ).first()  # fmt: skip
    if step is None:
        raise Http404
    act = params.text(request.POST, "act", 10)
    text = params.lines(request.POST, "comment", 2000)
    staff, actor = request.desk.staff, request.desk.actor(run.case.office)
    if step.office is not None and step.office_id in common.me(request).offices:
        actor = request.desk.actor(step.office)
    try:
        if act == "refuse":
            actions.refuse_step(step=step, staff=staff, actor=actor, reason=text)
            messages.success(request, _("Nicht gezeichnet. Die Mitzeichnung geht zurück."))
        elif act == "skip":
            actions.skip_step(step=step, staff=staff, actor=actor, reason=text)
            messages.success(request, _("Der Schritt entfällt."))
        else:
            done = actions.do_step(step=step, staff=staff, actor=actor, comment=text)
            messages.success(
                request, _("Erledigt: %(what)s.") % {"what": done.get_result_display()}
            )
    except RecordsError as error:
        field = f"skip{number}" if act == "skip" else "comment"
        return page(request, run, {field: common.sentence(error)})
    # Whoever was only asked may not read the run any more once it is over.
    still = queries.runs_for(staff).filter(pk=run.pk).exists()
    return redirect("desk:run", ident) if still else redirect(_waiting())


@require_POST
def stop(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The owner ends the run early, or begins it anew after it came back."""
    run = _run(request, ident)
    staff, actor = request.desk.staff, request.desk.actor(run.case.office)
    try:
        if request.POST.get("act") == "repeat":
            request.desk.require("records.file", run.case.office)
            documents = {row.version.document_id for row in run.documents.all()}
            rows = record_queries.documents_of(run.case).filter(pk__in=documents)
            again = actions.repeat_run(
                run=run, versions=[row.current for row in rows], owner=staff, actor=actor
            )
            messages.success(request, _("Die Mitzeichnung läuft mit den neuesten Fassungen."))
            return redirect("desk:run", again.public_id)
        reason = params.text(request.POST, "reason", 500)
        actions.stop_run(run=run, staff=staff, actor=actor, reason=reason)
        messages.success(request, _("Die Mitzeichnung ist abgebrochen."))
    except RecordsError as error:
        return page(request, run, {"reason": common.sentence(error)})
    return redirect("desk:run", ident)


@require_safe
def file(request: DeskRequest, ident: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """A version that is signed, for whoever may see the run."""
    run = _run(request, ident)
    try:
        version = queries.version_in_run(run, key)
        content = version.blob.read()
    except DocumentVersion.DoesNotExist:
        raise Http404 from None
    except (StorageDamaged, StorageShredded):
        title = _("Dieses Dokument ist nicht lesbar. Bitte melden Sie es sofort dem Betrieb.")
        return render(request, "desk/gone.html", {"title": title}, status=410)
    records.note_view(version=version, actor=request.desk.actor())
    return files.attachment(content, version.name, version.content_type)


@require_http_methods(["GET", "POST"])
def templates(request: DeskRequest) -> HttpResponse:
    """Templates of the offices one works for; heads can delete them."""
    offices = request.desk.office_ids("records.file")
    rows = RunTemplate.objects.filter(office__in=offices).select_related("office")
    if request.method == "POST":
        for row in rows.filter(public_id__in=common.idents(request, "template")[:1]):
            request.desk.require("records.lead", row.office)
            row.delete()
            messages.success(request, _("Die Vorlage ist gelöscht."))
        return redirect("desk:run_templates")
    found = [
        {
            "row": row,
            "steps": run_form.described(row.steps),
            "can": request.desk.can("records.lead", row.office),
        }
        for row in rows
    ]
    return render(request, "desk/work/run_templates.html", {"nav_current": "tasks", "rows": found})


def _run(request: DeskRequest, ident: uuid.UUID) -> Run:
    try:
        return queries.run_for(common.me(request), ident)
    except Run.DoesNotExist:
        raise Http404 from None


def _waiting() -> str:
    return reverse("desk:tasks") + "?zeige=sign"

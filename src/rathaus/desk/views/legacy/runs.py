"""Imports of legacy files: prepare, dry run, file, report."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.legacy import common
from rathaus.records.legacy import actions, problems, queries, report
from rathaus.records.legacy.errors import LegacyError, MappingInvalid, SourceUnusable
from rathaus.records.legacy.mapping import FIELDS, Mapping, levels_of, words_of
from rathaus.records.legacy.models import ImportRun, Source
from rathaus.records.legacy.sources import table
from rathaus.records.legacy.states import RunState, possible
from rathaus.records.models import FilingPlanEntry
from rathaus.records.names import safe_name

PAGE = 50
BAD = 20
LABELS = {
    "file": gettext_lazy("Datei (Pfad)"),
    "plan": gettext_lazy("Aktenplan"),
    "dossier": gettext_lazy("Akte"),
    "case": gettext_lazy("Vorgang"),
    "old_reference": gettext_lazy("Altes Aktenzeichen"),
    "title": gettext_lazy("Titel des Dokuments"),
    "date": gettext_lazy("Datum"),
    "closed": gettext_lazy("Abgeschlossen am"),
    "office": gettext_lazy("Amt"),
}
CLOSINGS = [
    ("name", gettext_lazy("Jahr im Namen, sonst jüngstes Dokument")),
    ("last", gettext_lazy("jüngstes Dokument")),
    ("open", gettext_lazy("bleiben offen")),
]
STEPS = {"read", "change", "start", "pause", "resume", "cancel"}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All imports, newest first."""
    rows = queries.runs_for(request.desk.staff)
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        **common.NAV,
        "rows": [{"run": run, "tone": common.TONES[RunState(run.state)]} for run in found[:PAGE]],
        "next_url": reverse("desk:legacy_runs") + params.query(nach=more) if more else "",
    }
    return render(request, "desk/legacy/runs.html", context)


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """Choose folder or table."""
    offices = request.desk.offices("legacy.import")
    values = {key: params.text(request.POST, key, 300) for key in ("amt", "ordner", "art")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        office = next((one for one in offices if one.key == values["amt"]), None)
        base = common.chosen_folder(values["ordner"])
        given = request.FILES.get("tabelle") if values["art"] == "table" else None
        if office is None:
            errors["amt"] = _("Wählen Sie das Amt, dem die Akten gehören.")
        if not base:
            errors["ordner"] = _("Wählen Sie einen der Ordner.")
        if values["art"] == "table" and given is None:
            errors["tabelle"] = _("Wählen Sie die Tabelle (CSV) aus.")
        if office is not None and not errors:
            try:
                run = actions.make_run(
                    office=office,
                    base=base,
                    name=safe_name(given.name or "") if given else values["ordner"],
                    actor=request.desk.actor(office),
                    table_content=given.read() if given else None,
                )
                return redirect("desk:legacy_run", run.public_id)
            except SourceUnusable as error:
                errors["tabelle" if given else "ordner"] = str(error)
    context = {
        **common.NAV,
        "offices": offices,
        "folders": common.folders(),
        "values": values,
        "errors": errors,
    }
    return render(request, "desk/legacy/new.html", context, status=422 if errors else 200)


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Where the import stands, what it found, what can be done."""
    return _page(request, common.run_of(request, ident))


def _page(
    request: DeskRequest,
    run: ImportRun,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    read = run.state in {RunState.CHECKED, RunState.RUNNING, RunState.PAUSED, RunState.DONE}
    found = queries.findings(run) if read else None
    bad = queries.first_problems(run, BAD) if read else []
    context = {
        **common.NAV,
        "run": run,
        "tone": common.TONES[RunState(run.state)],
        "possible": possible(run.state),
        "found": found,
        "problems": [(problems.text(code), n) for code, n in found.problems] if found else (),
        "bad_in_all": run.problems + run.failed + run.duplicates,
        "left_out": run.problems + run.failed,
        "bad": [(item, problems.text(item.problem, item.detail)) for item in bad],
        "errors": errors or {},
        "events": history.history(run.chain)[::-1],
        "working": run.state in {RunState.READING, RunState.RUNNING},
        **(_mapping(run, typed) if run.state == RunState.DRAFT else {}),
    }
    return render(request, "desk/legacy/run.html", context, status=422 if errors else 200)


def _mapping(run: ImportRun, typed: dict[str, Any] | None) -> dict[str, Any]:
    data = {**run.mapping.model_dump(mode="json"), **(typed or {})}
    context: dict[str, Any] = {
        "values": data,
        "levels": typed["text"] if typed else words_of(run.mapping.levels),
        "closings": CLOSINGS,
        "plan": FilingPlanEntry.objects.order_by("code"),
    }
    if run.source == Source.TABLE and run.table is not None:
        try:
            header = table.header(run.table.read(), Mapping(separator=data["separator"]))
        except SourceUnusable:
            header = []
        context["columns"] = [
            {"field": key, "label": LABELS[key], "column": data["columns"].get(key, -1)}
            for key in FIELDS
        ]
        context["header"] = list(enumerate(cell[:60] for cell in header[:100]))
    return context


@require_POST
def mapping(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Save how levels or columns become places, and begin the dry run."""
    run = common.run_of(request, ident)
    text = params.text(request.POST, "levels", 120)
    data: dict[str, Any] = {
        "plan_code": params.text(request.POST, "plan_code", 20),
        "dossier": params.text(request.POST, "dossier", 200),
        "closing": params.text(request.POST, "closing", 10),
        "separator": run.mapping.separator,
        "encoding": run.mapping.encoding,
        "columns": _columns(request),
    }
    actor = request.desk.actor(run.office)
    try:
        data["levels"] = levels_of(text) if run.source == Source.FOLDER else ()
        actions.set_mapping(run=run, data=data, actor=actor)
        actions.move(run=run, step="read", actor=actor)
    except ValueError:
        errors = {"levels": _("Erlaubt sind: aktenplan, akte, vorgang, egal, mit / getrennt.")}
        return _page(request, run, errors, {**data, "levels": (), "text": text})
    except MappingInvalid as error:
        return _page(request, run, error.errors, {**data, "text": text})
    except LegacyError as error:
        messages.error(request, str(error))
    return redirect("desk:legacy_run", ident)


def _columns(request: DeskRequest) -> dict[str, int]:
    found = {}
    for key in FIELDS:
        value = params.text(request.POST, f"spalte-{key}", 4)
        if value.isdecimal():
            found[key] = int(value)
    return found


@require_POST
def step(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Start, pause, resume, cancel, change, read again."""
    run = common.run_of(request, ident)
    wanted = params.text(request.POST, "schritt", 20)
    if wanted not in STEPS:
        messages.error(request, _("Das ist hier nicht möglich."))
        return redirect("desk:legacy_run", ident)
    try:
        actions.move(run=run, step=wanted, actor=request.desk.actor(run.office))
    except LegacyError as error:
        messages.error(request, str(error))
    return redirect("desk:legacy_run", ident)


@require_GET
def report_csv(request: DeskRequest, ident: uuid.UUID) -> StreamingHttpResponse:
    """Every file with what becomes of it; ``?nur=probleme`` leaves out the good ones."""
    run = common.run_of(request, ident)
    only = request.GET.get("nur") == "probleme"
    response = StreamingHttpResponse(
        report.rows(run, only_problems=only), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="bericht-{run.reference}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response

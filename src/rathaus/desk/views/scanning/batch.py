"""One batch: begin, look, choose the case, hand over, give up."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan.form import sentence
from rathaus.desk.views.scanning import common
from rathaus.records import queries as records
from rathaus.records.actions import RecordsError
from rathaus.records.models import Case
from rathaus.records.scanning import actions, note, queries
from rathaus.records.scanning.errors import NotReady, ScanningError
from rathaus.records.scanning.models import FileState, ScanBatch, ScanProfile
from rathaus.records.scanning.states import BatchState

FOLDER = 50


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """Begin a batch: profile, where the paper comes from, how many sheets."""
    profiles = ScanProfile.objects.filter(
        is_active=True, office__in=request.desk.office_ids("scan.work")
    ).select_related("office")
    values = {
        key: params.text(request.POST or request.GET, key, 200)
        for key in ("profil", "herkunft", "blaetter", "vorbereitet", "vorgang")
    }
    values["vorbereitet"] = values["vorbereitet"] or request.desk.staff.name
    errors: dict[str, str] = {}
    if request.method == "POST":
        profile = next((p for p in profiles if str(p.public_id) == values["profil"]), None)
        case = common.case_by_reference(request, values["vorgang"])
        if profile is None:
            errors["profil"] = _("Wählen Sie ein Scanprofil.")
        if values["vorgang"] and case is None:
            errors["vorgang"] = _("Diesen Vorgang gibt es nicht, oder Sie dürfen ihn nicht sehen.")
        elif refused := common.refusal(request, case):
            errors["vorgang"] = refused
        if not values["herkunft"]:
            errors["herkunft"] = _("Schreiben Sie, woher das Papier kommt.")
        if not values["blaetter"].isdecimal() or not 0 < int(values["blaetter"][:9]) <= 20_000:
            errors["blaetter"] = _("Zählen Sie die Blätter: eine Zahl von 1 bis 20.000.")
        if profile is not None and not errors:
            batch = actions.open_batch(
                profile=profile,
                origin=values["herkunft"],
                sheets=int(values["blaetter"]),
                prepared_by=values["vorbereitet"],
                case=case,
                actor=request.desk.actor(profile.office),
            )
            return redirect("desk:scan_batch", batch.public_id)
    context = {**common.NAV, "profiles": profiles, "values": values, "errors": errors}
    return render(request, "desk/scanning/new.html", context, status=422 if errors else 200)


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The batch with its files, hints, note and history."""
    return page(request, common.batch_of(request, ident))


def page(request: DeskRequest, batch: ScanBatch, error: str = "") -> HttpResponse:
    """The page of a batch, with what went wrong just now."""
    files = queries.present_files(batch)
    checks = list(batch.checks.all())
    actor = request.desk.actor(batch.office)
    rejected = queries.open_rescans(batch) if batch.state == BatchState.FAILED else []
    looking = any(file.state == FileState.WAITING for file in files)
    text = params.text(request.GET, "suche", 80)
    context = {
        **common.NAV,
        "batch": batch,
        "tone": common.TONES[BatchState(batch.state)],
        "files": files,
        "done": queries.completeness(batch),
        "looking": looking,
        "checks": checks,
        "running": next((c for c in checks if c.finished_at is None), None),
        "may_check": actor.id not in queries.scanned_by(batch),
        "is_checker": any(c.finished_at is None and c.checker == actor.id for c in checks),
        "rejected": rejected,
        "facts": note.settings_facts(batch.profile.parsed),
        "statement": note.STATEMENT,
        "events": history.history(batch.chain)[::-1],
        "stays": queries.why_paper_stays(batch) if batch.state == BatchState.PASSED else "",
        "kept": [file for file in files if file.kept_kind],
        "can_destroy": request.desk.can("scan.destroy", batch.office),
        "search": text,
        "suggestions": common.similar_cases(request, text) if batch.state == "open" else [],
        "folder": queries.folder_items(request.desk.staff, batch)[:FOLDER]
        if batch.state == BatchState.OPEN
        else (),
        "error": error,
        "helper": common.helper(),
    }
    return render(request, "desk/scanning/batch.html", context, status=422 if error else 200)


@require_POST
def place(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Choose the case by its reference or from the suggestions."""
    batch = common.batch_of(request, ident)
    wanted = params.text(request.POST, "vorgang", 80)
    case = common.case_by_reference(request, wanted)
    chosen = params.text(request.POST, "id", 40)
    if case is None and chosen:
        try:
            case = records.case_for(request.desk.staff, uuid.UUID(chosen))
        except (ValueError, Case.DoesNotExist):
            raise Http404 from None
    if case is None:
        messages.info(request, _("Kein Vorgang hat genau dieses Aktenzeichen. Wählen Sie unten."))
        target = redirect("desk:scan_batch", ident)
        target["Location"] += params.query(suche=wanted) + "#vorgang"
        return target
    if refused := common.refusal(request, case):
        messages.error(request, refused)
        return redirect("desk:scan_batch", ident)
    try:
        actions.set_case(batch=batch, case=case, actor=request.desk.actor(batch.office))
    except ScanningError as error:
        messages.error(request, str(error))
    return redirect("desk:scan_batch", ident)


@require_POST
def hand_over(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The transfer with the statement of the person."""
    batch = common.batch_of(request, ident)
    if refused := common.refusal(request, batch.case):
        return page(request, batch, refused)
    try:
        actions.transfer(
            batch=batch,
            states_match=request.POST.get("stimmt") == "ja",
            remark=params.lines(request.POST, "bemerkung", 500),
            actor=request.desk.actor(batch.office),
        )
    except NotReady as error:
        return page(request, batch, str(error))
    except RecordsError as error:  # closed at this very moment
        return page(request, batch, sentence(error))
    except ScanningError as error:
        messages.error(request, str(error))
        return redirect("desk:scan_batch", ident)
    text = _("Die Scans sind in der E-Akte. Jetzt prüft eine zweite Person die Stichprobe.")
    messages.success(request, text)
    return redirect("desk:scan_batch", ident)


@require_POST
def cancel(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Give the batch up; the paper stays where it is."""
    batch = common.batch_of(request, ident)
    reason = params.text(request.POST, "grund", 300)
    try:
        actions.cancel_batch(batch=batch, reason=reason, actor=request.desk.actor(batch.office))
    except ScanningError as error:
        messages.error(request, str(error))
        return redirect("desk:scan_batch", ident)
    messages.success(request, _("Der Stapel ist abgebrochen. Die Scans wurden gelöscht."))
    return redirect("desk:scan")

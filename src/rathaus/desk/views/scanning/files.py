"""Files of a batch: add, name, take out, scan again; small pictures of pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rathaus.core.storage import StorageDamaged, StorageFull, StorageShredded
from rathaus.core.virus import ScannerUnavailable, TooLargeToScan
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan.form import sentence
from rathaus.desk.views.scanning import common
from rathaus.records.actions import CaseIsClosed, RecordsError
from rathaus.records.models import DocumentKind
from rathaus.records.scanning import actions, queries
from rathaus.records.scanning.errors import MovedOn, NotReady, ScanningError
from rathaus.records.scanning.models import ScanPage

FROM_FOLDER = 100


@require_POST
def upload(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Files of the device; each is taken or refused for itself."""
    batch = common.batch_of(request, ident)
    actor = request.desk.actor(batch.office)
    given = request.FILES.getlist("dateien")
    if not given:
        messages.warning(request, _("Wählen Sie zuerst Dateien aus."))
    taken = 0
    for file in given:
        name = file.name or "scan"
        error = _try(
            lambda file=file, name=name: actions.add_file(  # type: ignore[misc]
                batch=batch, content=file.read(), name=name, actor=actor
            )
        )
        if error:
            messages.error(request, f"{name[:80]}: {error}")
        else:
            taken += 1
    if taken:
        text = ngettext("%(n)s Datei angenommen.", "%(n)s Dateien angenommen.", taken)
        messages.success(request, text % {"n": taken})
    return redirect("desk:scan_batch", ident)


@require_POST
def from_folder(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Ticked files of the watched scan folder."""
    batch = common.batch_of(request, ident)
    picked = set()
    for value in request.POST.getlist("pick")[:FROM_FOLDER]:
        try:
            picked.add(uuid.UUID(value))
        except ValueError:
            continue
    rows = queries.folder_items(request.desk.staff, batch).filter(public_id__in=picked)
    items = list(rows.select_related("chain"))
    if not items:
        messages.warning(request, _("Wählen Sie zuerst Dateien aus."))
        return redirect("desk:scan_batch", ident)
    actor = request.desk.actor(batch.office)
    error = _try(lambda: actions.take_items(batch=batch, items=items, actor=actor))
    if error:
        messages.error(request, error)
    else:
        text = ngettext("%(n)s Datei angenommen.", "%(n)s Dateien angenommen.", len(items))
        messages.success(request, text % {"n": len(items)})
    return redirect("desk:scan_batch", ident)


def _try(do: Callable[[], object]) -> str:
    """What went wrong, "" for nothing."""
    try:
        do()
    except ScanningError as error:
        return str(error)
    except CaseIsClosed:
        return _("Dieser Vorgang ist abgeschlossen. Nehmen Sie ihn zuerst wieder auf.")
    except RecordsError as error:  # a colleague has reserved the document, or signs it
        return sentence(error)
    except IntegrityError:
        return _("Gerade wurde eine andere Fassung abgelegt.")
    except StorageFull as error:
        return str(error)
    except TooLargeToScan:
        return _("Die Datei ist zu groß für den Virenscanner. Teilen Sie den Stapel.")
    except ScannerUnavailable:
        return _("Der Virenscanner antwortet nicht. Versuchen Sie es in einigen Minuten wieder.")
    return ""


@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Title and kind of a document, its pages, and whether its paper stays."""
    file = common.file_of(request, ident)
    error = ""
    values = {
        "titel": file.title,
        "art": file.kind,
        "bleibt": file.kept_kind,
        "ort": file.kept_where,
    }
    if request.method == "POST":
        values = {key: params.text(request.POST, key, 200) for key in values}
        try:
            actions.keep_paper_of(
                file=file,
                kind=values["bleibt"],
                where=values["ort"],
                title=values["titel"],
                document_kind=values["art"],
                actor=request.desk.actor(file.batch.office),
            )
            return redirect("desk:scan_batch", file.batch.public_id)
        except MovedOn as moved:
            messages.error(request, str(moved))
            return redirect("desk:scan_batch", file.batch.public_id)
        except NotReady as refused:
            error = str(refused)
    context = {
        **common.NAV,
        "file": file,
        "batch": file.batch,
        "pages": file.seen_pages.all()[:60],
        "values": values,
        "kinds": DocumentKind.choices,
        "excluded": file.batch.profile.parsed.excluded,
        "errors": {"ort" if "wo das" in error else "titel": error} if error else {},
    }
    return render(request, "desk/scanning/file.html", context, status=422 if error else 200)


@require_POST
def remove(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Take a file out of an open batch."""
    file = common.file_of(request, ident)
    batch = file.batch
    error = _try(lambda: actions.remove_file(file=file, actor=request.desk.actor(batch.office)))
    if error:
        messages.error(request, error)
    return redirect("desk:scan_batch", batch.public_id)


@require_http_methods(["GET", "POST"])
def rescan(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A new scan of a document with a bad page."""
    file = common.file_of(request, ident)
    batch = file.batch
    if file.document is None or file not in queries.open_rescans(batch):
        raise Http404
    bad = [
        {"number": number, "reason": reason}
        for number, reason in file.seen_pages.filter(samples__verdict="rescan")
        .order_by("number")
        .values_list("number", "samples__reason")
    ]
    error = ""
    if request.method == "POST":
        given = request.FILES.get("datei")
        if given is None:
            error = _("Wählen Sie die neu gescannte Datei aus.")
        elif request.POST.get("stimmt") != "ja":
            error = _("Bestätigen Sie, dass der Scan mit dem Papier übereinstimmt.")
        elif refused := common.refusal(request, file.document.case):
            error = refused
        else:
            content, name = given.read(), given.name or "scan"
            error = _try(
                lambda: actions.rescan_file(
                    file=file,
                    content=content,
                    name=name,
                    reason=", ".join(str(row["reason"]) for row in bad)[:300],
                    actor=request.desk.actor(batch.office),
                )
            )
        if not error:
            messages.success(request, _("Die neue Fassung liegt in der E-Akte."))
            return redirect("desk:scan_batch", batch.public_id)
    context = {**common.NAV, "file": file, "batch": batch, "bad": bad, "error": error}
    return render(request, "desk/scanning/rescan.html", context, status=422 if error else 200)


@require_GET
def picture(request: DeskRequest, pk: int) -> HttpResponse:
    """A small picture of a page, made by our own job: the only file shown in the browser."""
    batches = queries.batches_for(request.desk.staff).order_by()
    rows = ScanPage.objects.filter(file__batch__in=batches, picture__isnull=False)
    page = rows.select_related("picture").filter(pk=pk).first() if pk < 2**62 else None
    if page is None or page.picture is None:
        raise Http404
    try:
        content = page.picture.read()
    except (StorageDamaged, StorageShredded):
        raise Http404 from None
    response = HttpResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response

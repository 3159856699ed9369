"""Uploading: a plain form for everybody, parts with progress where scripts run."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.organisation.models import Office
from rathaus.records.intake import actions
from rathaus.records.intake.actions.uploads import PART, WrongOffset
from rathaus.records.intake.errors import IntakeError, MovedOn
from rathaus.records.intake.models import Upload
from rathaus.records.intake.states import Source


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """Files and folders; without script all of them in one request."""
    offices = request.desk.offices("intake.work")
    office = _office(request, params.text(request.POST, "office", 60))
    context: dict[str, Any] = {
        "nav_current": "intake",
        "offices": offices,
        "chosen": office.key if office else "",
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        "most_request": f"{settings.MAX_REQUEST_BYTES // 1024 // 1024} MB",
        "most_size": f"{settings.RATHAUS_INTAKE_MAX_MB} MB",
        "unscanned": not settings.RATHAUS_CLAMD,
    }
    if request.method != "POST":
        return render(request, "desk/intake/upload.html", context)
    if office is None:
        context["error"] = _("Wählen Sie aus, in welchen Eingangskorb die Dateien kommen.")
        return render(request, "desk/intake/upload.html", context, status=422)
    sent = [*request.FILES.getlist("files"), *request.FILES.getlist("folder")]
    if not sent:
        context["error"] = _("Wählen Sie mindestens eine Datei aus.")
        return render(request, "desk/intake/upload.html", context, status=422)
    actor, done, problems = request.desk.actor(office), 0, []
    for file in sent:
        try:
            actions.receive(
                office=office, source=Source.UPLOAD, name=file.name or "", content=file, actor=actor
            )
            done += 1
        except IntakeError as error:
            problems.append(f"{file.name}: {error}")
    if done:
        words = ngettext("%(n)s Datei ist angekommen.", "%(n)s Dateien sind angekommen.", done)
        messages.success(request, words % {"n": done})
    for problem in problems[:5]:
        messages.warning(request, problem)
    return redirect("desk:intake" if done else "desk:intake_upload")


@require_POST
def begin(request: DeskRequest) -> JsonResponse:
    """Announce a file; the answer says where to go on: ``{"url", "offset", "part"}``."""
    try:
        told = json.loads(request.body[:10_000])
        name, size = str(told["name"]), int(told["size"])
        modified, key = str(told.get("modified", "")), str(told["office"])
    except (ValueError, KeyError, TypeError):
        return _no(_("Die Angaben zur Datei fehlen."), 400)
    office = _office(request, key)
    if office is None:
        return _no(_("Dieses Amt gibt es nicht, oder Sie dürfen dort nichts hochladen."), 403)
    try:
        upload = actions.begin_upload(
            office=office,
            staff=request.desk.staff,
            name=name,
            size=size,
            modified=modified,
            actor=request.desk.actor(office),
        )
    except IntakeError as error:
        return _no(str(error), 422)
    url = reverse("desk:intake_upload_part", args=[upload.public_id])
    return JsonResponse({"url": url, "offset": upload.offset, "part": PART})


@require_POST
def part(request: DeskRequest, ident: uuid.UUID) -> JsonResponse:
    """Take the bytes from ``Upload-Offset`` on; 409 says where the upload really stands."""
    upload = (
        Upload.objects.select_related("office")
        .filter(public_id=ident, staff=request.desk.staff)
        .first()
    )
    if upload is None or not request.desk.can("intake.work", upload.office):
        return _over()
    offset = request.headers.get("Upload-Offset", "")
    content = request.read(PART + 1)
    if not offset.isdecimal() or len(offset) > 15 or len(content) > PART:
        return _no(_("Dieser Teil der Datei ist nicht lesbar."), 400)
    try:
        item = actions.add_part(
            upload=upload,
            offset=int(offset),
            content=content,
            actor=request.desk.actor(upload.office),
        )
    except WrongOffset as error:
        return JsonResponse({"offset": error.offset}, status=409)
    except MovedOn:
        return _over()
    except IntakeError as error:
        return _no(str(error), 422)
    done = reverse("desk:intake_item", args=[item.public_id]) if item else ""
    return JsonResponse({"offset": upload.offset, "done": done})


def _office(request: DeskRequest, key: str) -> Office | None:
    offices = request.desk.offices("intake.work")
    if not key and len(offices) == 1:
        return offices[0]
    return next((office for office in offices if office.key == key), None)


def _over() -> JsonResponse:
    return _no(_("Dieses Hochladen gibt es nicht mehr. Beginnen Sie von vorn."), 404)


def _no(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)

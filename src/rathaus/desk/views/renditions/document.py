"""A document as one reads it: pages as pictures, text, what is known about both."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core import storage
from rathaus.desk import lookup, panels, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.renditions import viewing
from rathaus.records import queries as records
from rathaus.records.models import DocumentVersion, RenditionKind
from rathaus.records.renditions import actions, queries, verdicts
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.reasons import reason
from rathaus.records.renditions.states import WorkState

PAGES = 20
"""Pictures on one page of the browser."""
SIZES = {"klein": 0, "breit": 0, "gross": 2000}
"""Widths in pixels that are asked for; 0: the picture made before."""
TONES = {
    WorkState.DONE: "done",
    WorkState.NOT_NEEDED: "done",
    WorkState.FAILED: "bad",
    WorkState.WAITING: "wait",
    WorkState.RUNNING: "work",
}


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The pages (or the text) of one version; that somebody looked is kept in the history."""
    version = lookup.version(request, ident)
    if not version.blob.wrapped_key:
        gone = {"title": _("Dieses Dokument wurde nach Ablauf der Frist vernichtet.")}
        return render(request, "desk/gone.html", gone, status=410)
    viewing.note(request, version)
    work = actions.ensure(version)
    made = queries.renditions_of(version)
    as_text = request.GET.get("ansicht") == "text" or RenditionKind.PREVIEW not in made
    size = request.GET.get("groesse", "")
    size = size if size in SIZES else "breit"
    first = params.text(request.GET, "ab", 5)
    begin = int(first) if first.isdecimal() and 1 <= int(first) <= max(1, work.pages) else 1
    texts = queries.text(version)
    whole = records.document_for(request.desk.staff, version.document.public_id)
    context: dict[str, Any] = {
        "nav_current": "files",
        "version": version,
        "document": version.document,
        "case": version.document.case,
        "versions": whole.versions.all(),
        "work": work,
        "waits": work.state in (WorkState.WAITING, WorkState.RUNNING),
        "failure": reason(work.reason) if work.state == WorkState.FAILED else None,
        "shapes": _shapes(work, set(made)),
        "verdict": verdicts.of(work),
        "kind": files.TYPES.get(version.content_type.partition(";")[0], version.content_type),
        "has_pictures": RenditionKind.PREVIEW in made,
        "archive": made.get(RenditionKind.PDF),
        "as_text": as_text,
        "texts": [part for part in texts if part.strip()] if as_text else [],
        "has_text": any(part.strip() for part in texts),
        "size": size,
        "pages": _pages(request, version, work, begin, size),
        "here": reverse("desk:document", args=[ident]),
        **_around(version, work, begin, size),
        "can_remake": request.desk.can("records.file", version.document.case.office)
        and work.state in (WorkState.DONE, WorkState.FAILED),
        "panels": panels.render("document_page", request, whole),
        "panel_actions": panels.render("document_actions", request, whole),
    }
    return render(request, "desk/renditions/document.html", context)


@require_safe
def picture(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """A page as picture (from 1)."""
    version = lookup.version(request, ident)
    if not viewing.is_viewing(request, version):
        viewing.note(request, version)
    width = SIZES.get(request.GET.get("groesse", ""), 0)
    return viewing.image(queries.picture(version, number, width=width) if number > 0 else None)


@require_safe
def thumb(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The first page, too small to be read: for lists, so no view of the document."""
    return viewing.image(queries.picture(lookup.version(request, ident), 0))


@require_safe
def archive(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The PDF/A to keep."""
    version = lookup.version(request, ident)
    row = queries.renditions_of(version).get(RenditionKind.PDF)
    if row is None:
        messages.info(
            request, _("Eine PDF/A-Fassung gibt es (noch) nicht. Laden Sie das Original.")
        )
        return redirect("desk:document", ident)
    try:
        content = row.blob.read()
    except (storage.StorageDamaged, storage.StorageShredded):
        messages.error(
            request, _("Die PDF/A-Fassung ist beschädigt. Das Original können Sie laden.")
        )
        return redirect("desk:document", ident)
    viewing.note(request, version)
    stem = version.name.rpartition(".")[0] or version.name
    return files.attachment(content, f"{stem}-pdfa.pdf", "application/pdf")


@require_POST
def remake(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Make preview, text and PDF/A anew."""
    version = lookup.version(request, ident)
    if not request.desk.can("records.file", version.document.case.office):
        raise PermissionDenied("records.file")
    if actions.retry(actions.ensure(version)):
        messages.success(request, _("Vorschau und Text werden neu gemacht."))
    else:
        messages.info(request, _("Daran wird schon gearbeitet."))
    return redirect("desk:document", ident)


def _shapes(work: RenditionWork, made: set[str]) -> list[dict[str, Any]]:
    """State of each kind; why it failed stands above, so only other reasons are named here."""
    known = {shape.kind: shape for shape in work.shapes.all()}
    waits = work.state in (WorkState.WAITING, WorkState.RUNNING)
    rows = []
    for kind in RenditionKind:
        shape = known.get(kind)
        state = WorkState(work.state if waits or shape is None else shape.state)
        if waits and kind in made:
            state = WorkState.DONE
        code = shape.reason if shape and not waits and state != WorkState.FAILED else ""
        why = reason(code).text if code else ""
        rows.append({"label": kind.label, "state": state, "tone": TONES[state], "why": why})
    return rows


def _pages(
    request: DeskRequest, version: DocumentVersion, work: RenditionWork, begin: int, size: str
) -> list[dict[str, Any]]:
    seal = viewing.seal(request, version)
    more = {"groesse": size} if SIZES[size] else {}
    return [
        {
            "number": number,
            "url": reverse("desk:document_picture", args=[version.public_id, number])
            + params.query(**more, z=seal),
        }
        for number in range(begin, min(begin + PAGES, work.pages + 1))
    ]


def _around(version: DocumentVersion, work: RenditionWork, begin: int, size: str) -> dict[str, str]:
    here = reverse("desk:document", args=[version.public_id])
    before, after = begin - PAGES, begin + PAGES
    link = {"groesse": size if size != "breit" else ""}
    return {
        "previous_url": here + params.query(**link, ab=str(max(1, before))) if begin > 1 else "",
        "next_url": here + params.query(**link, ab=str(after)) if after <= work.pages else "",
    }

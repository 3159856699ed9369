"""Redaction: one page after the other, searching, drawing, making the new document."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.storage import StorageDamaged
from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import common
from rathaus.records import actions as records
from rathaus.records.work import actions, queries
from rathaus.records.work.errors import WorkError
from rathaus.records.work.models import (
    Redaction,
    RedactionBox,
    RedactionReason,
    RedactionState,
)
from rathaus.records.work.redaction import finding

POINTS_PER_MM = 72 / 25.4


@require_POST
def begin(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Prepare the pages of a version; that somebody looks at them is an event."""
    version = lookup.version(request, ident)
    office = version.document.case.office
    request.desk.require("records.file", office)
    try:
        row = actions.begin_redaction(version=version, staff=request.desk.staff)
    except WorkError as error:
        messages.warning(request, str(error))
        return redirect(common.document_url(version.document))
    records.note_view(version=version, actor=request.desk.actor(office))
    return redirect("desk:redaction", row.public_id)


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The page of the document with its areas, the searches, and the way to the end."""
    return page(request, _redaction(request, ident))


def page(
    request: DeskRequest, row: Redaction, errors: dict[str, str] | None = None
) -> HttpResponse:
    """The page, after a mistake with what was typed."""
    typed = request.POST if errors else request.GET
    wanted = params.text(typed, "seite", 5)
    number = int(wanted) if wanted.isdigit() else 1
    number = min(max(number, 1), max(row.total, 1))
    boxes = list(row.boxes.all())
    sheet = row.pages.filter(number=number).first() if row.state == RedactionState.OPEN else None
    context: dict[str, Any] = {
        "nav_current": "files",
        "redaction": row,
        "document": row.version.document,
        "case": row.version.document.case,
        "number": number,
        "sheet": sheet,
        "size": _millimetres(sheet) if sheet else None,
        "shapes": [_shape(box, sheet) for box in boxes if sheet and box.page == number],
        "here_count": sum(box.page == number for box in boxes),
        "boxes": boxes,
        "marked": sorted({box.page for box in boxes}),
        "patterns": finding.LABELS.items(),
        "reasons": RedactionReason.choices,
        "numbers": range(1, row.total + 1) if row.total <= 60 else [],
        "title": typed.get("title")
        or _("Geschwärzte Fassung: %(title)s") % {"title": row.version.document.title},
        "typed": request.POST if errors else {},
        "errors": errors or {},
    }
    return render(request, "desk/work/redaction.html", context, status=422 if errors else 200)


@require_safe
def picture(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """The picture of a page; never kept by the browser."""
    row = _redaction(request, ident)
    sheet = row.pages.filter(number=number).select_related("picture").first()
    if sheet is None:
        raise Http404
    try:
        content = sheet.picture.read()
    except StorageDamaged:
        raise Http404 from None
    response = HttpResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def change(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Search, draw, take away, make, drop."""
    row = _redaction(request, ident)
    request.desk.require("records.file", row.version.document.case.office)
    act = params.text(request.POST, "act", 10)
    acts = {
        "find": _find,
        "draw": _draw,
        "remove": _remove,
        "make": _make,
        "drop": _drop,
    }
    if act not in acts:
        raise Http404
    field = {"find": "words", "draw": "left", "make": "title"}.get(act, "title")
    try:
        response = acts[act](request, row)
    except WorkError as error:
        return page(request, row, {field: str(error)})
    if response is not None:
        return response
    number = params.text(request.POST, "seite", 5)
    target = reverse("desk:redaction", args=[ident])
    return redirect(target + (f"?seite={int(number)}" if number.isdigit() else ""))


def _find(request: DeskRequest, row: Redaction) -> None:
    words = params.lines(request.POST, "words", 2000).split("\n")
    found = actions.find_areas(
        redaction=row,
        patterns=request.POST.getlist("pattern"),
        words=[word for word in words if len(word.strip()) > 1],
        reason=params.text(request.POST, "reason", 12),
    )
    text = ngettext("%(n)s Fläche markiert.", "%(n)s Flächen markiert.", found)
    messages.success(request, text % {"n": found})


def _draw(request: DeskRequest, row: Redaction) -> None:
    number = params.text(request.POST, "seite", 5)
    sheet = row.pages.filter(number=int(number) if number.isdigit() else 0).first()
    if sheet is None:
        raise WorkError(_("Diese Seite gibt es nicht."))
    values = [_number(request, name) for name in ("left", "top", "width", "height")]
    if None in values:
        raise WorkError(_("Geben Sie alle vier Maße in Millimetern an, zum Beispiel 25 oder 12,5."))
    left, top, width, height = (value or 0.0 for value in values)
    wide, high = _millimetres(sheet)
    actions.add_box(
        redaction=row,
        page=sheet.number,
        corners=(left / wide, top / high, (left + width) / wide, (top + height) / high),
        reason=params.text(request.POST, "reason", 12),
    )


def _remove(request: DeskRequest, row: Redaction) -> None:
    keys = [int(value) for value in request.POST.getlist("box")[:2000] if value.isdigit()]
    gone = actions.remove_boxes(redaction=row, keys=[key for key in keys if key < 2**62])
    text = ngettext("%(n)s Fläche entfernt.", "%(n)s Flächen entfernt.", gone)
    messages.info(request, text % {"n": gone})


def _make(request: DeskRequest, row: Redaction) -> HttpResponse:
    title = params.text(request.POST, "title", 250)
    actions.make_redaction(redaction=row, title=title, staff=request.desk.staff)
    messages.success(request, _("Die geschwärzte Fassung wird erstellt."))
    return redirect("desk:redaction", row.public_id)


def _drop(request: DeskRequest, row: Redaction) -> HttpResponse:
    actions.drop_redaction(redaction=row)
    messages.info(request, _("Die Schwärzung ist verworfen. Das Original ist unverändert."))
    return redirect(common.document_url(row.version.document))


def _number(request: DeskRequest, name: str) -> float | None:
    try:
        value = float(params.text(request.POST, name, 12).replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value < 100_000 else None


def _millimetres(sheet: Any) -> tuple[float, float]:
    return sheet.width / POINTS_PER_MM, sheet.height / POINTS_PER_MM


def _shape(box: RedactionBox, sheet: Any) -> dict[str, Any]:
    """An area in the units of the picture's frame."""
    return {
        "box": box,
        "x": box.left * sheet.width // 10000,
        "y": box.top * sheet.height // 10000,
        "width": max(1, (box.right - box.left) * sheet.width // 10000),
        "height": max(1, (box.bottom - box.top) * sheet.height // 10000),
    }


def _redaction(request: DeskRequest, ident: uuid.UUID) -> Redaction:
    try:
        return queries.redaction_for(request.desk.staff, ident)
    except Redaction.DoesNotExist:
        raise Http404 from None

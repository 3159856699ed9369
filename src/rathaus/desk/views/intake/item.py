"""One item: what it is, where it came from, and what can be done with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.intake import rows
from rathaus.organisation import queries as organisation
from rathaus.records.intake import actions, marks, originals, queries, reasons
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Item, PageImage, Work
from rathaus.records.intake.reading import kinds
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Direction

SHOWN = 60
"""Page pictures on the page of an item; the rest is on the page for work on pages."""


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The item with its pictures, facts, suggestions and history."""
    try:
        return _page(request, rows.item_of(request, ident))
    except Http404:
        return _isolated(request, ident)


def _isolated(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    try:
        item = queries.isolated_for(request.desk.staff, ident)
    except Item.DoesNotExist:
        raise Http404 from None
    context = {
        "nav_current": "intake",
        "item": item,
        "tone": rows.TONES[ItemState.QUARANTINED],
        "events": history.history(item.chain)[::-1],
        "may_look": request.desk.can("intake.quarantine", item.office),
    }
    return render(request, "desk/intake/isolated.html", context)


def _page(request: DeskRequest, item: Item, **more: Any) -> HttpResponse:
    staff = request.desk.staff
    below = queries.items_for(staff).filter(parent=item).for_lists().order_by("position", "pk")
    companions = queries.items_for(staff).filter(beside=item).for_lists()
    relatives = [*below, *companions]
    hints = queries.hints_for(staff, relatives)
    suggestions = queries.suggestions_for(staff, item) if item.state == ItemState.READY else []
    duplicates = queries.duplicates(staff, item) if item.is_open else []
    context = {
        "nav_current": "intake",
        "item": item,
        "tone": rows.TONES[ItemState(item.state)],
        "reason": reasons.of(item),
        "type": rows.type_label(item) if item.content_type else _("wird noch bestimmt"),
        "marks": marks.describe(item.marks),
        "virus": rows.virus_words(item),
        "signature": rows.signature_words(item.signature),
        "images": list(item.images.values_list("number", flat=True)[:SHOWN]),
        "suggestions": [rows.suggested(one) for one in suggestions],
        "duplicates": duplicates,
        "children": [rows.row(one, hints) for one in relatives],
        "kept": originals.kept(item) if item.state == ItemState.REPLACED else None,
        "parent": queries.items_for(staff).filter(children=item).first(),
        "origins": item.origins.select_related("original").filter(
            Q(original=None) | Q(original__in=queries.items_for(staff).order_by().values("pk"))
        ),
        "parts": queries.items_for(staff)
        .filter(origins__original=item)
        .distinct()
        .order_by("position", "pk"),
        "events": history.history(item.chain)[::-1],
        "offices": [o for o in organisation.offices() if o.pk != item.office_id],
        "directions": Direction.choices,
        "is_zip": item.content_type == kinds.ZIP and item.state == ItemState.READY,
        "has_pages": bool(item.pages) and item.state == ItemState.READY,
        "can_work": request.desk.can("intake.work", item.office),
        "can_file": request.desk.can("records.file", item.office),
        "filed_in": _filed_in(request, item),
        "work": queries.work_on(item) if item.state in {"ready", "working"} else None,
        "typed": {},
        **more,
    }
    return render(request, "desk/intake/item.html", context, status=422 if "error" in more else 200)


def _filed_in(request: DeskRequest, item: Item) -> Any:
    from rathaus.records import queries as records

    if item.document_id is None:
        return None
    return records.cases_for(request.desk.staff).filter(documents=item.document_id).first()


@require_POST
def describe(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Title, sender, direction, date."""
    item = rows.item_of(request, ident, "intake.work")
    typed = {
        "title": params.text(request.POST, "title", 300),
        "sender": params.text(request.POST, "sender", 200),
        "direction": params.text(request.POST, "direction", 10),
        "dated_on": params.text(request.POST, "dated_on", 20),
    }
    day = params.day(request.POST, "dated_on")
    if typed["dated_on"] and day is None:
        error = _("Dieses Datum gibt es nicht. Schreiben Sie es so: 9.3.2027.")
        return _page(request, item, typed=typed, error=error)
    try:
        actions.describe(
            item=item,
            title=typed["title"],
            sender=typed["sender"],
            direction=typed["direction"],
            dated_on=day,
            actor=request.desk.actor(item.office),
        )
    except IntakeError as error:
        return _page(request, item, typed=typed, error=str(error))
    messages.success(request, _("Gespeichert."))
    return redirect("desk:intake_item", ident)


@require_http_methods(["GET", "POST"])
def discard(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Throw away, with a reason."""
    item = rows.item_of(request, ident, "intake.work")
    context: dict[str, Any] = {"nav_current": "intake", "item": item}
    if request.method == "POST":
        context["reason"] = params.lines(request.POST, "reason", 500)
        try:
            actor = request.desk.actor(item.office)
            actions.discard(item=item, reason=context["reason"], actor=actor)
        except IntakeError as error:
            context["error"] = str(error)
            return render(request, "desk/intake/discard.html", context, status=422)
        messages.success(request, _("Verworfen. 30 Tage lang können Sie es wiederherstellen."))
        return redirect("desk:intake")
    return render(request, "desk/intake/discard.html", context)


def _step(
    request: DeskRequest, ident: uuid.UUID, act: Callable[[Item], Any], done: str
) -> HttpResponse:
    item = rows.item_of(request, ident, "intake.work")
    try:
        act(item)
        messages.success(request, done)
    except IntakeError as error:
        messages.error(request, str(error))
    return redirect("desk:intake_item", ident)


@require_POST
def restore(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Bring back what was thrown away."""

    def act(item: Item) -> None:
        actions.restore(item=item, actor=request.desk.actor(item.office))

    return _step(request, ident, act, _("Wiederhergestellt. Die Prüfung läuft noch einmal."))


@require_POST
def retry(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Check a failed item again."""

    def act(item: Item) -> None:
        actions.retry(item=item, actor=request.desk.actor(item.office))

    return _step(request, ident, act, _("Die Prüfung läuft noch einmal."))


@require_POST
def undo(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Take page work back."""

    def act(item: Item) -> None:
        actions.undo(item=item, actor=request.desk.actor(item.office))

    return _step(request, ident, act, _("Das Original ist wieder da, seine Teile sind verworfen."))


@require_POST
def unpack(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Unpack a zip file, by job."""
    return _order(request, ident, actions.order_unpacking)


@require_POST
def separate(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Divide a stack at its separator sheets, by job."""
    return _order(request, ident, actions.order_separation)


def _order(request: DeskRequest, ident: uuid.UUID, act: Callable[..., Work]) -> HttpResponse:
    item = rows.item_of(request, ident, "intake.work")
    try:
        work = act(item=item, actor=request.desk.actor(item.office))
    except IntakeError as error:
        messages.error(request, str(error))
        return redirect("desk:intake_item", ident)
    return redirect("desk:intake_work", work.public_id)


@require_POST
def move(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Give it to another office."""
    item = rows.item_of(request, ident, "intake.work")
    key = params.text(request.POST, "office", 60)
    office = next((one for one in organisation.offices() if one.key == key), None)
    if office is None:
        messages.warning(request, _("Wählen Sie das Amt aus."))
        return redirect("desk:intake_item", ident)
    try:
        actions.move_to_office(item=item, office=office, actor=request.desk.actor(item.office))
    except IntakeError as error:
        messages.error(request, str(error))
        return redirect("desk:intake_item", ident)
    messages.success(
        request, _("Liegt jetzt im Eingangskorb: %(office)s.") % {"office": office.name}
    )
    return redirect("desk:intake")


@require_safe
def original(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The bytes as they came, always for saving, never shown on our address."""
    item = rows.item_of(request, ident)
    if not item.is_open:
        messages.error(
            request, _("Diese Datei ist noch nicht geprüft und kann nicht geladen werden.")
        )
        return redirect("desk:intake_item", ident)
    try:
        content = item.read()
    except (StorageDamaged, StorageShredded):
        context = {
            "title": _("Diese Datei ist nicht lesbar."),
            "text": _("Bitte melden Sie es dem Betrieb."),
        }
        return render(request, "desk/gone.html", context, status=500)
    actions.note_view(item=item, actor=request.desk.actor(item.office))
    return files.attachment(content, item.name, item.content_type)


@require_safe
def image(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """The small picture of a page, made by us."""
    item = rows.item_of(request, ident)
    found = PageImage.objects.select_related("blob").filter(item=item, number=number).first()
    if found is None or not item.is_open:
        raise Http404
    try:
        content = found.blob.read()
    except (StorageDamaged, StorageShredded):
        raise Http404 from None
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response

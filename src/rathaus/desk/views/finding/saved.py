"""Searches with a name."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import search
from rathaus.records.finding import actions, queries
from rathaus.records.finding.actions import CannotSave
from rathaus.records.finding.wanted import MAX_ADDRESS, Wanted


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Open a saved search; what is there now counts as seen."""
    staff = request.desk.staff
    found = queries.saved_for(staff).filter(public_id=ident).first()
    if found is None:
        raise Http404
    if request.method == "GET":
        position = queries.newest_of(staff, found)
        actions.looked(search=found, staff=staff, position=position)
    return redirect(f"{reverse('desk:search')}?{found.address}")


@require_POST
def save(request: DeskRequest) -> HttpResponse:
    """Keep the search of the page under a name."""
    address = request.POST.get("suche", "")[:MAX_ADDRESS]
    wanted = Wanted.from_address(address)
    name = params.text(request.POST, "name", 200)
    key = params.text(request.POST, "amt", 60)
    office = next((o for o in request.desk.offices("records.view") if o.key == key), None)
    try:
        if key and office is None:
            raise CannotSave(_("Mit diesem Amt können Sie nichts teilen."))
        found = actions.save(staff=request.desk.staff, name=name, wanted=wanted, office=office)
    except CannotSave as error:
        context = search.page(
            request, wanted, save_error=str(error), save_name=name, save_office=key
        )
        return render(request, "desk/search.html", context, status=422)
    position = queries.newest_of(request.desk.staff, found)
    actions.looked(search=found, staff=request.desk.staff, position=position)
    messages.success(
        request, _("Die Suche ist gespeichert. Sie finden sie hier und bei den Akten.")
    )
    return redirect(f"{reverse('desk:search')}?{found.address}")


@require_POST
def delete(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Delete an own search; results and documents are not touched."""
    if not actions.delete(staff=request.desk.staff, public_id=ident):
        raise Http404
    messages.success(request, _("Die gespeicherte Suche ist gelöscht."))
    return redirect("desk:search")

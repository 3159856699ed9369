"""Hilfe: who helps me with what, by name and telephone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.desk.access import Desk, DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Role, StaffMember


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The own heads first, then whoever has a role for the whole town."""
    context = {
        "nav_current": "help",
        "groups": [group for group in _groups(request.desk) if group["people"]],
        "can_search": request.desk.can("records.view"),
    }
    return render(request, "desk/help.html", context)


def _groups(desk: Desk) -> list[dict[str, Any]]:
    offices = {office.pk for office in desk.own_offices}
    by_role: dict[str, dict[int, StaffMember]] = {}
    for row in organisation.responsible():
        if row.role != Role.HEAD or row.office_id in offices:
            by_role.setdefault(row.role, {})[row.staff_id] = row.staff
    return [
        {"title": title, "what": what, "people": list(by_role.get(role, {}).values())}
        for role, title, what in (
            (Role.HEAD, _("Leitung"), _("Verteilung der Vorgänge, Vertretung, fehlende Rechte")),
            (Role.OPERATOR, _("Betrieb"), _("Anmeldung, Kennwort, Zugang, Störungen")),
            (Role.DESIGNER, _("Digitalisierung"), _("Formulare, Gebühren und Texte der Schreiben")),
            (
                Role.RECORDS_MANAGER,
                _("Schriftgutverwaltung"),
                _("Aktenplan, Ablegen, Scannen, Aufbewahren und Aussondern"),
            ),
            (Role.CASHIER, _("Kasse"), _("Zahlungen, Erstattungen, Kassenzeichen")),
        )
    ]

"""Scan profiles: list, new, change (a new version each time)."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.scanning import common
from rathaus.records.scanning import actions, note
from rathaus.records.scanning.errors import MovedOn, ProfileInvalid
from rathaus.records.scanning.models import ScanProfile
from rathaus.records.scanning.profile import Colour, FileFormat, Need

NUMBERS = ("resolution", "sample_percent", "sample_minimum", "paper_count")
CHOICES = ("colour", "format", "integrity", "availability", "confidentiality", "paper_unit")
DEFAULTS: dict[str, Any] = {
    "resolution": 300,
    "colour": "colour",
    "format": "pdfa",
    "duplex": True,
    "integrity": "normal",
    "availability": "normal",
    "confidentiality": "normal",
    "sample_percent": 10,
    "sample_minimum": 5,
    "paper_count": 6,
    "paper_unit": "weeks",
    "excluded": ["Urkunden", "Verträge mit Originalunterschrift"],
    "device": "",
    "note": "",
}
UNITS = [("weeks", gettext_lazy("Wochen")), ("working_days", gettext_lazy("Arbeitstage"))]


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All profiles of one's offices."""
    rows = ScanProfile.objects.filter(office__in=request.desk.office_ids("scan.work"))
    newest = {
        version.profile_id: version
        for profile in rows.prefetch_related("versions")
        for version in profile.versions.all()
        if version.number == profile.latest
    }
    context = {
        **common.NAV,
        "rows": [
            {"profile": row, "data": newest[row.pk].parsed} for row in rows.select_related("office")
        ],
        "can_manage": request.desk.can("scan.manage"),
    }
    return render(request, "desk/scanning/profiles.html", context)


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """A new profile."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """One profile with its versions; whoever may changes it."""
    rows = ScanProfile.objects.filter(office__in=request.desk.office_ids("scan.work"))
    profile = rows.select_related("office", "chain").filter(public_id=ident).first()
    if profile is None:
        raise Http404
    return _form(request, profile)


def _form(request: DeskRequest, profile: ScanProfile | None) -> HttpResponse:
    offices = request.desk.offices("scan.manage")
    newest = profile.versions.get(number=profile.latest) if profile else None
    data = {**DEFAULTS, **(newest.data if newest else {})}
    name = profile.name if profile else ""
    active = profile.is_active if profile else True
    key = profile.office.key if profile else ""
    errors: dict[str, str] = {}
    if request.method == "POST":
        key = params.text(request.POST, "office", 60) if profile is None else key
        office = next((one for one in offices if one.key == key), None)
        if office is None:
            raise PermissionDenied("scan.manage")
        name, data = params.text(request.POST, "name", 100), _read(request)
        active = profile is None or request.POST.get("active") == "ja"
        try:
            saved = actions.save_profile(
                name=name,
                office=office,
                data=data,
                profile=profile,
                active=active,
                actor=request.desk.actor(office),
            )
            messages.success(request, _("Das Profil ist gespeichert."))
            return redirect("desk:scan_profile", saved.public_id)
        except ProfileInvalid as error:
            errors = error.errors
        except MovedOn:
            errors["name"] = _("Jemand anders hat das Profil gerade geändert. Laden Sie neu.")
    context = {
        **common.NAV,
        "profile": profile,
        "name": name,
        "active": active,
        "office_key": key,
        "values": {**data, "excluded": "\n".join(data["excluded"])},
        "errors": errors,
        "offices": offices,
        "colours": Colour.choices,
        "formats": FileFormat.choices,
        "needs": Need.choices,
        "units": UNITS,
        "facts": note.settings_facts(newest.parsed) if newest else (),
        "versions": profile.versions.all() if profile else (),
        "events": history.history(profile.chain)[::-1] if profile else (),
        "can_manage": request.desk.can("scan.manage", profile.office if profile else None),
    }
    return render(request, "desk/scanning/profile.html", context, status=422 if errors else 200)


def _read(request: DeskRequest) -> dict[str, Any]:
    post = request.POST
    data: dict[str, Any] = {key: params.text(post, key, 12) for key in (*NUMBERS, *CHOICES)}
    data["device"] = params.text(post, "device", 100)
    data["note"] = params.lines(post, "note", 1000)
    data["duplex"] = post.get("duplex") == "ja"
    lines = params.lines(post, "excluded", 4000).split("\n")
    data["excluded"] = [line.strip() for line in lines if line.strip()]
    return data

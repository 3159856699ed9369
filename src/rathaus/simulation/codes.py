"""The phones of the demo town's staff: the code that each Anmelde-App shows now."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rathaus.organisation.models import StaffMember, Town
from rathaus.simulation.demo import codes
from rathaus.simulation.demo.welcome import ROLES


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Codes of the invented people; a real town's people are not shown, whatever is set."""
    demo = Town.objects.filter(is_demo=True).exists()
    context = {"people": _people() if demo else [], "seconds": codes.seconds_left()}
    return render(request, "simulation/codes.html", context)


def _people() -> list[dict[str, Any]]:
    secrets = {
        row.user_id: decrypt(row.data["secret"])
        for row in Authenticator.objects.filter(type="totp")
    }
    return [
        {
            "name": staff.name,
            "login": staff.user.login,
            "work": ROLES.get(staff.user.login, staff.title),
            "code": codes.shown(secrets[staff.user_id]),
            "next": codes.shown(secrets[staff.user_id], steps=1),
        }
        for staff in StaffMember.objects.select_related("user")
        if staff.user_id in secrets
    ]

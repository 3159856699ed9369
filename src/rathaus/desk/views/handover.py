"""The slip to hand over: reference and access code of a case."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from rathaus.desk import lookup
from rathaus.desk.access import DeskRequest


@require_POST
def slip(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Show and print the code. By POST, so that it stands in no address and no history."""
    application = lookup.application(request, ident, "case.enter")
    context = {
        "nav_current": "basket",
        "application": application,
        "code": application.code,
        "address": f"{settings.BASE_URL}/vorgang/",
    }
    return render(request, "desk/slip.html", context)

"""Writing to the town hall about a case."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rathaus.portal import asked, fields, limits
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.proceedings import actions
from rathaus.theme.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def message(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Text and files; what was typed and uploaded stays if something is wrong."""
    application = application_for(request, application_id)
    if not limits.allow_upload(request):
        return too_many(request, retry_minutes=30)
    question = asked.ask(fields.message(), request, owner=application.public_id)
    if question.is_valid():
        asked.require_files(question, request, ["message"])
    if question.is_valid():
        if not limits.allow_form(request, "message", limit=20):
            return too_many(request, retry_minutes=30)
        actions.send_message(
            application=application,
            text=question.cleaned["text"],
            actor=actor_for(application),
            owner=application.public_id,
            files=asked.file_ids(question, ["message"]),
        )
        way = reverse("portal:status", args=[application_id])
        response = redirect(f"{way}?neu=nachricht#nachrichten")
        response.status_code = 303
        return response
    facts = {
        "application": application,
        "service": application.service,
        "bound": question,
        "office": application.case.office,
        "nav_current": "cases",
    }
    return render(request, "portal/message.html", facts)

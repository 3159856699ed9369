"""Answering what the town hall asked for."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.forms.bound import BoundStep
from rathaus.forms.definition import Field, FieldType, FormDefinition
from rathaus.portal import asked, fields, limits
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.proceedings import actions
from rathaus.proceedings.models import CorrectionRequest
from rathaus.proceedings.states import MoveRefused
from rathaus.theme.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def answer(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """One question per item: text, file or both. Errors keep everything."""
    application = application_for(request, application_id)
    if not limits.allow_upload(request):
        return too_many(request, retry_minutes=30)
    open_request = application.corrections.filter(state="open").first()
    status = reverse("portal:status", args=[application_id])
    if open_request is None:
        return redirect(status)
    open_request.application = application
    question = asked.ask(form_for(open_request), request, owner=application.public_id)
    keys = [f"item_{item['id']}" for item in open_request.items if item.get("upload")]
    for key in keys:
        asked.demand(question, key)
    if question.is_valid():
        asked.require_files(question, request, keys)
    if question.is_valid():
        _require_something(open_request, question)
    if question.is_valid():
        # Answered in another window, or taken back: the status page tells.
        with suppress(MoveRefused):
            actions.answer_correction(
                request=open_request,
                answers={
                    item["id"]: question.cleaned.get(f"text_{item['id']}", "")
                    for item in open_request.items
                },
                owner=application.public_id,
                files=asked.file_ids(question, keys),
                actor=actor_for(application),
            )
        response = redirect(f"{status}?neu=antwort")
        response.status_code = 303
        return response
    facts = {
        "application": application,
        "service": application.service,
        "request_": open_request,
        "bound": question,
        "office": application.case.office,
        "nav_current": "cases",
    }
    return render(request, "portal/answer.html", facts)


def form_for(request: CorrectionRequest) -> FormDefinition:
    """The items as questions."""
    kinds = {"missing": _("Fehlt"), "incorrect": _("Stimmt nicht"), "outdated": _("Veraltet")}
    no_file = _("Wenn Sie die Datei nicht haben: Schreiben Sie hier, warum.")
    asked_for: list[Field] = []
    for number, item in enumerate(request.items, 1):
        label = f"{number}. {item['text']}"
        reason = kinds.get(item["kind"], "")
        if item.get("upload"):
            asked_for.append(
                Field(
                    key=f"item_{item['id']}",
                    type=FieldType.UPLOAD,
                    label=label,
                    hint=f"{reason}.",
                    required=False,
                    max_files=5,
                )
            )
        asked_for.append(
            Field(
                key=f"text_{item['id']}",
                type=FieldType.LONG_TEXT,
                label=_("Anmerkung zu %d.") % number if item.get("upload") else label,
                hint=no_file if item.get("upload") else f"{reason}.",
                required=not item.get("upload"),
                missing_message=_("Beantworten Sie Punkt %d.") % number,
                max_length=4000,
            )
        )
    return fields.form(*asked_for)


def _require_something(request: CorrectionRequest, question: BoundStep) -> None:
    """Where a file is asked for, a file or a word why there is none."""
    for number, item in enumerate(request.items, 1):
        file, word = f"item_{item['id']}", f"text_{item['id']}"
        if item.get("upload") and not (question.cleaned.get(file) or question.cleaned.get(word)):
            text = _("Punkt %d: Laden Sie eine Datei hoch oder schreiben Sie, warum nicht.")
            asked.fail(question, file, text % number)

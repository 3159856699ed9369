"""Rückfrage: ask for what is missing, wrong or outdated."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.core.clock import today
from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import case as case_page
from rathaus.desk.views import steps
from rathaus.organisation import calendar
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.dialogue import CorrectionKind
from rathaus.proceedings.states import Move, MoveRefused, find

ROWS = 5
USUAL_DAYS = 10
"""Working days the applicant gets unless the clerk says otherwise."""
LONGEST_ITEM = 500
LONGEST_TEXT = 2000
LATEST = timedelta(days=366)


@dataclass
class Row:
    """One line of the form as typed."""

    number: int
    kind: str = CorrectionKind.MISSING.value
    text: str = ""
    upload: bool = False


@dataclass
class Form:
    """The request as typed, and what is wrong with it (field id to sentence)."""

    rows: list[Row]
    text: str
    due: str
    due_on: date | None
    errors: dict[str, str]


@require_http_methods(["GET", "POST"])
def ask(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The form beside the answers; a mistake loses nothing that was typed."""
    application = lookup.application(request, ident, "case.correct")
    if find(Move.ASK, application.state, "staff") is None:
        return steps.moved_on(request, application)
    if request.method != "POST":
        due_on = calendar.add_working_days(today(), USUAL_DAYS)
        form = Form([Row(n) for n in range(1, ROWS + 1)], "", due_on.isoformat(), due_on, {})
        return _page(request, application, form)
    form = read(request.POST)
    if form.errors or form.due_on is None:
        return _page(request, application, form, status=422)
    desk = request.desk
    try:
        actions.request_correction(
            application=application,
            staff=desk.staff,
            items=[actions.CorrectionItem(r.kind, r.text, r.upload) for r in form.rows if r.text],
            text=form.text,
            due_on=form.due_on,
            actor=desk.actor(application.case.office),
        )
    except MoveRefused:
        return steps.moved_on(request, application)
    messages.success(request, _("Die Rückfrage ist gestellt. Die Frist ruht bis zur Antwort."))
    return redirect("desk:case", application.public_id)


def read(data: QueryDict) -> Form:
    """What was typed, checked."""
    rows = []
    errors: dict[str, str] = {}
    for number in range(1, ROWS + 1):
        kind = params.text(data, f"kind{number}", 20)
        text = params.text(data, f"text{number}", LONGEST_ITEM + 1)
        if len(text) > LONGEST_ITEM:
            errors[f"text{number}"] = _("Kürzen Sie diesen Punkt auf 500 Zeichen.")
        known = kind if kind in CorrectionKind.values else CorrectionKind.MISSING.value
        upload = f"upload{number}" in data
        if upload and not text:
            errors[f"text{number}"] = _("Schreiben Sie, welche Datei Sie brauchen.")
        rows.append(Row(number, known, text, upload))
    if not any(row.text for row in rows) and not errors:
        errors["text1"] = _("Schreiben Sie mindestens einen Punkt auf.")
    due = params.text(data, "due", 20)
    due_on = params.day(data, "due")
    if due_on is None:
        errors["due"] = _("Geben Sie einen Tag ein, zum Beispiel 9.3.2027.")
    elif due_on <= today():
        errors["due"] = _("Der Tag muss nach heute liegen.")
    elif due_on > today() + LATEST:
        errors["due"] = _("Der Tag darf höchstens ein Jahr entfernt sein.")
    return Form(rows, params.lines(data, "text", LONGEST_TEXT), due, due_on, errors)


def _page(
    request: DeskRequest, application: Application, form: Form, status: int = 200
) -> HttpResponse:
    context = {
        "nav_current": "basket",
        "application": application,
        "form": form,
        "kinds": CorrectionKind.choices,
        "suggestions": [document.label for document in application.service.documents],
        "sections": case_page.sections(application),
        "filled": [row for row in form.rows[1:] if row.text],
    }
    return render(request, "desk/question.html", context, status=status)

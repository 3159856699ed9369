"""Deciding: choose a letter, change it, look at it, confirm.

The pages keep the letter in the form until it is confirmed; nothing is stored before.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.catalogue.definition import Letter as Template
from rathaus.core.clock import now
from rathaus.core.money import Money
from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import case as case_page
from rathaus.desk.views import steps
from rathaus.desk.views.files import attachment
from rathaus.payments import fees
from rathaus.payments import queries as payments
from rathaus.payments.errors import PaymentError
from rathaus.proceedings import actions, documents, owing
from rathaus.proceedings.errors import CorrectionPending, LetterIncomplete
from rathaus.proceedings.letters import LetterText, placeholders
from rathaus.proceedings.models import Application, Letter
from rathaus.proceedings.states import Move, MoveRefused, find

LIMITS = {"subject": 300, "body": 20_000, "remedy": 8_000, "reason": 2_000}
OUTCOMES = ("granted", "rejected")


@dataclass
class Typed:
    """The letter as it stands in the form."""

    template: Template
    text: LetterText
    reason: str = ""
    refund: bool | None = None
    """Whether the fee goes back; None: not asked, the rule of the service counts."""
    errors: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "POST"])
def decide(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """All stages of the decision; `step` says which button was pressed."""
    application = lookup.application(request, ident, "case.decide")
    if find(Move.GRANT, application.state, "staff") is None:
        return steps.moved_on(request, application)
    step = params.text(request.POST, "step", 20) if request.method == "POST" else ""
    if step == "choose":
        return _choose(request, application)
    if step in {"edit", "preview", "confirm"}:
        typed = _typed(request, application)
        if typed is None:
            return _start(request, application)
        if step == "edit":
            return _editor(request, application, typed)
        _check(typed)
        if typed.errors:
            return _editor(request, application, typed, status=422)
        if step == "preview":
            return _preview(request, application, typed)
        return _confirm(request, application, typed)
    return _start(request, application)


@require_POST
def preview_pdf(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The letter as PDF before it is decided; not stored, without verification code."""
    application = lookup.application(request, ident, "case.decide")
    typed = _typed(request, application)
    if typed is None:
        return _start(request, application)
    letter = _unsent(request, application, typed)
    content = documents.letter_pdf(
        application, letter, None, signer=request.desk.staff, owed=not _lets_go(application, typed)
    )
    return attachment(content, _("Vorschau") + ".pdf", "application/pdf")


def _unsent(request: DeskRequest, application: Application, typed: Typed) -> Letter:
    """The letter as it would be stored now."""
    return Letter(
        application=application,
        template_key=typed.template.key,
        title=typed.text.title,
        subject=typed.text.subject,
        body=typed.text.body,
        remedy=typed.text.remedy,
        signed_by=request.desk.staff.name,
        created_at=now(),
    )


def _start(
    request: DeskRequest,
    application: Application,
    errors: dict[str, str] | None = None,
    **typed: str,
) -> HttpResponse:
    """Choose the outcome by choosing a letter."""
    letters = _templates(application)
    context = {
        "nav_current": "basket",
        "application": application,
        "granted": [letter for letter in letters if letter.outcome == "granted"],
        "rejected": [letter for letter in letters if letter.outcome == "rejected"],
        "errors": errors or {},
        "chosen": typed.get("key", ""),
        "reason": typed.get("reason", ""),
        "sections": case_page.sections(application),
    }
    return render(request, "desk/decide.html", context, status=422 if errors else 200)


def _choose(request: DeskRequest, application: Application) -> HttpResponse:
    key = params.text(request.POST, "template", 60)
    reason = params.lines(request.POST, "reason", LIMITS["reason"])
    template = next((t for t in _templates(application) if t.key == key), None)
    if template is None:
        errors = {"template": _("Wählen Sie aus, wie der Vorgang ausgeht.")}
        return _start(request, application, errors, reason=reason)
    if template.outcome == "rejected" and len(reason) < 5:
        errors = {"reason": _("Begründen Sie die Ablehnung. Der Grund steht im Schreiben.")}
        return _start(request, application, errors, key=key, reason=reason)
    text = actions.draft_letter(application=application, template_key=key, reason=reason)
    return _editor(request, application, Typed(template, text, reason))


def _editor(
    request: DeskRequest, application: Application, typed: Typed, status: int = 200
) -> HttpResponse:
    context = {**_context(application, typed), "sections": case_page.sections(application)}
    return render(request, "desk/letter_edit.html", context, status=status)


def _preview(request: DeskRequest, application: Application, typed: Typed) -> HttpResponse:
    letter = _unsent(request, application, typed)
    owed = not _lets_go(application, typed)
    paper = documents.letter_data(application, letter, signer=request.desk.staff, owed=owed)
    granted = typed.template.outcome == "granted"
    lines = owing.due_once_granted(application) if granted else []
    context = {**_context(application, typed), "paper": paper, "sets_fee": fees.total(lines)}
    return render(request, "desk/letter_preview.html", context)


def _confirm(request: DeskRequest, application: Application, typed: Typed) -> HttpResponse:
    desk = request.desk
    try:
        actions.decide(
            application=application,
            staff=desk.staff,
            outcome=typed.template.outcome,
            letter=typed.text,
            actor=desk.actor(application.case.office),
            refund=typed.refund,
        )
    except MoveRefused:
        return steps.moved_on(request, application)
    except CorrectionPending:
        typed.errors["body"] = _("Eine Rückfrage ist noch offen. Entscheiden Sie erst danach.")
    except LetterIncomplete as error:
        typed.errors["body"] = _gaps(error.placeholders)
    except PaymentError as error:
        typed.errors["refund"] = str(error)
    if typed.errors:
        return _editor(request, application, typed, status=422)
    messages.success(
        request, _("Entschieden. Das Schreiben wird erstellt und der Person bereitgestellt.")
    )
    return redirect("desk:case", application.public_id)


def _typed(request: DeskRequest, application: Application) -> Typed | None:
    key = params.text(request.POST, "template", 60)
    template = next((t for t in _templates(application) if t.key == key), None)
    if template is None:
        return None
    text = LetterText(
        template_key=template.key,
        title=template.document_name,
        subject=params.text(request.POST, "subject", LIMITS["subject"] + 1),
        body=params.lines(request.POST, "body", LIMITS["body"] + 1),
        remedy=params.lines(request.POST, "remedy", LIMITS["remedy"] + 1),
    )
    reason = params.lines(request.POST, "reason", LIMITS["reason"])
    return Typed(template, text, reason, _refund(request))


def _refund(request: DeskRequest) -> bool | None:
    """An empty box sends nothing: `refund_asked` says that there was one."""
    if request.POST.get("refund") == "yes":
        return True
    return False if request.POST.get("refund_asked") else None


def _check(typed: Typed) -> None:
    values = {"subject": typed.text.subject, "body": typed.text.body, "remedy": typed.text.remedy}
    for name, value in values.items():
        if len(value) > LIMITS[name]:
            typed.errors[name] = _("Dieser Text ist zu lang.")
        elif gaps := placeholders(value):
            typed.errors[name] = _gaps(gaps)
    if not typed.text.subject:
        typed.errors["subject"] = _("Schreiben Sie einen Betreff.")
    if not typed.text.body:
        typed.errors["body"] = _("Schreiben Sie den Text des Schreibens.")


def _gaps(names: list[str]) -> str:
    text = ngettext(
        "Füllen Sie diese Lücke im Text: %(names)s",
        "Füllen Sie diese Lücken im Text: %(names)s",
        len(names),
    )
    return text % {"names": ", ".join(f"[[{name}]]" for name in names[:10])}


def _templates(application: Application) -> list[Template]:
    return [letter for letter in application.service.letters if letter.outcome in OUTCOMES]


def _context(application: Application, typed: Typed) -> dict[str, Any]:
    paid = _paid(application)
    if paid and typed.refund is None:
        typed.refund = application.service.fee_refund_on_rejection
    return {
        "nav_current": "basket",
        "application": application,
        "typed": typed,
        "letter": typed.text,
        "errors": typed.errors,
        "rejected": typed.template.outcome == "rejected",
        "paid": paid,
    }


def _lets_go(application: Application, typed: Typed) -> bool:
    return owing.lets_go(application, outcome=typed.template.outcome, refund=typed.refund)


def _paid(application: Application) -> Money | None:
    """What was paid for this application, if anything."""
    claim = application.claim
    paid = payments.balance(claim).confirmed if claim else None
    return paid if paid and paid.cents else None

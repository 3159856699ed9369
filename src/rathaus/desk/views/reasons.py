"""Steps that need a reason: withdraw for the applicant, work without payment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import steps
from rathaus.payments.errors import PaymentError
from rathaus.proceedings import actions
from rathaus.proceedings.errors import NotWithdrawable
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import Move, MoveRefused, find

LONGEST = 1000


@require_http_methods(["GET", "POST"])
def withdraw(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Withdraw on behalf of the applicant, who said so on the phone or at the counter."""
    application = lookup.application(request, ident, "case.enter")
    service = application.service
    words = {
        "title": _("Antrag zurückziehen"),
        "lead": _("Tun Sie das nur, wenn die antragstellende Person es so möchte."),
        "label": _("Wer hat wann und wie zurückgezogen?"),
        "hint": _("Zum Beispiel: Anruf von Frau Janssen am 4. März, 10:15 Uhr."),
        "button": _("Antrag zurückziehen"),
        "consequences": [
            _("Der Vorgang wird abgeschlossen. Das lässt sich nicht rückgängig machen."),
            _("Eine bezahlte Gebühr wird erstattet.")
            if service.fee_refund_on_withdrawal
            else _("Eine bezahlte Gebühr wird nicht erstattet."),
        ],
        "danger": True,
    }

    def act(reason: str) -> None:
        actor = request.desk.actor(application.case.office)
        actions.withdraw(application=application, actor=actor, reason=reason)
        messages.success(request, _("Der Antrag ist zurückgezogen."))

    return _ask(request, application, Move.WITHDRAW, words, act)


@require_http_methods(["GET", "POST"])
def release(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Work on it although the fee is not paid."""
    application = lookup.application(request, ident, "payment.refund")
    words = {
        "title": _("Ohne Zahlung bearbeiten"),
        "lead": _("Der Antrag geht in den Posteingang, obwohl die Gebühr noch offen ist."),
        "label": _("Warum wird nicht auf die Zahlung gewartet?"),
        "hint": _("Der Grund kommt als Vermerk in die Akte. Antragstellende sehen ihn nicht."),
        "button": _("Ohne Zahlung bearbeiten"),
        "consequences": [
            _("Die Gebühr bleibt offen und kann weiter bezahlt werden."),
            _("Die Bearbeitungsfrist beginnt heute."),
        ],
        "danger": False,
    }

    def act(reason: str) -> None:
        steps.release(request, application, reason)
        messages.success(request, _("Der Antrag liegt jetzt im Posteingang."))

    return _ask(request, application, Move.RELEASE, words, act)


def _ask(
    request: DeskRequest,
    application: Application,
    move: Move,
    words: dict[str, Any],
    act: Callable[[str], None],
) -> HttpResponse:
    if find(move, application.state, "staff") is None:
        return steps.moved_on(request, application)
    context: dict[str, Any] = {"application": application, "nav_current": "basket", **words}
    if request.method == "POST":
        reason = params.lines(request.POST, "reason", LONGEST)
        context["reason"] = reason
        if len(reason) < 5:
            context["error"] = _("Nennen Sie den Grund in wenigen Worten.")
            return render(request, "desk/reason.html", context, status=422)
        try:
            act(reason)
        except MoveRefused:
            return steps.moved_on(request, application)
        except NotWithdrawable:
            messages.warning(request, _("Diese Anzeige kann nicht zurückgezogen werden."))
        except PaymentError as error:
            context["error"] = str(error)
            return render(request, "desk/reason.html", context, status=422)
        return redirect("desk:case", application.public_id)
    return render(request, "desk/reason.html", context)

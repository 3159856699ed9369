"""One-click steps on a case, and the short forms that stand on the case page itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from rathaus.core.money import Money, MoneyError
from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import case as case_page
from rathaus.payments import actions as payments
from rathaus.payments import errors as payment_errors
from rathaus.payments.models import CounterReceipt
from rathaus.proceedings import actions, filing, queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.states import MoveRefused, State
from rathaus.theme import kept

Step = Callable[[DeskRequest, Application], HttpResponse | None]
LONGEST_MESSAGE = 5000


def moved_on(request: DeskRequest, application: Application) -> HttpResponse:
    """Say that somebody was faster; nothing was changed, and nothing that was written is lost."""
    application.refresh_from_db(fields=["state"])
    text = _("Der Vorgang hat inzwischen den Stand „%(state)s“. Es wurde nichts geändert.")
    text %= {"state": State(application.state).label}
    if typed := kept.of(request):
        context = {"application": application, "text": text, "kept": typed, "nav_current": "basket"}
        return render(request, "desk/moved_on.html", context, status=409)
    messages.warning(request, text)
    return redirect("desk:case", application.public_id)


def step(needs: str) -> Callable[[Step], Callable[..., HttpResponse]]:
    """A POST on one case with the permission `needs` in its office, then back to the case."""

    def decorate(act: Step) -> Callable[..., HttpResponse]:
        @wraps(act)
        def view(request: DeskRequest, ident: uuid.UUID, **kwargs: Any) -> HttpResponse:
            application = lookup.application(request, ident, needs)
            try:
                response = act(request, application)
            except MoveRefused:
                return moved_on(request, application)
            return response or redirect("desk:case", application.public_id)

        return require_POST(view)

    return decorate


@step("case.take")
def take(request: DeskRequest, application: Application) -> HttpResponse | None:
    """Make it mine."""
    desk = request.desk
    actor = desk.actor(application.case.office)
    actions.take_over(application=application, staff=desk.staff, actor=actor)
    messages.success(request, _("Der Vorgang liegt jetzt bei Ihnen."))
    return None


@step("case.take")
def put_back(request: DeskRequest, application: Application) -> HttpResponse | None:
    """Back into the basket. Somebody else's case only by whoever may assign, or who is left."""
    desk, office = request.desk, application.case.office
    mine = application.assigned_to_id in {None, desk.staff.pk} or desk.can("case.assign", office)
    if not mine and not queries.is_left_behind(application):
        messages.warning(request, _("Der Vorgang liegt bei einer anderen Person."))
        return None
    actions.put_back(application=application, actor=desk.actor(office))
    messages.success(request, _("Der Vorgang liegt wieder im Posteingang."))
    return None


@step("case.assign")
def assign(request: DeskRequest, application: Application) -> HttpResponse | None:
    """Hand it to a colleague of the office."""
    office = application.case.office
    wanted = params.text(request.POST, "to", 40)
    people = queries.colleagues(application.case)
    person = next((one for one in people if str(one.public_id) == wanted), None)
    if person is None:
        messages.warning(request, _("Wählen Sie eine Person aus diesem Amt."))
    elif not application.is_open:
        messages.warning(request, _("Der Vorgang ist schon abgeschlossen."))
    else:
        actor = request.desk.actor(office)
        actions.assign(application=application, staff=person, actor=actor)
        messages.success(
            request, _("Der Vorgang liegt jetzt bei %(name)s.") % {"name": person.name}
        )
    return None


@step("case.message")
def send(request: DeskRequest, application: Application) -> HttpResponse | None:
    """A message to the applicant."""
    text = params.lines(request.POST, "message", LONGEST_MESSAGE + 1)
    if not text or len(text) > LONGEST_MESSAGE:
        error = (
            _("Die Nachricht ist zu lang. Kürzen Sie sie auf 5.000 Zeichen.")
            if text
            else _("Schreiben Sie zuerst eine Nachricht.")
        )
        return case_page.page(
            request, application, status=422, typed={"message": text}, errors={"message": error}
        )
    actor = request.desk.actor(application.case.office)
    actions.send_message(application=application, text=text, actor=actor)
    if not application.is_open:  # of an open case only whoever works on it has it behind them
        _mark_seen(request, application)
    messages.success(request, _("Die Nachricht ist gesendet und zur Akte genommen."))
    return None


@step("case.message")
def messages_done(request: DeskRequest, application: Application) -> HttpResponse | None:
    """What the resident wrote to a closed case needs no answer: off the desk with it."""
    _mark_seen(request, application)
    messages.success(request, _("Die Nachricht ist erledigt."))
    return None


def _mark_seen(request: DeskRequest, application: Application) -> None:
    """Messages that came while somebody wrote or thought stay new."""
    seen = params.whole(request.POST, "seen")
    actions.mark_messages_read(application=application, incoming=True, until=seen)


@step("records.file")
def note(request: DeskRequest, application: Application) -> HttpResponse | None:
    """An internal note for the record. Residents never see it."""
    text = params.lines(request.POST, "note", LONGEST_MESSAGE)
    if not text:
        error = _("Schreiben Sie zuerst einen Vermerk.")
        return case_page.page(request, application, status=422, errors={"note": error})
    file_note(request, application, gettext_noop("Vermerk von %(name)s"), text)
    messages.success(request, _("Der Vermerk ist in der Akte."))
    return None


def file_note(request: DeskRequest, application: Application, title: str, text: str) -> None:
    """File an internal note; `title` names the person with ``%(name)s``."""
    filing.file(
        application,
        title=title % {"name": request.desk.staff.name},
        kind="note",
        content=text.encode(),
        name="vermerk.txt",
        content_type="text/plain; charset=utf-8",
        direction="internal",
        actor=request.desk.actor(application.case.office),
    )


@step("case.correct")
def take_question_back(request: DeskRequest, application: Application) -> HttpResponse | None:
    """Withdraw the open correction request, e.g. settled on the phone."""
    question = application.corrections.filter(state=CorrectionState.OPEN).first()
    if question is None:
        return moved_on(request, application)
    question.application = application
    actor = request.desk.actor(application.case.office)
    actions.withdraw_correction(request=question, actor=actor)
    messages.success(request, _("Die Rückfrage ist zurückgenommen. Die Frist läuft weiter."))
    return None


@step("payment.record")
def counter_payment(request: DeskRequest, application: Application) -> HttpResponse | None:
    """Cash or card at the counter."""
    claim = application.claim
    if claim is None:
        return None
    typed = {"amount": params.text(request.POST, "amount", 20)}
    method = params.text(request.POST, "method", 10)
    try:
        if method not in CounterReceipt.Method.values:
            raise payment_errors.AmountWrong
        receipt = payments.record_counter_payment(
            claim=claim,
            amount=Money.parse(typed["amount"]),
            method=method,
            staff=request.desk.actor(application.case.office),
            seen_cents=params.whole(request.POST, "open"),
        )
    except payment_errors.OpenAmountChanged as error:
        messages.warning(request, str(error))
        return None
    except (MoneyError, payment_errors.PaymentError) as error:
        text = _("Geben Sie einen Betrag ein, zum Beispiel 26,00.")
        if isinstance(error, payment_errors.PaymentError):
            text = str(error)
        return case_page.page(
            request, application, status=422, typed=typed, errors={"amount": text}
        )
    messages.success(
        request, _("Zahlung gebucht. Quittung %(number)s.") % {"number": receipt.number}
    )
    return None


@transaction.atomic
def _release(request: DeskRequest, application: Application, reason: str) -> None:
    actions.release(application=application, actor=request.desk.actor(application.case.office))
    title = gettext_noop("Ohne Zahlung freigegeben von %(name)s")
    file_note(request, application, title, reason)


def release(request: DeskRequest, application: Application, reason: str) -> None:
    """Give an unpaid application to the desk, with the reason in the record.

    Raises: MoveRefused.
    """
    _release(request, application, reason)

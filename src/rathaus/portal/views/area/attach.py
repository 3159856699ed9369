"""Taking what was begun without account into "Mein Bereich"."""

from __future__ import annotations

import re
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts.errors import Changed
from rathaus.core.middleware import sender_key
from rathaus.forms.bound import BoundStep
from rathaus.portal import area_fields, asked, grants
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.area.page import page, see_other
from rathaus.proceedings import queries
from rathaus.proceedings.actions.attaching import attach_application, attach_draft
from rathaus.proceedings.errors import (
    BelongsToAccount,
    CodeExpired,
    CodeWrong,
    DraftAlreadySubmitted,
    TooManyTries,
)
from rathaus.theme.views import too_many

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def attach(request: HttpRequest) -> HttpResponse:
    """Reference or link, code, consent; nothing is taken over without all three."""
    question = asked.ask(area_fields.attach(), request)
    if question.is_valid():
        try:
            response = _take_over(request, question)
        except TooManyTries:
            return too_many(request, retry_minutes=15)
        if response is not None:
            return response
    return page(
        request,
        "form",
        "applications",
        here=_("Vorgang übernehmen"),
        konto_parent={"label": _("Anträge"), "url": reverse("portal:applications")},
        form_title=_("Vorgang ins Konto übernehmen"),
        form_lead=_("Für Anträge und Entwürfe, die Sie ohne Konto begonnen haben."),
        bound=question,
        submit_label=_("Übernehmen"),
        submit_icon="move_to_inbox",
        back_url=reverse("portal:area"),
    )


def _take_over(request: HttpRequest, question: BoundStep) -> HttpResponse | None:
    what, code = question.cleaned["was"], question.cleaned["code"]
    try:
        if match := UUID.search(what):
            return _draft(request, str(uuid.UUID(match[0])), code)
        return _application(request, what, code)
    except (BelongsToAccount, Changed):
        asked.fail(question, "was", _("Er gehört schon zu einem Servicekonto."))
    except CodeExpired:
        asked.fail(question, "was", _("Dieser Entwurf ist abgelaufen und wird gelöscht."))
    except CodeWrong:
        text = _("Die Angaben passen nicht zusammen. Prüfen Sie beide.")
        asked.fail(question, "code", text)
    return None


def _application(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    account = signed_in(request)
    found = queries.by_reference(reference, code, sender=sender_key(request))
    attach_application(application=found, account=account, actor=account.actor)
    response = see_other(reverse("portal:area") + "?neu=uebernommen")
    grants.drop(request, response, found.public_id)
    return response


def _draft(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    account = signed_in(request)
    try:
        draft = queries.open_draft(public_id, code, sender=sender_key(request))
    except DraftAlreadySubmitted as sent:
        if sent.application.account_id is not None:
            raise BelongsToAccount(sent.application.public_id) from None
        attach_application(application=sent.application, account=account, actor=account.actor)
        response = see_other(reverse("portal:area") + "?neu=uebernommen")
        grants.drop(request, response, sent.application.public_id)
        return response
    attach_draft(draft=draft, account=account, actor=account.actor)
    response = see_other(reverse("portal:area") + "?neu=entwurf")
    grants.drop(request, response, draft.public_id)
    return response

"""Enter an application for somebody at the counter, on the phone, from paper or e-mail."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue import queries as catalogue
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.models import ServiceVersion
from rathaus.core.middleware import sender_key
from rathaus.desk import drafts, params
from rathaus.desk.access import Desk, DeskRequest
from rathaus.desk.views import filling
from rathaus.proceedings import actions, queries, trust
from rathaus.proceedings.errors import (
    CodeExpired,
    CodeWrong,
    DraftAlreadySubmitted,
    DraftConflict,
    TooManyTries,
)
from rathaus.proceedings.models import Channel, Draft

CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.ONLINE]


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Services one may enter, and drafts to go on with."""
    return _index(request)


def _index(request: DeskRequest, status: int = 200, **typed: str) -> HttpResponse:
    context = {
        "nav_current": "enter",
        "services": _services(request.desk),
        "channels": CHANNELS,
        "unfinished": [_begun(draft) for draft in drafts.unfinished(request.desk)],
        **typed,
    }
    return render(request, "desk/enter.html", context, status=status)


@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """Begin a draft; the channel goes with it for ever."""
    desk = request.desk
    slug = params.text(request.POST, "service", 80)
    channel = params.text(request.POST, "channel", 10)
    if slug not in {service.slug for service in _services(desk)}:
        if slug and any(service.slug == slug for service in catalogue.definitions()):
            raise PermissionDenied(slug)
        return _index(request, 422, error=_("Wählen Sie eine Leistung aus."), channel=channel)
    if channel not in dict(CHANNELS):
        text = _("Wählen Sie aus, auf welchem Weg der Antrag kam.")
        return _index(request, 422, error=text, service=slug)
    try:
        version = catalogue.current(slug)
    except ServiceVersion.DoesNotExist:
        raise Http404 from None
    draft = actions.start_draft(
        version=version, actor=desk.actor(), channel=channel, entered_by=desk.staff
    )
    first = filling.form_of(draft).steps[0]
    return redirect("desk:enter_step", draft.public_id, first.key)


@require_POST
def resume(request: DeskRequest) -> HttpResponse:
    """Go on with a draft that somebody began at home: its number and its code."""
    ident = params.text(request.POST, "draft", 60)
    code = params.text(request.POST, "code", 60)
    try:
        draft = queries.open_draft(ident, code, sender=f"desk:{sender_key(request)}")
        actions.take_to_counter(draft=draft)
    except DraftAlreadySubmitted as known:
        return filling.to_case(request, known.application)
    except TooManyTries:
        text = _("Zu viele Versuche. Bitte warten Sie eine Viertelstunde.")
        return _index(request, 429, resume_error=text, draft=ident)
    except (CodeExpired, DraftConflict):
        text = _("Dieser Entwurf ist abgelaufen. Beginnen Sie neu.")
        return _index(request, 422, resume_error=text, draft=ident)
    except CodeWrong:
        text = _("Nummer und Code passen nicht zusammen.")
        return _index(request, 422, resume_error=text, draft=ident)
    drafts.remember(request, draft)
    if trust.highest(draft.version.parsed) > TrustLevel.NONE:
        messages.info(
            request,
            _("Diese Leistung verlangt, dass wir die Person kennen. Lassen Sie sich den Ausweis "
              "zeigen, bevor Sie den Antrag absenden."),
        )  # fmt: skip
    return redirect(filling.onward(draft))


@require_POST
def discard(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Throw an unfinished draft away with its files."""
    draft = drafts.find(request, ident)
    try:
        actions.discard(draft=draft, actor=request.desk.actor())
    except DraftAlreadySubmitted as known:
        return filling.to_case(request, known.application)
    messages.success(request, _("Der Entwurf ist gelöscht."))
    return redirect("desk:enter")


def _services(desk: Desk) -> list[ServiceDefinition]:
    keys = {office.key for office in desk.offices("case.enter")}
    return [d for d in catalogue.definitions() if d.mode == "online" and d.office in keys]


def _begun(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.version.parsed.title,
        "url": filling.onward(draft),
        "updated_at": draft.updated_at,
    }

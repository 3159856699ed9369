"""The status page: what now, until when, must I do something?"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rathaus.organisation import hours
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.portal import papers
from rathaus.portal.access import application_for, personal
from rathaus.portal.money import money_of
from rathaus.portal.owner import account_of
from rathaus.proceedings import actions, mailbox, queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import Move, possible

NEWS = frozenset({"nachricht", "antwort", "zurueckgezogen", "rechnung"})


@require_safe
@personal
def status(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Everything about one application, for the person who made it."""
    application = application_for(request, application_id)
    money = money_of(application)
    now = queries.what_now(application, attempt=money.attempt if money else None)
    thread = list(application.messages.prefetch_related("documents"))
    if any(not message.incoming and message.read_at is None for message in thread):
        actions.mark_messages_read(application=application, incoming=False)
    account = account_of(request)
    if account is not None and thread:
        came = [message for message in thread if not message.incoming]
        mailbox.note_read(account, messages=came)
    office = office_of(application)
    news = request.GET.get("neu", "")
    facts = {
        "application": application,
        "service": application.service,
        "now": now,
        "now_tone": tone(application, must_act=now.must_act),
        "timeline": queries.timeline(application, now),
        "documents": papers.listed(application),
        "thread": thread,
        "money": money,
        "office": office,
        "office_status": hours.status(office),
        "can_withdraw": can_withdraw(application),
        "news": news if news in NEWS else "",
        "nav_current": "cases",
    }
    return render(request, "portal/status.html", facts)


def office_of(application: Application) -> Office:
    """The office with its hours, from the cache where it still exists."""
    try:
        return organisation.office(application.case.office.key)
    except Office.DoesNotExist:
        return application.case.office


def can_withdraw(application: Application) -> bool:
    """The service allows it and the state does."""
    return application.service.withdrawable and Move.WITHDRAW in possible(
        application.state, "resident"
    )


def tone(application: Application, *, must_act: bool) -> str:
    """Modifier of ``.rh-now``."""
    if must_act:
        return "act"
    return {"decided": "done", "rejected": "bad"}.get(application.state, "")

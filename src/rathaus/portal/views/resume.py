"""Leaving a draft and coming back to it, here or on another device."""

from __future__ import annotations

import re
import uuid

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.core.jobs import enqueue
from rathaus.core.middleware import sender_key
from rathaus.core.secrets import seal
from rathaus.portal import asked, fields, grants, jobs, limits, progress
from rathaus.portal.access import draft_for, never_stored, personal
from rathaus.portal.owner import account_of
from rathaus.portal.views.apply import form_of, to_application
from rathaus.proceedings import actions, queries
from rathaus.proceedings.errors import (
    BelongsToAccount,
    CodeExpired,
    CodeWrong,
    DraftAlreadySubmitted,
    DraftConflict,
    TooManyTries,
)
from rathaus.proceedings.models import Draft, DraftState
from rathaus.theme.views import too_many

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def saved(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Link and code to go on later; the link also by e-mail if wanted."""
    draft = draft_for(request, draft_id)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    question = asked.ask(fields.mail_link(), request)
    if question.is_valid():
        if not limits.allow_form(request, "draft-mail", limit=5):
            return too_many(request, retry_minutes=30)
        with transaction.atomic():
            address = seal(question.cleaned["email"])
            language = get_language() or "de"
            enqueue(jobs.mail_draft_link, address=address, link=_link(draft), language=language)
        return redirect(reverse("portal:saved", args=[draft_id]) + "?verschickt=1")
    facts = {
        "draft": draft,
        "service": draft.version.parsed,
        "code": actions.issue_code(draft=draft),
        "link": _link(draft),
        "bound": question,
        "sent": "verschickt" in request.GET,
        "next_url": progress.sensible_url(draft, form_of(draft)),
        "nav_current": "services",
    }
    return render(request, "portal/saved.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Open a saved draft with its link and code."""
    given = {"antrag": str(match[0])} if (match := UUID.search(_asked_for(request))) else {}
    question = asked.ask(fields.resume(), request, start=given)
    if question.is_valid():
        public_id = _normal(question.cleaned["antrag"])
        try:
            draft = queries.open_draft(
                public_id, question.cleaned["code"], sender=sender_key(request)
            )
        except DraftAlreadySubmitted as submitted:
            response = redirect("portal:status", application_id=submitted.application.public_id)
            grants.add(request, response, grants.APPLICATION, submitted.application.public_id)
            return never_stored(response)
        except TooManyTries:
            return too_many(request, retry_minutes=15)
        except CodeExpired:
            text = _("Dieser Entwurf ist abgelaufen. Nach 30 Tagen ohne Änderung löschen wir ihn.")
            asked.fail(question, "antrag", text)
        except BelongsToAccount as owned:
            account = account_of(request)
            mine = Draft.objects.filter(public_id=owned.public_id)
            if account is not None and mine.belonging_to(account).exists():
                return never_stored(redirect("portal:draft", draft_id=owned.public_id))
            text = _("Dieser Entwurf gehört zu einem Servicekonto. Melden Sie sich dort an.")
            asked.fail(question, "antrag", text)
        except CodeWrong:
            text = _("Link und Code passen nicht zusammen. Prüfen Sie beides.")
            asked.fail(question, "code", text)
        else:
            response = redirect(progress.sensible_url(draft, form_of(draft)))
            grants.add(request, response, grants.DRAFT, draft.public_id)
            return never_stored(response)
    facts = {"bound": question, "nav_current": "services"}
    return never_stored(render(request, "portal/resume.html", facts))


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Delete a draft with everything in it, after asking."""
    draft = draft_for(request, draft_id)
    if draft.state == DraftState.SUBMITTED:
        return to_application(request, draft)
    if request.method == "POST":
        try:
            actions.discard(draft=draft, actor=draft.actor)
        except DraftAlreadySubmitted as submitted:
            return to_application(request, draft, submitted.application)
        except DraftConflict:
            pass  # deleted by another window
        response = redirect(reverse("portal:cases") + "?geloescht=1")
        grants.drop(request, response, draft_id)
        return response
    facts = {"draft": draft, "service": draft.version.parsed, "nav_current": "services"}
    return render(request, "portal/discard.html", facts)


def _link(draft: Draft) -> str:
    return f"{settings.BASE_URL}{reverse('portal:resume')}?antrag={draft.public_id}"


def _normal(text: str) -> str:
    """The id in a link, in one spelling, so that it is counted as one target."""
    match = UUID.search(text)
    return str(uuid.UUID(match[0])) if match else ""


def _asked_for(request: HttpRequest) -> str:
    return request.GET.get("antrag", "")[:200]

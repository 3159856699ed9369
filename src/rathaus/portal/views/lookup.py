"""Finding one's application: on this device, or by Aktenzeichen and code."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.core import clock
from rathaus.core.middleware import sender_key
from rathaus.forms.text import one_line
from rathaus.portal import asked, fields, grants
from rathaus.portal.access import never_stored
from rathaus.portal.owner import account_of
from rathaus.proceedings import queries
from rathaus.proceedings.errors import BelongsToAccount, CodeWrong, TooManyTries
from rathaus.proceedings.models import Application, Draft, DraftState
from rathaus.theme.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponse:
    """ "Meine Vorgänge": what this browser knows, and the way in for everything else."""
    start = {"aktenzeichen": one_line(request.GET.get("az", "")[:60])}
    question = asked.ask(fields.lookup(), request, start=start)
    if question.is_valid():
        try:
            found = queries.by_reference(
                question.cleaned["aktenzeichen"],
                question.cleaned["code"],
                sender=sender_key(request),
            )
        except TooManyTries:
            return never_stored(too_many(request, retry_minutes=15))
        except BelongsToAccount as owned:
            mine = Application.objects.filter(public_id=owned.public_id)
            account = account_of(request)
            if account is not None and mine.belonging_to(account).exists():
                return never_stored(redirect("portal:status", application_id=owned.public_id))
            text = _(
                "Dieser Vorgang gehört zu einem Servicekonto. Melden Sie sich dort an. Kommen Sie "
                "nicht mehr hinein? Dann kommen Sie mit Ihrem Ausweis ins Bürgerbüro."
            )
            asked.fail(question, "aktenzeichen", text)
        except CodeWrong:
            text = _("Aktenzeichen und Code passen nicht zusammen. Prüfen Sie beides.")
            asked.fail(question, "code", text)
        else:
            response = redirect("portal:status", application_id=found.public_id)
            grants.add(request, response, grants.APPLICATION, found.public_id)
            return never_stored(response)
    facts = {
        "bound": question,
        "applications": _applications(request),
        "drafts": _drafts(request),
        "forgotten": "vergessen" in request.GET,
        "discarded": "geloescht" in request.GET,
        "nav_current": "cases",
    }
    return never_stored(render(request, "portal/cases.html", facts))


@require_POST
def forget(request: HttpRequest, application_id: uuid.UUID) -> HttpResponse:
    """Drop the access of this browser: to this application, or to everything."""
    response = redirect(reverse("portal:cases") + "?vergessen=1")
    response.status_code = 303
    if "alles" in request.POST:
        grants.drop(request, response)
    else:
        drafts = Draft.objects.filter(application__public_id=application_id)
        known = drafts.values_list("public_id", flat=True)
        grants.drop(request, response, application_id, *known)
    return never_stored(response)


def _applications(request: HttpRequest) -> list[Application]:
    known = grants.ids(request, grants.APPLICATION)
    if not known:
        return []
    rows = Application.objects.filter(public_id__in=known, account=None, represented=None)
    rows = rows.for_lists()
    return list(rows.order_by("-submitted_at"))


def _drafts(request: HttpRequest) -> list[Draft]:
    known = grants.ids(request, grants.DRAFT)
    if not known:
        return []
    rows = Draft.objects.filter(
        public_id__in=known, account=None, state=DraftState.OPEN, expires_at__gt=clock.now()
    )
    rows = rows.select_related("version").defer("version__definition", "answers")
    return list(rows.order_by("-updated_at"))

"""Log-in with the town's directory: out, back, in. The rules are in `accounts.staff.directory`."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import flow, tally, targets
from rathaus.accounts.models.login import Purpose
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import LoginRefused, Source
from rathaus.accounts.staff import directory
from rathaus.accounts.trust import TrustLevel
from rathaus.core import ratelimit
from rathaus.core.middleware import content_security_policy, sender_key
from rathaus.desk import entry
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import login
from rathaus.organisation.actions import EntryTaken
from rathaus.theme.views import too_many

STARTS = 600
"""From one address in a quarter of an hour: in the morning a whole town hall comes from one."""
SAME = {"same-origin", "none", ""}
log = logging.getLogger("rathaus.accounts")


@never_cache
@require_POST
def start(request: HttpRequest, source: str) -> HttpResponse:
    """Send the browser to the directory; only from our own page."""
    if request.headers.get("Sec-Fetch-Site", "") not in SAME:
        raise Http404
    if not ratelimit.allow("desk-start", sender_key(request), limit=STARTS, per=login.PER):
        return too_many(request, retry_minutes=15)
    return _leave(request, _source(source), Purpose.LOGIN)


@require_POST
def connect(request: DeskRequest, source: str) -> HttpResponse:
    """Connect the own access with an entry of the directory; the log-in there proves it."""
    if not entry.has_proved(request, request.desk.staff.user, within=login.PER):
        return redirect("desk:security_confirm")
    return _leave(request, _source(source), Purpose.LINK)


def _leave(request: HttpRequest, found: Source, purpose: Purpose) -> HttpResponse:
    try:
        _pending, departure = flow.begin(
            request,
            source=found,
            purpose=purpose,
            level=min(found.levels, default=TrustLevel.BASIC),
            target=targets.target("desk:basket"),
        )
    except LoginRefused as refused:
        log.warning("directory %s cannot be asked: %s", found.key, refused.code)
        tally.count(found.key, "failed")
        return _sorry(request, found, refused.code)
    if departure.fields:
        context = {"url": departure.url, "fields": dict(departure.fields), "label": found.label}
        response = render(request, "desk/handover.html", context)
        response["Content-Security-Policy"] = content_security_policy(*found.form_targets)
    else:
        response = HttpResponseRedirect(departure.url)
    return flow.bind_browser(request, response)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def come_back(request: HttpRequest, source: str) -> HttpResponse:
    """The answer; it may come without the session, so it only counts on the next page."""
    found = _source(source)
    try:
        pending = flow.returned(request, source, flow.parameters(request))
    except flow.Refused as refused:
        if refused.pending is None:
            return _sorry(request, found, refused.incident)
        pending = refused.pending
    response = redirect("desk:identity_finish", pending.pk)
    response.status_code = 303
    return response


@never_cache
@require_safe
def finish(request: HttpRequest, ident: uuid.UUID) -> HttpResponse:
    """On our own page again: the log-in counts, if this browser and session began it."""
    try:
        done = flow.complete(request, ident)
        found = _source(done.verified.source)
        if done.pending.purpose == Purpose.LINK:
            return _connected(request, done)
        staff = directory.enter(source=found, verified=done.verified)
    except flow.Refused as refused:
        if refused.cancelled:
            messages.info(request, _("Sie haben die Anmeldung abgebrochen."))
            return redirect("desk:login")
        return _sorry(request, None, refused.incident)
    except directory.NoEntry as refused:
        log.warning("directory %s: no entry, %s", found.key, refused.code)
        tally.count(found.key, "failed")
        return render(request, "desk/no_entry.html", {"label": found.label}, status=403)
    proved = found.key if done.verified.second_factor else ""
    entry.begin(request, staff, source=found.key, proved=proved)
    here = entry.half(request)
    return entry.go_on(request, here) if here else redirect("desk:login")


def _connected(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    here = entry.signed_in(request)
    if here is None:
        return redirect("desk:login")
    try:
        directory.link(staff=here.staff, verified=done.verified, actor=here.actor)
    except (EntryTaken, directory.NoEntry):
        messages.error(request, _("Dieser Eintrag gehört schon zu einem anderen Zugang."))
    else:
        messages.success(request, _("Sie melden sich ab jetzt mit dem Verzeichnis an."))
    return redirect("desk:security")


def _source(key: str) -> Source:
    try:
        found = config.source(key)
    except LookupError:
        raise Http404 from None
    if found.audience != "staff":
        raise Http404
    return found


def _sorry(request: HttpRequest, source: Source | None, incident: str) -> HttpResponse:
    context = {"label": source.label if source else "", "incident": incident}
    return render(request, "desk/directory_failed.html", context, status=422)

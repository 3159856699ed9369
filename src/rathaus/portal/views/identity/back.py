"""On the way back: the answer of an account system, and what it means here."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from rathaus.accounts import assurance, flow, signing
from rathaus.accounts.actions import linking
from rathaus.accounts.models import Account, PendingLogin
from rathaus.accounts.models.login import Purpose
from rathaus.accounts.targets import Target
from rathaus.core import ratelimit
from rathaus.core.middleware import sender_key
from rathaus.portal import gates
from rathaus.portal.access import NoGrant, draft_for, never_stored
from rathaus.portal.owner import account_of
from rathaus.portal.views.area.guard import AFTER_LOGIN
from rathaus.portal.views.identity import linked, merging, reasons
from rathaus.portal.views.identity.start import source_for_residents
from rathaus.proceedings import actions
from rathaus.proceedings.known import label
from rathaus.theme.views import too_many

ANSWERS = 60
"""Answers of one sender in ten minutes: checking a signature is work."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
def returned(request: HttpRequest, source: str) -> HttpResponse:
    """Where the account system sends the browser: check, then go on to a page of our own.

    The post comes from a foreign page and so without session cookie; the token of this browser
    says whose log-in it is. It comes without form token too: the signed answer stands for it.
    """
    source_for_residents(source)
    if not ratelimit.allow(
        "identity-return", sender_key(request), limit=ANSWERS, per=timedelta(minutes=10)
    ):
        return too_many(request, retry_minutes=10)
    try:
        pending = flow.returned(request, source, flow.parameters(request))
    except flow.Refused as refused:
        if refused.pending is None:
            return refused_page(request, refused)
        pending = refused.pending
    except LookupError:
        raise Http404 from None
    return _see_other(reverse("portal:identity_finish", args=[pending.pk]))


@require_GET
def finish(request: HttpRequest, pending_id: uuid.UUID) -> HttpResponse:
    """The first page of our own: here the session is there again, and the log-in counts."""
    try:
        done = flow.complete(request, pending_id)
    except flow.Refused as refused:
        return _go_on_anyway(request, refused) or refused_page(request, refused)
    handler = {
        Purpose.LOGIN: _log_in,
        Purpose.STEP_UP: _step_up,
        Purpose.LINK: _link,
        Purpose.CONFIRM: _confirm,
    }[Purpose(done.pending.purpose)]
    return never_stored(handler(request, done))


def _go_on_anyway(request: HttpRequest, refused: flow.Refused) -> HttpResponse | None:
    """Nothing counts here, but whoever gave up, or came a second time, only needs the way on."""
    pending = refused.pending
    if pending is None:
        return None
    if refused.cancelled:
        text = _("Sie haben die Anmeldung abgebrochen. Es ist nichts verloren.")
        messages.info(request, text)
        return _see_other(flow.target_of(pending).url)
    if refused.code == "not-this-session":
        # Another window was faster, or this page is opened again: the key is a new one since.
        return _see_other(flow.target_of(pending).url) if _is_settled(request, pending) else None
    if pending.state == flow.OFFERED:
        return _see_other(reverse("portal:identity_new"))
    return _see_other(flow.target_of(pending).url) if pending.state == flow.DONE else None


def _is_settled(request: HttpRequest, pending: PendingLogin) -> bool:
    """Whether this session has by now what the log-in was begun for."""
    mine = account_of(request)
    if mine is None and not assurance.current(request).proofs:
        return False
    if pending.account_id is not None and (mine is None or mine.pk != pending.account_id):
        return False
    return pending.state == flow.DONE or pending.purpose in (Purpose.LOGIN, Purpose.STEP_UP)


def refused_page(request: HttpRequest, refused: flow.Refused) -> HttpResponse:
    """What happened and what to do; to an attacker it tells nothing."""
    facts = {
        "reason": reasons.told(refused.code),
        "incident": refused.incident,
        "back": flow.target_of(refused.pending).url if refused.pending else "",
    }
    return never_stored(render(request, "portal/identity/refused.html", facts, status=403))


def _log_in(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    if done.account is not None:
        signing.sign_in(request, done.account, done.verified, identity=done.identity)
        request.session.pop(AFTER_LOGIN, None)
        _join_draft(request, done.target, done.account)
        return _see_other(done.target.url)
    if not done.verified.subject:
        facts = {"source": label(done.verified.source), "back": done.target.url}
        return render(request, "portal/identity/guest.html", facts)
    flow.offer(request, done)
    response = _see_other(reverse("portal:identity_new"))
    return flow.bind_browser(request, response)


def _step_up(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    """For a form: a known person is logged in, an unknown one is let through as a guest."""
    mine = account_of(request)
    if done.account is not None and mine is not None and done.account != mine:
        return _somebody_else(request, done)
    if done.account is not None:
        signing.sign_in(request, done.account, done.verified, identity=done.identity)
        mine = done.account
    else:
        signing.step_up(request, done.verified)
        _say_how_to_keep(request, done, mine)
    _join_draft(request, done.target, mine)
    return _see_other(done.target.url)


def _link(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    mine = account_of(request)
    if mine is None or mine.pk != done.pending.account_id:
        return _somebody_else(request, done)
    name = label(done.verified.source)
    try:
        linking.link(account=mine, verified=done.verified, actor=linking.acting(mine))
    except linking.LinkedElsewhere as other:
        merging.propose(request, keep=mine, give_up=other.account, source=done.verified.source)
        return _see_other(reverse("portal:merge"))
    except linking.GuestOnly:
        text = _("%(name)s hat uns keine Kennung gegeben. So lässt sich nichts verknüpfen.")
        messages.warning(request, text % {"name": name})
        return _see_other(done.target.url)
    except linking.NotFresh:
        messages.warning(request, linked.too_old(name))
        return _see_other(done.target.url)
    signing.step_up(request, done.verified, account=mine)
    text = _("%(name)s ist verknüpft. Sie können sich künftig auch damit anmelden.")
    messages.success(request, text % {"name": name})
    return _see_other(done.target.url)


def _confirm(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    """Fresh proof: only a log-in that opens this very account is one."""
    mine = account_of(request)
    if mine is None or done.account != mine:
        return _somebody_else(request, done)
    signing.sign_in(request, mine, done.verified, identity=done.identity)
    return _see_other(done.target.url)


def _somebody_else(request: HttpRequest, done: flow.Completed) -> HttpResponse:
    facts = {"source": label(done.verified.source), "back": done.target.url}
    return render(request, "portal/identity/somebody_else.html", facts, status=409)


def _join_draft(request: HttpRequest, target: Target, account: Account | None) -> None:
    """The draft somebody was filling in is theirs from now on, and they proved who they are."""
    if "draft_id" not in target.args:
        return
    try:
        draft = draft_for(request, uuid.UUID(target.args["draft_id"]))
    except NoGrant:
        return
    gates.proved(request, draft)
    if account is not None and draft.account_id is None:
        actions.join_account(draft=draft, account=account)


def _say_how_to_keep(request: HttpRequest, done: flow.Completed, mine: Account | None) -> None:
    name = label(done.verified.source)
    if not done.verified.subject:
        text = _("Sie sind mit %(name)s angemeldet.")
    elif mine is None:
        text = _("Sie sind mit %(name)s angemeldet. Ein Servicekonto brauchen Sie dafür nicht. "
                 "Möchten Sie später alles an einem Ort sehen, legen Sie eines an.")  # fmt: skip
    else:
        text = _("Sie sind mit %(name)s bestätigt. Unter „Verknüpfte Anmeldungen“ können Sie "
                 "%(name)s mit Ihrem Servicekonto verbinden.")  # fmt: skip
    messages.info(request, text % {"name": name})


def _see_other(url: str) -> HttpResponse:
    """303 to an address of our own, made by `reverse` only."""
    response = redirect(url)
    response.status_code = 303
    return never_stored(response)

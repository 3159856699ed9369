""" "Verknüpfte Anmeldungen": which log-ins open this account."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts import flow, signing, ways
from rathaus.accounts.actions import linking
from rathaus.accounts.errors import Changed
from rathaus.accounts.models import Identity
from rathaus.accounts.sources import config
from rathaus.accounts.trust import TrustLevel
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.identity import arrival, merging
from rathaus.portal.views.konto.fresh import fresh, is_fresh
from rathaus.proceedings.known import label


@require_safe
@account_required
def identities(request: HttpRequest) -> HttpResponse:
    """The list with last use, what can be added, and a log-in that waits to be added."""
    account = signed_in(request)
    mine = list(account.identities.order_by("linked_at", "pk"))
    waiting = flow.offered(request)
    known = {row.source for row in mine}
    others = [source for source in config.for_residents() if source.key not in known]
    facts: dict[str, Any] = {
        "rows": [_row(row, removable=ways.count(account, without=row) > 0) for row in mine],
        "has_password": ways.has_password(account),
        "passkeys": len(ways.passkeys(account)),
        "others": others,
        "other_keys": [source.key for source in others],
        "waiting": label(waiting.verified.source) if waiting else "",
        "waiting_name": arrival.full_name(waiting.verified) if waiting else "",
        "fresh": is_fresh(request),
        "konto_current": "identities",
        "konto_here": _("Verknüpfte Anmeldungen"),
    }
    return render(request, "portal/identity/identities.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def ready(request: HttpRequest) -> HttpResponse:
    """Show first that it is you, then choose what to add."""
    return _back()


@require_POST
@fresh
def add_waiting(request: HttpRequest) -> HttpResponse:
    """Add the log-in that somebody made before they logged in here."""
    account, done = signed_in(request), flow.offered(request)
    if done is None or not flow.take_offer(request, done):
        messages.info(request, _("Das hat zu lange gedauert. Bitte melden Sie sich dort neu an."))
        return _back()
    name = label(done.verified.source)
    try:
        linking.link(account=account, verified=done.verified, actor=linking.acting(account))
    except linking.LinkedElsewhere as other:
        merging.propose(request, keep=account, give_up=other.account, source=done.verified.source)
        return redirect("portal:merge")
    except linking.NotFresh:
        messages.warning(request, too_old(name))
        return _back()
    signing.step_up(request, done.verified, account=account)
    text = _("%(name)s ist verknüpft. Sie können sich künftig auch damit anmelden.")
    messages.success(request, text % {"name": name})
    return _back()


@require_POST
@fresh
def unlink(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a log-in off the account, unless it is the last way in."""
    account = signed_in(request)
    try:
        linking.unlink(account=account, public_id=public_id, actor=linking.acting(account))
    except ways.LastWayIn:
        text = _("Das ist Ihr einziger Weg in das Konto. Richten Sie erst einen anderen ein.")
        messages.error(request, text)
    except Changed:
        messages.info(request, _("Diese Verknüpfung gibt es nicht mehr."))
    else:
        messages.success(request, _("Die Verknüpfung ist gelöst."))
    return _back()


def too_old(name: str) -> str:
    """For a log-in at the other side that was not made just now."""
    text = _(
        "Ihre Anmeldung bei %(name)s war schon älter. Melden Sie sich dort ab und versuchen Sie "
        "es noch einmal. Es wurde nichts verknüpft."
    )
    return text % {"name": name}


def _row(row: Identity, *, removable: bool) -> dict[str, Any]:
    level = TrustLevel(row.last_level)
    return {
        "id": row.public_id,
        "name": label(row.source),
        "linked_at": row.linked_at,
        "last_used_at": row.last_used_at,
        "level": level.label if level else "",
        "removable": removable,
        "usable": row.source in {source.key for source in config.for_residents()},
    }


def _back() -> HttpResponse:
    response = redirect("portal:identities")
    response.status_code = 303
    return response

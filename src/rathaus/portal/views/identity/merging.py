"""Two accounts become one: both were just logged in to, and their owner says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from rathaus.accounts import ways
from rathaus.accounts.actions import merging
from rathaus.accounts.actions.linking import acting
from rathaus.accounts.errors import AccountError
from rathaus.accounts.models import Account
from rathaus.core.clock import now
from rathaus.portal.owner import signed_in
from rathaus.portal.views.konto.fresh import fresh
from rathaus.proceedings.known import label

PROPOSED = "merge"
"""Key in the session: the account whose log-in was just used while another was logged in."""
VALID = timedelta(minutes=15)


def propose(request: HttpRequest, *, keep: Account, give_up: Account, source: str) -> None:
    """Somebody logged in to both accounts in this session: offer to make them one."""
    request.session[PROPOSED] = {
        "keep": str(keep.public_id),
        "give_up": str(give_up.public_id),
        "source": source,
        "at": now().isoformat(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def merge(request: HttpRequest) -> HttpResponse:
    """What would move, and the button that moves it."""
    keep = signed_in(request)
    other = proposed(request, keep)
    if other is None:
        return redirect("portal:identities")
    if request.method == "POST":
        name = label(request.session.pop(PROPOSED)["source"])
        if "abbrechen" in request.POST:
            return redirect("portal:identities")
        try:
            merging.merge(keep=keep, give_up=other, actor=acting(keep))
        except AccountError:
            messages.warning(request, _("Das andere Konto hat sich inzwischen geändert."))
        else:
            text = _("Die Konten sind zusammengeführt. %(name)s öffnet jetzt dieses Konto.")
            messages.success(request, text % {"name": name})
        response = redirect("portal:identities")
        response.status_code = 303
        return response
    facts: dict[str, Any] = {
        "source": label(request.session[PROPOSED]["source"]),
        "other": other,
        "shares": [text for share in merging.overview(other) if (text := words(share))],
        "loses_passkeys": bool(ways.passkeys(other)),
        "loses_password": ways.has_password(other) and ways.has_password(keep),
        "konto_current": "identities",
        "konto_here": _("Konten zusammenführen"),
    }
    return render(request, "portal/identity/merge.html", facts)


def proposed(request: HttpRequest, keep: Account) -> Account | None:
    """The other account, if it was proposed for this one a moment ago and is still open."""
    found = request.session.get(PROPOSED)
    if not found or found["keep"] != str(keep.public_id):
        return None
    if now() - datetime.fromisoformat(found["at"]) > VALID:
        return None
    rows = Account.objects.filter(public_id=found["give_up"], closed_at=None)
    return rows.select_related("user", "chain").first()


def words(share: merging.Share) -> str:
    """ "3 Anträge"; empty where there are none."""
    n = share.number
    if not n:
        return ""
    text = {
        "identities": ngettext("%(n)d Anmeldung", "%(n)d Anmeldungen", n),
        "drafts": ngettext("%(n)d Entwurf", "%(n)d Entwürfe", n),
        "applications": ngettext("%(n)d Antrag", "%(n)d Anträge", n),
        "representations": ngettext("%(n)d Vertretung", "%(n)d Vertretungen", n),
        "children": ngettext("%(n)d Kind", "%(n)d Kinder", n),
    }[share.relation]
    return text % {"n": n}

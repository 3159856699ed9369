"""The first log-in of somebody we do not know: open an account, or add it to the one there is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts import flow, naming, signing, terms
from rathaus.accounts.actions import linking
from rathaus.accounts.sources.base import Verified
from rathaus.portal.access import never_stored
from rathaus.portal.owner import account_of
from rathaus.portal.views.area.guard import AFTER_LOGIN
from rathaus.proceedings.known import label


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """ "Servicekonto anlegen?", with the name the source told us."""
    done = flow.offered(request) if request.session.session_key else None
    if done is None:
        return never_stored(redirect("portal:login"))
    if account_of(request) is not None:
        return never_stored(redirect("portal:identities"))
    if request.method == "POST" and "vorhanden" in request.POST:
        request.session[AFTER_LOGIN] = {"view": "portal:identities", "args": {}}
        return never_stored(redirect("portal:login"))
    first_names, last_name = names(done.verified)
    facts: dict[str, Any] = {
        "source": label(done.verified.source),
        "name": f"{first_names} {last_name}".strip(),
        "terms_text": terms.TEXT,
        "error": "",
    }
    if request.method == "POST":
        if "einverstanden" not in request.POST:
            facts["error"] = _("Stimmen Sie den Nutzungsbedingungen zu, um das Konto anzulegen.")
        else:
            return never_stored(_open(request, done, first_names, last_name))
    return never_stored(render(request, "portal/identity/new.html", facts))


def names(verified: Verified) -> tuple[str, str]:
    """First names and last name as people write them; empty where the source is silent."""
    given = verified.attributes.get("given_names")
    family = verified.attributes.get("family_name")
    return (
        naming.given_names(given.value) if given else "",
        naming.family_name(family.value) if family else "",
    )


def _open(
    request: HttpRequest, done: flow.Completed, first_names: str, last_name: str
) -> HttpResponse:
    if not flow.take_offer(request, done):
        return redirect("portal:login")
    try:
        account = linking.open_with(
            verified=done.verified,
            language=(get_language() or "de")[:5],
            first_names=first_names,
            last_name=last_name,
        )
    except linking.LinkedElsewhere as other:  # opened in another window a moment ago
        account = other.account
    identity = flow.identity_of(done.verified)
    signing.sign_in(request, account, done.verified, identity=identity)
    request.session.pop(AFTER_LOGIN, None)
    messages.success(
        request,
        _("Ihr Servicekonto ist angelegt. Eine E-Mail-Adresse für Nachrichten können Sie unter "
          "„Profil“ hinterlegen."),
    )  # fmt: skip
    response = redirect(done.target.url)
    response.status_code = 303
    return response

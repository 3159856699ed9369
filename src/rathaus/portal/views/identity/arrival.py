"""The first log-in of somebody we do not know: open an account, or add it to the one there is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts import flow, naming, signing, terms
from rathaus.accounts.actions import linking, profile
from rathaus.accounts.errors import TooManyTries
from rathaus.accounts.sources.base import Verified
from rathaus.forms.definition import Field, FieldType, FormDefinition
from rathaus.portal import asked, fields
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
    suggested = done.verified.attributes.get("email")
    question = asked.ask(_form(), request, start={"email": suggested.value} if suggested else {})
    if question.is_valid():
        email = question.cleaned.get("email", "")
        return never_stored(_open(request, done, (first_names, last_name), email))
    facts: dict[str, Any] = {
        "source": label(done.verified.source),
        "name": full_name(done.verified),
        "terms_text": terms.TEXT,
        "bound": question,
    }
    return never_stored(render(request, "portal/identity/new.html", facts))


@fields.per_language
def _form() -> FormDefinition:
    """The address is only a way to reach the person: confirmed later, and never a log-in."""
    return fields.form(
        Field(
            key="email",
            type=FieldType.EMAIL,
            label=_("E-Mail-Adresse für Nachrichten"),
            hint=_("Wir schicken Ihnen einen Code, um sie zu bestätigen."),
            required=False,
        ),
        Field(
            key="einverstanden",
            type=FieldType.CONSENT,
            label=_("Ich stimme den Nutzungsbedingungen zu."),
            missing_message=_("Stimmen Sie den Nutzungsbedingungen zu, um das Konto anzulegen."),
        ),
    )


def names(verified: Verified) -> tuple[str, str]:
    """First names and last name as people write them; empty where the source is silent."""
    given = verified.attributes.get("given_names")
    family = verified.attributes.get("family_name")
    return (
        naming.given_names(given.value) if given else "",
        naming.family_name(family.value) if family else "",
    )


def full_name(verified: Verified) -> str:
    """Who logged in there, for somebody at a shared device to recognise; may be empty."""
    return " ".join(part for part in names(verified) if part)


def _open(
    request: HttpRequest, done: flow.Completed, person: tuple[str, str], email: str
) -> HttpResponse:
    if not flow.take_offer(request, done):
        return redirect("portal:login")
    try:
        account = linking.open_with(
            verified=done.verified,
            language=(get_language() or "de")[:5],
            first_names=person[0],
            last_name=person[1],
        )
    except linking.LinkedElsewhere as other:  # opened in another window a moment ago
        account = other.account
    identity = flow.identity_of(done.verified)
    signing.sign_in(request, account, done.verified, identity=identity)
    request.session.pop(AFTER_LOGIN, None)
    messages.success(request, _("Ihr Servicekonto ist angelegt."))
    if email:
        with suppress(TooManyTries):
            profile.begin_contact_change(
                account=account, email=email, actor=linking.acting(account)
            )
            text = _("Wir haben Ihnen einen Code geschickt. Geben Sie ihn unter „Profil“ ein.")
            messages.info(request, text)
    response = redirect(done.target.url)
    response.status_code = 303
    return response

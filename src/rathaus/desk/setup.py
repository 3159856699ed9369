"""Setting up a second factor: what the page shows, what is kept of what comes back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rathaus.accounts.staff import factors, passkeys
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.desk import params
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember

SECRET = "desk_secret"  # noqa: S105
"""Key in the session: the sealed secret that an app is being given."""


def context(request: HttpRequest, staff: StaffMember) -> dict[str, Any]:
    """QR code and secret for an app, and the question for a passkey."""
    secret = _secret(request)
    return {
        "qr": _picture(_address(secret, staff)),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "question": passkeys.to_register(staff),
    }


def kept(request: HttpRequest, staff: StaffMember, actor: Actor) -> tuple[str, str]:
    """Keep the factor that was set up: (its kind, "") or ("", what to tell)."""
    if answer := request.POST.get("credential", ""):
        return _keep_passkey(answer, request, staff, actor)
    code = params.text(request.POST, "code", 20)
    if not code:
        return "", _("Bitte geben Sie den Code ein, den die App zeigt.")
    if not factors.add_app(staff=staff, secret=_secret(request), code=code, actor=actor):
        return "", _(
            "Dieser Code passt nicht. Warten Sie auf den nächsten Code der App und prüfen Sie, "
            "ob die Uhr Ihres Handys richtig geht."
        )
    request.session.pop(SECRET, None)
    return factors.TOTP_KIND, ""


def as_file(codes: list[str], staff: StaffMember) -> HttpResponse:
    """Recovery codes as a text file."""
    town = organisation.town().full_name
    lines = [
        _("Ersatzcodes für den Arbeitsplatz: %(town)s") % {"town": town},
        staff.user.login,
        "",
        *codes,
        "",
        _("Jeder Code gilt einmal. Bewahren Sie die Codes getrennt vom Handy auf."),
    ]
    response = HttpResponse("\r\n".join(lines) + "\r\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ersatzcodes.txt"'
    return response


def _keep_passkey(
    answer: str, request: HttpRequest, staff: StaffMember, actor: Actor
) -> tuple[str, str]:
    try:
        credential = passkeys.registered(answer)
        name = params.text(request.POST, "name", 60)
        factors.add_passkey(staff=staff, name=name, credential=credential, actor=actor)
    except ValueError:  # NotAccepted, or too many
        return "", _("Der Passkey wurde nicht gespeichert. Bitte versuchen Sie es noch einmal.")
    return factors.PASSKEY, ""


def _secret(request: HttpRequest) -> str:
    """The same until it was used: a mistyped code must not need a new picture."""
    sealed = request.session.get(SECRET, "")
    if sealed:
        try:
            return secrets.unseal(sealed)
        except secrets.SealBroken:
            pass
    secret = factors.new_secret()
    request.session[SECRET] = secrets.seal(secret)
    return secret


def _address(secret: str, staff: StaffMember) -> str:
    issuer = f"{organisation.town().name} Arbeitsplatz"
    label = quote(f"{issuer}:{staff.user.login}")
    return (
        f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    )


def _picture(address: str) -> SafeString:
    """Dark on white, in dark mode too: cameras need it so."""
    made = segno.make(address, error="m").svg_inline(scale=4, border=3, light="#fff")
    return mark_safe(made)  # noqa: S308 (made by us, from an encoded address)

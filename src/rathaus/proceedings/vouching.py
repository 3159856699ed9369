"""What of an application was verified, and on whose behalf it was made, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from rathaus.accounts.trust import TrustLevel
from rathaus.proceedings.known import label
from rathaus.proceedings.models import Application
from rathaus.theme import formats

METHODS = {
    "eid": lazy("Online-Ausweis"),
    "smart-eid": lazy("Online-Ausweis im Smartphone"),
    "elster": lazy("ELSTER-Zertifikat"),
    "authega": lazy("Authega-Zertifikat"),
    "eidas": lazy("eIDAS-Ausweis"),
    "fink": lazy("anderes Servicekonto"),
    "benutzername": lazy("Benutzername und Passwort"),
    "password": lazy("Passwort"),
    "passkey": lazy("Passkey"),
    "totp": lazy("Passwort und Code"),
}


def by_answer(application: Application) -> dict[str, str]:
    """For `engine.summary`: who vouches for an answer, how, how surely and when.

    Only who, where it is the log-in of the application: that one is told once, with `log_in`.
    """
    if not application.verified:
        return {}
    same = application.verified.get("login")
    return {
        path: _("von %(source)s bestätigt") % {"source": label(str(entry.get("source", "")))}
        if entry == same
        else sentence(entry)
        for path, entry in application.verified.get("fields", {}).items()
    }


def log_in(application: Application) -> str:
    """How the person was logged in when they sent it; empty where they were not."""
    entry = application.verified.get("login") if application.verified else None
    return sentence(entry) if entry else ""


def sentence(entry: Mapping[str, Any]) -> str:
    """ "BundID, Online-Ausweis, Vertrauensniveau hoch, 22.11.2026, 23:40 Uhr"."""
    source = str(entry.get("source", ""))
    method = str(entry.get("method", ""))
    name = _("Servicekonto") if source == "local" else label(source)
    parts = [name, str(METHODS.get(method.lower(), method))]
    try:
        level = TrustLevel.parse(str(entry.get("level", ""))).label
        parts.append(_("Vertrauensniveau %(level)s") % {"level": level})
        parts.append(formats.moment(datetime.fromisoformat(str(entry.get("at", "")))))
    except (KeyError, ValueError):
        pass  # written by an older version
    return ", ".join(part for part in parts if part)


def behalf(application: Application) -> str:
    """ "Musterbau GmbH (Verwaltung, bestätigt von Mein Unternehmenskonto)"; empty: for oneself."""
    entry = application.on_behalf
    if not entry:
        return ""
    role = {
        "admin": _("handelt für die Organisation"),
        "member": _("handelt für die Organisation"),
        "parent": _("Elternteil, selbst angegeben"),
    }.get(entry.get("role", ""), "")
    proof = entry.get("proof", "")
    if proof:
        role += _(", Organisation bestätigt von %(source)s") % {"source": label(proof)}
    return f"{entry.get('name', '')} ({role})" if role else str(entry.get("name", ""))

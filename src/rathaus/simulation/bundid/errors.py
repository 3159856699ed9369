"""Why a house refuses a request: BundID's published codes, and our own with ``sim-``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

PUBLISHED: Mapping[str, object] = {
    "akdb-extension-missing": _("Die Erweiterung akdb:AuthenticationRequest fehlt."),
    "akdb-extension-v1-deprecated": _("Die Erweiterung hat nicht die Version 2."),
    "saml-request-not-signed": _("Die Anfrage ist nicht unterschrieben."),
    "purpose-does-not-support-restricted-html": _("Der Zweck enthält verbotenes HTML."),
    "missing-berca": _("Für den Online-Ausweis fehlt ein Berechtigungszertifikat."),
    "requested-attributes-empty": _("Es ist kein Attribut angefordert."),
    "requested-attributes-missing-name": _("Ein angefordertes Attribut hat keinen Namen."),
    "empty-authentication-methods": _("Alle Anmeldeverfahren sind abgewählt."),
    "organization-display-name-missing": _("Der Name der Behörde fehlt."),
}
"""``idp.code`` of BundID (interface description 9.6)."""
OWN: Mapping[str, object] = {
    "sim-no-request": _("Es kam keine Anfrage an."),
    "sim-unreadable": _("Die Anfrage ist nicht lesbar."),
    "sim-unknown-issuer": _(
        "Diesen Dienst kennen wir nicht: Seine Metadaten sind nicht hinterlegt."
    ),
    "sim-signature-wrong": _("Die Unterschrift der Anfrage stimmt nicht."),
    "sim-wrong-destination": _("Die Anfrage ist an eine andere Stelle gerichtet."),
    "sim-too-old": _("Die Anfrage ist zu alt oder aus der Zukunft."),
    "sim-wrong-return-address": _("Die Rücksprungadresse steht nicht in den Metadaten."),
    "sim-wrong-binding": _("Antworten gehen nur mit HTTP-POST."),
    "sim-unknown-level": _("Das verlangte Vertrauensniveau kennen wir nicht."),
    "sim-expired": _("Diese Anmeldung ist abgelaufen oder schon beendet."),
    "sim-unavailable": _("Das Konto-System ist gerade nicht erreichbar."),
}
TEXTS: Mapping[str, object] = {**PUBLISHED, **OWN}


class Refused(Exception):
    """No log-in: the person sees an error page, the town gets no answer."""

    def __init__(self, code: str, detail: str = "", *, raw: bytes = b"") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.raw = raw

"""Everything that can go wrong at a house, to be switched on."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rathaus.simulation import switches
from rathaus.simulation.bundid.errors import PUBLISHED
from rathaus.simulation.bundid.houses import House

CRYPTO: Mapping[str, object] = {
    "rsa-sha256": _("Unterschrift mit dem älteren RSA-SHA-256 statt RSASSA-PSS"),
    "aes-cbc": _("Verschlüsselung mit dem älteren AES-CBC statt AES-GCM"),
    "sha1": _("Unterschrift mit SHA-1"),
}
FORGERY: Mapping[str, object] = {
    "unsigned": _("Antwort ohne Unterschrift"),
    "tampered": _("nach der Unterschrift verändert"),
    "foreign-key": _("mit einem fremden Schlüssel unterschrieben"),
    "plaintext": _("Antwort unverschlüsselt"),
    "replay": _("die letzte Antwort noch einmal"),
    "other-person": _("Antwort auf die Anmeldung einer anderen Person"),
    "wrong-issuer": _("falscher Absender"),
    "wrong-audience": _("für einen anderen Dienst bestimmt"),
    "no-audience": _("für keinen bestimmten Dienst"),
    "wrong-recipient": _("an eine andere Adresse gerichtet"),
    "wrong-destination": _("an ein anderes Ziel gerichtet (äußerer Umschlag)"),
    "no-in-response-to": _("ohne Bezug auf die Anfrage"),
    "expired": _("abgelaufen"),
    "not-yet-valid": _("noch nicht gültig"),
    "lower-level": _("niedrigeres Vertrauensniveau als verlangt"),
    "weak-attributes": _("Attribute schwächer geprüft als die Anmeldung"),
    "no-identifier": _("ohne Kennung der Person (bPK2)"),
}
STATUS: Mapping[str, object] = {
    "status.denied": _("Antwort „abgelehnt“ (RequestDenied)"),
    "status.no-level": _("Antwort „Niveau nicht erreichbar“ (NoAuthnContext)"),
    "status.broken": _("Antwort „Fehler im Konto-System“ (Responder)"),
}
GENERAL: Mapping[str, object] = {
    "slow": _("antwortet langsam (5 Sekunden)"),
    "unavailable": _("nicht erreichbar (503)"),
}
ERRORS: Mapping[str, object] = {f"error.{code}": code for code in PUBLISHED}


def groups(house: House) -> list[tuple[str, Mapping[str, object]]]:
    """Faults a house can have, under headings."""
    crypto = CRYPTO
    forgery = {k: v for k, v in FORGERY.items() if k != "weak-attributes" or house.trust}
    found: list[tuple[str, Mapping[str, object]]] = [
        (str(_("Gefälschte und falsche Antworten")), forgery),
        (str(_("Verfahren")), crypto),
        (str(_("Absagen")), STATUS),
        (str(_("Erreichbarkeit")), GENERAL),
    ]
    if house.extension:
        found.append((str(_("Fehlerseiten (idp.code)")), ERRORS))
    return found


def names(house: House) -> set[str]:
    """All faults of a house."""
    return {name for _heading, faults in groups(house) for name in faults}


def switch_on(house: House, name: str, times: int = 1) -> None:
    """Let a fault happen `times` times. Raises: KeyError for an unknown name."""
    if name not in names(house):
        raise KeyError(name)
    switches.switch_on(f"{house.key}.{name}", times)


def take(house: House, name: str) -> bool:
    """Use up one occasion of a fault."""
    return switches.take(f"{house.key}.{name}")


def take_all(house: House, *groups_: Mapping[str, object]) -> frozenset[str]:
    """Use up one occasion of each fault of these groups that is on."""
    on = switches.active(house.key)
    return frozenset(
        name for group in groups_ for name in group if name in on and take(house, name)
    )


def active(house: House) -> dict[str, int]:
    """Faults that are on, and how often they will still happen."""
    return switches.active(house.key)


def text(house: House, name: str) -> str:
    """What a fault is, in words."""
    return next(str(group[name]) for _heading, group in groups(house) if name in group)

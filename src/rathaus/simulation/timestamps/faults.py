"""What can be wrong with a time-stamp service."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rathaus.simulation import switches

NAMES: Mapping[str, object] = {
    "down": _("nicht erreichbar (503)"),
    "timeout": _("keine Antwort"),
    "refused": _("lehnt ab"),
    "not_der": _("antwortet mit einer Webseite"),
    "broken": _("abgeschnittene Antwort"),
    "too_long": _("endlose Antwort"),
    "wrong_nonce": _("falsche Zufallszahl"),
    "wrong_digest": _("Zeitstempel über etwas anderes"),
    "wrong_time": _("Uhr geht einen Tag vor"),
    "replay": _("alte Antwort noch einmal"),
    "forged": _("falsche Signatur"),
    "expired": _("abgelaufenes Zertifikat"),
    "wrong_eku": _("Zertifikat für etwas anderes"),
    "foreign": _("Zertifikat einer fremden Stelle"),
}
SIGNERS = ("expired", "wrong_eku", "foreign")


def take(name: str) -> bool:
    """Use up one occasion of a fault."""
    return switches.take(f"tsa.{name}")


def switch_on(name: str, times: int = 1) -> None:
    """Let a fault happen. Raises: KeyError for an unknown one."""
    if name not in NAMES:
        raise KeyError(name)
    switches.switch_on(f"tsa.{name}", times)

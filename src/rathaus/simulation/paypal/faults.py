"""Switches for everything that goes wrong in practice."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from rathaus.simulation import switches
from rathaus.simulation.switches import take

__all__ = ["CALLS", "GENERAL", "NAMES", "SPECIAL", "active", "switch_on", "take", "take_general"]

CALLS: Mapping[str, object] = {
    "token": _("Anmeldung"),
    "create": _("Bestellung anlegen"),
    "get": _("Bestellung lesen"),
    "capture": _("Einziehen"),
    "refund": _("Erstatten"),
}
GENERAL: Mapping[str, object] = {
    "timeout_before": _("keine Antwort, nichts geschehen"),
    "timeout_after": _("keine Antwort, aber geschehen"),
    "401": _("Anmeldung abgelaufen (401)"),
    "429": _("zu viele Anfragen (429)"),
    "500": _("interner Fehler (500)"),
    "503": _("nicht erreichbar (503)"),
    "not_json": _("Antwort ist kein JSON"),
    "empty": _("Antwort ist null"),
    "slow": _("langsame Antwort"),
}
SPECIAL: Mapping[str, object] = {
    "get.amount": _("anderer Betrag in der Bestellung"),
    "get.currency": _("andere Währung in der Bestellung"),
    "get.custom_id": _("fremde Zahlung in der Bestellung"),
    "capture.amount": _("anderer Betrag eingezogen"),
    "capture.INSTRUMENT_DECLINED": _("Zahlungsmittel abgelehnt"),
    "capture.ORDER_NOT_APPROVED": _("Bestellung nicht freigegeben"),
    "capture.ORDER_ALREADY_CAPTURED": _("eingezogen, aber „schon eingezogen“ gemeldet"),
    "capture.COMPLIANCE_VIOLATION": _("aus rechtlichen Gründen abgelehnt"),
    "refund.pending": _("Erstattung dauert"),
    "refund.failed": _("Erstattung scheitert"),
    "webhook.lost": _("Benachrichtigung geht verloren"),
    "webhook.duplicate": _("Benachrichtigung kommt doppelt"),
    "webhook.late": _("Benachrichtigung kommt verspätet"),
    "webhook.forged": _("Benachrichtigung mit falscher Unterschrift"),
    "webhook.tampered": _("Benachrichtigung unterwegs verändert"),
    "webhook.foreign": _("Benachrichtigung mit fremdem Zertifikat"),
}
NAMES: Mapping[str, str] = {
    **{f"{c}.{f}": f"{label}: {text}" for c, label in CALLS.items() for f, text in GENERAL.items()},
    **{name: str(text) for name, text in SPECIAL.items()},
}


def switch_on(name: str, times: int = 1) -> None:
    """Let a fault happen at the next `times` occasions; 0 switches it off.

    Raises: KeyError for an unknown name.
    """
    if name not in NAMES:
        raise KeyError(name)
    switches.switch_on(name, times)


def active(prefix: str) -> set[str]:
    """Names of the faults now on for one kind of call, without the prefix."""
    return set(switches.active(prefix))


def take_general(call: str, fault: str) -> bool:
    """Use up a fault that any call can have; the special ones are taken where they strike."""
    return fault in GENERAL and take(f"{call}.{fault}")

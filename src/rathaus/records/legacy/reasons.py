"""Why a run does not go on: kept as a code, said in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

UNREADABLE = "unreadable"
SCANNER_SILENT = "scanner-silent"
NO_ROOM = "no-room"
_SAID = {
    UNREADABLE: _(
        "Der Ordner oder die Tabelle ist nicht mehr lesbar. Prüfen Sie, ob es sie noch gibt."
    ),
    SCANNER_SILENT: _(
        "Der Virenscanner antwortet nicht. Ohne ihn wird nichts abgelegt; sobald er antwortet, geht"
        " es von selbst weiter. Bleibt es dabei, sagen Sie dem Betrieb Bescheid."
    ),
    NO_ROOM: _(
        "Auf dem Server ist kein Speicherplatz mehr frei. Sagen Sie bitte sofort dem Betrieb "
        "Bescheid; sobald wieder Platz ist, geht es von selbst weiter."
    ),
}


def said(code: str) -> str:
    """The sentence of a code. What is no code was written by a person, or before there were any."""
    return str(_SAID.get(code, code))

"""What can be wrong with a file, in plain German, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

CODES = (
    "symlink",
    "special",
    "system",
    "outside",
    "missing",
    "no_file",
    "unreadable",
    "empty",
    "too_large",
    "shallow",
    "no_plan",
    "unknown_plan",
    "no_dossier",
    "bad_date",
    "bad_closed",
    "unknown_office",
    "columns",
    "same_in_run",
    "known",
    "infected",
    "unscanned",
    "changed",
    "closed_case",
    "refused",
)


def text(code: str, detail: str = "") -> str:
    """The sentence for a code of `CODES`; `detail` is the value that was wrong."""
    sentence = {
        "symlink": _("Verknüpfung auf eine andere Stelle: wird nie verfolgt."),
        "special": _("Keine gewöhnliche Datei."),
        "system": _("Hilfsdatei des Betriebssystems, gehört nicht in die Akte."),
        "outside": _("Der Pfad führt aus dem Ordner hinaus."),
        "missing": _("Diese Datei gibt es im Ordner nicht."),
        "no_file": _("In dieser Zeile steht keine Datei."),
        "unreadable": _("Die Datei lässt sich nicht lesen. Prüfen Sie die Rechte."),
        "empty": _("Die Datei ist leer."),
        "too_large": _("Die Datei ist zu groß."),
        "shallow": _("Die Datei liegt nicht tief genug: es fehlen Ordner nach dem Muster."),
        "no_plan": _("Keine Stelle im Aktenplan. Geben Sie eine für die ganze Übernahme an."),
        "unknown_plan": _("Diese Stelle gibt es im Aktenplan nicht:"),
        "no_dossier": _("Keine Akte genannt. Geben Sie eine für die ganze Übernahme an."),
        "bad_date": _("Das ist kein gültiges Datum:"),
        "bad_closed": _("Das ist kein gültiges Schlussdatum:"),
        "unknown_office": _("Dieses Amt gibt es nicht, oder Sie dürfen dort nicht ablegen:"),
        "columns": _("Die Zeile hat zu wenige Spalten."),
        "same_in_run": _("Diese Datei kommt in der Übernahme schon einmal vor."),
        "known": _("Diese Datei wurde schon einmal übernommen."),
        "infected": _("Die Datei enthält Schadsoftware:"),
        "unscanned": _(
            "Die Datei ist zu groß für den Virenscanner. Der Betrieb kann dessen Grenze anheben."
        ),
        "changed": _("Die Datei hat sich seit dem Probelauf geändert."),
        "closed_case": _("Der Vorgang ist schon abgeschlossen. Nehmen Sie ihn wieder auf:"),
        "refused": _("Nicht abgelegt:"),
    }.get(code, code)
    if detail:
        return f"{sentence} {detail}"
    return f"{sentence[:-1]}." if sentence.endswith(":") else sentence

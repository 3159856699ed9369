"""What people have to know about a file, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DANGEROUS = frozenset({"program", "script", "macro", "link_file", "active_pdf", "html"})
"""Marks of files that could do something when they are opened."""
WORDS: dict[str, str | Promise] = {
    "program": _("Programm: Öffnen Sie diese Datei nicht."),
    "script": _("Enthält ein Skript: Öffnen Sie diese Datei nicht."),
    "macro": _("Enthält Makros: Öffnen Sie die Datei nur, wenn Sie sie erwarten."),
    "link_file": _("Verknüpfung, die ein Programm starten kann: Öffnen Sie sie nicht."),
    "html": _("Internetseite: kann beim Öffnen Inhalte nachladen."),
    "active_pdf": _("PDF mit eingebettetem Programm."),
    "attached_pdf": _("PDF mit angehängten Dateien."),
    "password": _("Mit einem Kennwort geschützt: bitten Sie um eine Fassung ohne Kennwort."),
    "zip_password": _("Archiv mit Kennwort: lässt sich nicht auspacken."),
    "xfa": _("Dynamisches Formular (XFA): Nur Adobe Reader zeigt es richtig an."),
    "damaged": _("Die Datei ist beschädigt."),
    "signed": _("Enthält eine elektronische Unterschrift."),
    "winmail": _("Outlook-Anhang (winmail.dat): wird unverändert aufbewahrt."),
    "encrypted": _("Verschlüsselt: bitten Sie um eine Fassung ohne Verschlüsselung."),
    "empty_part": _("Ein Anhang ist leer: Fragen Sie nach, ob er richtig angekommen ist."),
    "unscanned": _("Wurde nicht auf Schadsoftware geprüft: Es ist kein Virenscanner eingerichtet."),
    "not_a_mail": _("Diese E-Mail ist nicht lesbar. Die Datei ist unverändert aufbewahrt."),
    "parts_left_out": _("Es sind mehr Anhänge enthalten, als einzeln gezeigt werden."),
}


def describe(marks: list[str]) -> list[tuple[str, str, bool]]:
    """(mark, sentence, dangerous), the dangerous ones first."""
    found = [(mark, str(WORDS.get(mark, mark)), mark in DANGEROUS) for mark in marks]
    return sorted(found, key=lambda one: not one[2])

"""German for what a verification finds; reports for machines keep the English words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "case missing": _("Vorgang fehlt"),
    "content changed": _("Ereignis wurde verändert"),
    "content exchanged": _("Inhalt wurde ausgetauscht"),
    "counter set back": _("Zähler wurde zurückgesetzt"),
    "destroyed, but still there": _("Als vernichtet geführt, aber noch vorhanden"),
    "direction changed": _("Eingang oder Ausgang wurde verändert"),
    "document missing": _("Dokument fehlt"),
    "document was never filed": _("Dokument wurde nie zur Akte genommen"),
    "access changed": _("Zugriff auf die Akte wurde verändert"),
    "medium changed": _("Art der Akte (Papier oder elektronisch) wurde verändert"),
    "parent changed": _("Übergeordnete Akte wurde verändert"),
    "dossier missing": _("Akte fehlt"),
    "number of document changed": _("Nummer des Dokuments wurde verändert"),
    "other case tells it differently": _("Der Verlauf des anderen Vorgangs sagt es anders"),
    "dossier changed": _("Akte wurde verändert"),
    "end of retention changed": _("Aufbewahrungsfrist wurde verändert"),
    "event missing before it": _("Davor fehlt ein Ereignis"),
    "event of destruction missing": _("Der Eintrag über die Vernichtung fehlt im Verlauf"),
    "event of opening missing": _("Das Anlegen des Vorgangs fehlt im Verlauf"),
    "events missing at the end": _("Am Ende des Verlaufs fehlen Ereignisse"),
    "filing_code changed": _("Stelle im Aktenplan wurde verändert"),
    "guard missing": _("Eine Schutzregel der Datenbank fehlt oder wurde verändert"),
    "head does not match": _("Ende der Ereigniskette passt nicht"),
    "history went on after destruction": _("Der Verlauf ging nach der Vernichtung weiter"),
    "id of version changed": _("Kennung der Fassung wurde verändert"),
    "kind changed": _("Art des Dokuments wurde verändert"),
    "link broken": _("Ereigniskette ist unterbrochen"),
    "number of newest version changed": _("Nummer der neuesten Fassung wurde verändert"),
    "numbers missing": _("Nummern fehlen: Vorgänge wurden entfernt"),
    "office changed": _("Zuständiges Amt wurde verändert"),
    "personal data changed": _("Personenbezogene Angaben wurden verändert"),
    "reference changed": _("Aktenzeichen wurde verändert"),
    "rendition exchanged": _("Wiedergabe wurde ausgetauscht"),
    "rendition missing": _("Wiedergabe fehlt"),
    "rendition was never made": _("Wiedergabe wurde nie erzeugt"),
    "size changed": _("Größe wurde verändert"),
    "state changed": _("Zustand wurde verändert"),
    "stored file damaged": _("Gespeicherte Datei ist beschädigt"),
    "title changed": _("Titel wurde verändert"),
    "title, file name or type changed": _("Titel, Dateiname oder Dateityp wurde verändert"),
    "version missing": _("Fassung fehlt"),
    "version was never filed": _("Fassung wurde nie zur Akte genommen"),
}


def german(what: str) -> str:
    """The sentence for people."""
    return str(_WORDS.get(what, what))


_VALUES: dict[str, str | Promise] = {
    "no row": _("kein Eintrag"),
    "a row": _("ein Eintrag"),
    "in place": _("vorhanden"),
    "missing or changed": _("fehlt oder ist geändert"),
    "destroyed": _("vernichtet"),
    "stored bytes were changed": _("gespeicherte Daten wurden verändert"),
    "content does not match its digest": _("Inhalt passt nicht zur Prüfsumme"),
}


def german_value(value: str) -> str:
    """What was expected or found, where it is not a value of the record itself.

    What stands before a colon (the digest of a file) stays.
    """
    of_what, colon, said = value.rpartition(": ")
    return f"{of_what}{colon}{_VALUES[said]}" if said in _VALUES else value

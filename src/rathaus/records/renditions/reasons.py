"""Plain words for why there is no rendition, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reason:
    """`short` for tables, `text` for the page of the document, `retry`: may work another time."""

    short: str | Promise
    text: str | Promise
    retry: bool = False


REASONS: dict[str, Reason] = {
    "encrypted": Reason(
        _("Mit Kennwort geschützt"),
        _(
            "Die Datei ist mit einem Kennwort geschützt. Bitten Sie um eine Fassung ohne "
            "Kennwort; das Original bleibt, wie es ist."
        ),
    ),
    "xfa": Reason(
        _("XFA-Formular"),
        _(
            "Das ist ein XFA-Formular. Seine Seiten entstehen erst im Programm des Herstellers. "
            "Öffnen Sie das Original, drucken Sie es dort als PDF und legen Sie das dazu."
        ),
    ),
    "broken": Reason(
        _("Datei ist beschädigt"),
        _("Die Datei ist beschädigt und lässt sich nicht lesen. Bitten Sie um eine neue."),
    ),
    "no_picture": Reason(
        _("Kein lesbares Bild"),
        _("Die Datei heißt wie ein Bild, ist aber keines, das die Software kennt."),
    ),
    "heic": Reason(
        _("HEIC-Bild"),
        _(
            "HEIC-Bilder vom iPhone kann die Software nicht anzeigen. Öffnen Sie das Original, "
            "oder bitten Sie um ein JPEG."
        ),
    ),
    "too_large": Reason(
        _("Zu groß"),
        _("Ein Bild oder die ganze Datei ist zu groß für eine Vorschau. Öffnen Sie das Original."),
    ),
    "too_many_pages": Reason(
        _("Zu viele Seiten"),
        _("Die Datei hat mehr als 2000 Seiten. Öffnen Sie das Original."),
    ),
    "no_ocr": Reason(
        _("Texterkennung fehlt"),
        _(
            "Auf diesem Server ist keine Texterkennung eingerichtet (Tesseract mit Deutsch). "
            "Die Seiten sind als Bild da, die Suche findet ihren Text noch nicht."
        ),
        retry=True,
    ),
    "ocr_failed": Reason(
        _("Text nicht erkannt"),
        _("Die Texterkennung ist an dieser Datei gescheitert. Das Original ist unverändert."),
        retry=True,
    ),
    "timeout": Reason(
        _("Zu lange gerechnet"),
        _("Die Datei hat zu lange gebraucht und wurde abgebrochen. Öffnen Sie das Original."),
        retry=True,
    ),
    "memory": Reason(
        _("Zu viel Speicher"),
        _("Die Datei braucht zu viel Speicher und wurde abgebrochen. Öffnen Sie das Original."),
        retry=True,
    ),
    "crash": Reason(
        _("Leser abgestürzt"),
        _("Das Leseprogramm ist an dieser Datei abgestürzt. Das Original ist unverändert."),
        retry=True,
    ),
    "error": Reason(
        _("Unerwarteter Fehler"),
        _("Beim Umwandeln ist etwas Unerwartetes passiert. Das Original ist unverändert."),
        retry=True,
    ),
    "damaged": Reason(
        _("Original ist beschädigt"),
        _("Das gespeicherte Original ist beschädigt. Melden Sie das sofort dem Betrieb."),
        retry=True,
    ),
    "destroyed": Reason(_("Vernichtet"), _("Das Dokument wurde nach Ablauf der Frist vernichtet.")),
    "archive": Reason(_("Original ist PDF/A"), _("Das Original ist schon PDF/A.")),
    "plain": Reason(_("Original ist Text"), _("Das Original ist selbst Text.")),
    "no_text": Reason(_("Kein Text gefunden"), _("In der Datei wurde kein Text gefunden.")),
    "no_view": Reason(
        _("Keine Vorschau"),
        _("Vorschau nicht möglich: Aus dieser Dateiart macht die Software kein Bild."),
    ),
    "unknown": Reason(
        _("Unbekannte Dateiart"),
        _("Vorschau nicht möglich: Diese Dateiart kennt die Software nicht."),
    ),
}


def reason(code: str) -> Reason:
    """The words for a code."""
    return REASONS.get(code, REASONS["error"])

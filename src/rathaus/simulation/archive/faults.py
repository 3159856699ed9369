"""What can go wrong at the archive; each is switched on for a number of times."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PREFIX = "archive"
FAULTS: dict[str, str | Promise] = {
    "silent": _("antwortet nicht"),
    "twice": _("schickt die Antwort zweimal"),
    "wrong_process": _("nennt einen fremden Vorgang"),
    "unknown_object": _("nennt ein Objekt, das nie geschickt wurde"),
    "refuse": _("übernimmt den ersten Vorgang nicht"),
    "left_out": _("lässt einen Vorgang in der Bewertung aus"),
    "broken_zip": _("schickt eine abgebrochene Zip-Datei"),
    "schema": _("schickt eine Nachricht, die nicht zum Schema passt"),
    "entity": _("schickt XML mit Entitäten (Angriff)"),
}

"""German for what the evidence's checks find."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rathaus.records import wording

_WORDS: dict[str, str | Promise] = {
    "history rewritten after sealing": _("Verlauf wurde nach dem Versiegeln umgeschrieben"),
    "in no seal although older": _("Steht in keinem Siegel, obwohl es älter sein soll"),
    "leaves do not give the root": _("Einträge des Siegels wurden verändert"),
    "leaves missing or added": _("Einträge des Siegels fehlen oder sind zu viel"),
    "link of seals broken": _("Siegel schließt nicht an das Siegel davor an"),
    "not the seal told outside": _("Nicht das Siegel, das außerhalb aufbewahrt wird"),
    "not what was sealed": _("Nicht der Inhalt, der versiegelt wurde"),
    "older state restored": _("Ein alter Stand wurde zurückgespielt"),
    "renewal missing before it": _("Davor fehlt eine Erneuerung"),
    "renewed time stamp exchanged": _("Der erneuerte Zeitstempel wurde ausgetauscht"),
    "seal before is not in it": _("Das Siegel davor ist nicht enthalten"),
    "seal changed": _("Siegel wurde verändert"),
    "seal missing before it": _("Davor fehlt ein Siegel"),
    "seal removed or changed": _("Siegel wurde entfernt oder verändert"),
    "seal told outside is missing": _("Ein außerhalb aufbewahrtes Siegel fehlt"),
    "seal was never made": _("Dieses Siegel wurde nie gemacht"),
    "sealed events are missing": _("Versiegelte Ereignisse fehlen"),
    "sealed history is gone": _("Ein versiegelter Verlauf ist verschwunden"),
    "time of the stamp changed": _("Zeit des Zeitstempels wurde verändert"),
    "time stamp does not hold": _("Zeitstempel hält nicht"),
    "time stamp is of another root": _("Zeitstempel gehört zu etwas anderem"),
    "time stamp never came": _("Zeitstempel, der nie angekommen ist"),
    "time stamp removed or exchanged": _("Zeitstempel wurde entfernt oder ausgetauscht"),
}


def german(what: str) -> str:
    """The sentence for people."""
    return str(_WORDS[what]) if what in _WORDS else wording.german(what)

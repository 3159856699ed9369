"""Why an item waits or failed, in words for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rathaus.records.intake.models import Item
from rathaus.records.intake.states import ItemState

WORDS: dict[str, str | Promise] = {
    "scanner-down": _(
        "Wartet: Der Virenscanner antwortet nicht. Die Prüfung wird jede Minute wiederholt."
    ),
    "scanner-too-large": _(
        "Wartet: Die Datei ist größer, als der Virenscanner annimmt. Der Betrieb kann die Grenze "
        "erhöhen (RATHAUS_CLAMD_MAX_MB); danach geht es von selbst weiter."
    ),
    "storage": _("Die gespeicherten Daten sind nicht lesbar. Bitte melden Sie das dem Betrieb."),
    "worker": _("Die Prüfung ist mehrmals abgebrochen. Das Original ist sicher aufbewahrt."),
}


def of(item: Item) -> str:
    """The sentence for the item's reason, "" for none."""
    if not item.reason:
        return ""
    if item.state == ItemState.FAILED and item.reason not in WORDS:
        return str(_("Die Prüfung ist gescheitert. Das Original ist sicher aufbewahrt."))
    return str(WORDS.get(item.reason, item.reason))

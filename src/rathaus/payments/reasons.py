"""Machine words of refusals and delays, in words for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "COUNTER_CHOSEN": _("Die zahlende Person möchte im Rathaus bezahlen."),
    "PAYER_CANCELLED": _("Die zahlende Person hat abgebrochen."),
    "PAYER_ACTION_REQUIRED": _("PayPal wartet auf die zahlende Person."),
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": _("PayPal verlangt ein anderes Zahlungsmittel."),
    "INSTRUMENT_DECLINED": _("PayPal hat das Zahlungsmittel abgelehnt."),
    "NOT_APPROVED": _("Die Zahlung wurde bei PayPal nicht freigegeben."),
    "ORDER_NOT_APPROVED": _("Die Zahlung wurde bei PayPal nicht freigegeben."),
    "ORDER_MISMATCH": _("Betrag oder Kennung bei PayPal stimmen nicht mit der Forderung überein."),
    "NEVER_STARTED": _("Die Zahlung wurde nie begonnen."),
    "RESOURCE_NOT_FOUND": _("PayPal kennt diese Zahlung nicht mehr."),
    "CLAIM_COVERED": _("Die Forderung war schon bezahlt."),
    "CLAIM_CANCELLED": _("Die Forderung war aufgehoben."),
    "ANSWER_TOO_SLOW": _("PayPal hat nicht rechtzeitig geantwortet."),
    "ECHECK": _("Bankeinzug bei PayPal, dauert einige Tage."),
    "PENDING_REVIEW": _("PayPal prüft die Zahlung."),
}


def text_of(reason: str) -> str:
    """The reason as a sentence; an unknown word as it is."""
    return str(TEXTS.get(reason, reason))

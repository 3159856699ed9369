"""Refusing a log-in: a code for the log, a plain sentence for the person."""

from __future__ import annotations

import logging
from typing import NoReturn

from django.utils.translation import gettext as _

from rathaus.accounts.sources.base import LoginRefused

log = logging.getLogger("rathaus.accounts.identity")


def refuse(code: str, *, message: str = "", cancelled: bool = False) -> NoReturn:
    """Raises: LoginRefused. `code` holds no personal data, and nothing the sender chose."""
    raise LoginRefused(code, message or _general(), cancelled=cancelled)


def _general() -> str:
    return _(
        "Die Anmeldung konnte nicht geprüft werden. Bitte melden Sie sich noch einmal an. "
        "Ihre Angaben im Antrag bleiben erhalten."
    )


def late() -> str:
    """For an answer outside its time."""
    return _("Die Anmeldung hat zu lange gedauert. Bitte melden Sie sich noch einmal an.")


def too_low() -> str:
    """For a level below the one that was asked for."""
    return _(
        "Für diesen Schritt ist ein höheres Vertrauensniveau nötig. "
        "Bitte melden Sie sich auf einem anderen Weg an, zum Beispiel mit dem Online-Ausweis."
    )

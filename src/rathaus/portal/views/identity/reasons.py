"""Why a log-in at an account system did not count, as far as it helps the person to know.

Most refusals are one sentence for all: whoever forges an answer learns nothing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

_TOO_LOW = _(
    "Für diesen Schritt ist ein höheres Vertrauensniveau nötig. Melden Sie sich bitte auf einem "
    "anderen Weg an, zum Beispiel mit dem Online-Ausweis."
)
_LATE = _("Die Anmeldung hat zu lange gedauert. Bitte melden Sie sich noch einmal an.")
_OLD = _(
    "Ihre Anmeldung beim Kontosystem war schon älter. Melden Sie sich dort ab und danach hier "
    "noch einmal an."
)
_MISSING = _(
    "Ihrem Konto beim Kontosystem fehlen Angaben, die für diese Anmeldung nötig sind. Ergänzen "
    "Sie sie dort, oder wählen Sie eine andere Anmeldung."
)
_GUEST = _(
    "Dafür brauchen Sie ein dauerhaftes Konto beim Kontosystem. Eine Anmeldung als Gast genügt "
    "hier nicht."
)
_THEIRS = _(
    "Das Kontosystem hat die Anmeldung abgelehnt oder antwortet zurzeit nicht. Versuchen Sie es "
    "bitte später, oder wählen Sie eine andere Anmeldung."
)
_BY_CODE: Mapping[str, Any] = {
    "level": _TOO_LOW,
    "level-too-low": _TOO_LOW,
    "expired": _LATE,
    "not_fresh": _OLD,
    "old-login": _OLD,
    "attributes_missing": _MISSING,
    "no_account": _GUEST,
    "guest-cannot-link": _GUEST,
    "refused_by_source": _THEIRS,
    "provider-error": _THEIRS,
    "not_configured": _THEIRS,
    "no-answer": _THEIRS,
    "answer-too-slow": _THEIRS,
}


def told(code: str) -> str:
    """A sentence with what to do; empty for what only says that something was not right."""
    return str(_THEIRS if code.startswith("status-5") else _BY_CODE.get(code, ""))

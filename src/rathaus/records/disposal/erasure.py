"""The rule between the right to deletion, retention and the duty to offer to the archive.

- GDPR Art. 17 (3) (b): no deletion while a law demands that the record is kept.
- NArchG § 3, GDPR Art. 17 (3) (d), Art. 89: what an archive may want has to be offered first;
  handing over to the archive counts as deletion here.
- GDPR Art. 18: meanwhile the processing is restricted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rathaus.core.clock import today
from rathaus.records.disposal import queries
from rathaus.records.models import Case
from rathaus.records.states import Disposal


@dataclass(frozen=True)
class Rule:
    """What counts for a case now, and what the clerk can do."""

    key: str
    title: str | Promise
    text: str | Promise
    basis: str
    until: date | None = None


def rule_for(case: Case, on: date | None = None) -> Rule:
    """What becomes of a demand to delete this case today."""
    day = on or today()
    if queries.holds_on(case, day):
        return Rule(
            "hold",
            _("Gesperrt: noch nicht löschen"),
            _(
                "Eine Löschsperre steht dagegen. Die Daten bleiben, dürfen aber nur noch für "
                "diesen Zweck benutzt werden."
            ),
            "Art. 17 Abs. 3 Buchst. e, Art. 18 DSGVO",
        )
    if not type(case).objects.filter(queries.past_retention(day), pk=case.pk).exists():
        return Rule(
            "retention",
            _("Aufbewahren: noch nicht löschen"),
            _(
                "Die Aufbewahrungsfrist läuft noch. Bis dahin ist die Verarbeitung "
                "eingeschränkt; danach wird der Vorgang als erster ausgesondert."
            ),
            "Art. 17 Abs. 3 Buchst. b, Art. 18 DSGVO",
            case.retention_until,
        )
    if case.disposal != Disposal.DESTROY:
        return Rule(
            "offer",
            _("Erst dem Archiv anbieten"),
            _(
                "Bevor gelöscht wird, entscheidet das Archiv, ob es den Vorgang übernimmt. Auch "
                "die Übernahme ins Archiv gilt als Löschung. Bis dahin ist die Verarbeitung "
                "eingeschränkt."
            ),
            "§ 3 NArchG, Art. 17 Abs. 3 Buchst. d, Art. 89 DSGVO",
        )
    return Rule(
        "destroy",
        _("Kann gelöscht werden"),
        _(
            "Die Frist ist vorbei und der Vorgang ist nicht archivwürdig. Nehmen Sie ihn in eine "
            "Aussonderung auf und lassen Sie die Vernichtung freigeben."
        ),
        "Art. 17 Abs. 1 DSGVO",
    )

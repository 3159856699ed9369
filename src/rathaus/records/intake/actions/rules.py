"""Rules of an office for suggestions."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.organisation.actions import site_chain
from rathaus.organisation.models import Office
from rathaus.records.intake import events
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Rule
from rathaus.records.intake.states import Source
from rathaus.records.models import Case, Dossier, FilingPlanEntry

Place = Case | Dossier | FilingPlanEntry
MOST = 200


def save_rule(
    *,
    office: Office,
    name: str,
    sender: str,
    words: str,
    source: str,
    place: Place,
    actor: Actor,
    rule: Rule | None = None,
) -> Rule:
    """Make or change a rule. Raises: IntakeError that says what is missing."""
    if not name:
        raise IntakeError(_("Geben Sie der Regel einen Namen."))
    if source and source not in Source.values:
        raise IntakeError(_("Diese Quelle gibt es nicht."))
    if not (sender or words or source):
        raise IntakeError(_("Nennen Sie mindestens eine Bedingung: Absender, Wörter oder Quelle."))
    fields = {
        "name": name[:120],
        "sender": sender[:200],
        "words": words[:300],
        "source": source,
        "case": place if isinstance(place, Case) else None,
        "dossier": place if isinstance(place, Dossier) else None,
        "entry": place if isinstance(place, FilingPlanEntry) else None,
    }
    with transaction.atomic():
        if rule is None:
            rows = Rule.objects.filter(office=office)
            if rows.count() >= MOST:
                raise IntakeError(_("Mehr als %(n)s Regeln sind nicht möglich.") % {"n": MOST})
            last = rows.aggregate(last=Max("position"))["last"] or 0
            rule = Rule.objects.create(office=office, position=last + 1, **fields)
            change = "added"
        else:
            for key, value in fields.items():
                setattr(rule, key, value)
            rule.save()
            change = "changed"
        _note(rule, change, actor)
    return rule


def move_rule(*, rule: Rule, up: bool, actor: Actor) -> None:
    """One place up or down; at the end nothing happens."""
    with transaction.atomic():
        rows = list(Rule.objects.filter(office_id=rule.office_id))
        here = next(i for i, row in enumerate(rows) if row.pk == rule.pk)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(rows):
            return
        rows[here], rows[there] = rows[there], rows[here]
        for position, row in enumerate(rows, 1):
            if row.position != position:
                Rule.objects.filter(pk=row.pk).update(position=position)
        _note(rule, "moved", actor)


def switch_rule(*, rule: Rule, active: bool, actor: Actor) -> None:
    """Let a rule rest, or use it again."""
    with transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(active=active)
        _note(rule, "on" if active else "off", actor)


def remove_rule(*, rule: Rule, actor: Actor) -> None:
    """Delete a rule; suggestions that were made by it stay."""
    with transaction.atomic():
        _note(rule, "removed", actor)
        rule.delete()


def _note(rule: Rule, change: str, actor: Actor) -> None:
    event = events.SourceChanged(kind="rule", which=rule.name, change=change)
    record(site_chain(), event, actor=actor)

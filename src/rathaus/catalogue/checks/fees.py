"""Fees: legal basis, validity without gap or overlap, conditions that can be answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from rathaus.catalogue.checks.fields import condition, top_level
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Context, Finding
from rathaus.forms.definition import FieldType
from rathaus.payments.fees import FeeRule

COUNTABLE = frozenset({FieldType.NUMBER, FieldType.GROUP, FieldType.CHOICES, FieldType.UPLOAD})
_DAY = timedelta(days=1)
SOON = timedelta(days=60)


def basis(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """Every fee names the law it rests on (§ 1 NVwKostG; no fee without legal basis)."""
    for index, rule in enumerate(definition.fees):
        if not rule.legal_basis.strip():
            text = _("Die Gebühr „%(label)s“ nennt keine Rechtsgrundlage.")
            yield Finding("error", f"fees.{index}.legal_basis", text % {"label": rule.label})
        if not rule.label.strip():
            yield Finding("error", f"fees.{index}.label", _("Die Gebühr hat keine Bezeichnung."))
    if any(rule.example for rule in definition.fees):
        text = _("Beispielgebühren der Demostadt: durch den eigenen Tarif ersetzen.")
        yield Finding("warning", "fees", text)


def validity(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """In force today; rules with the same key follow each other without gap and overlap."""
    if definition.fees and not any(rule.valid_on(context.day) for rule in definition.fees):
        text = _("Am %(day)s ist keine Gebühr in Kraft.")
        yield Finding("error", "fees", text % {"day": f"{context.day:%d.%m.%Y}"})
    groups: defaultdict[str, list[FeeRule]] = defaultdict(list)
    for rule in definition.fees:
        groups[rule.key].append(rule)
    for key, rules in groups.items():
        ordered = sorted(rules, key=lambda rule: rule.valid_from)
        for before, after in pairwise(ordered):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                text = _("„%(key)s“ gilt ab %(day)s doppelt.")
                day = f"{after.valid_from:%d.%m.%Y}"
                yield Finding("error", f"fees.{key}", text % {"key": key, "day": day})
            elif before.valid_to + _DAY < after.valid_from:
                text = _("„%(key)s“ hat vom %(start)s bis %(end)s keine gültige Fassung.")
                values = {
                    "key": key,
                    "start": f"{before.valid_to + _DAY:%d.%m.%Y}",
                    "end": f"{after.valid_from - _DAY:%d.%m.%Y}",
                }
                yield Finding("error", f"fees.{key}", text % values)
        last = ordered[-1].valid_to
        if last is not None and context.day <= last < context.day + SOON:
            text = _("„%(key)s“ gilt nur noch bis %(day)s.")
            yield Finding("warning", f"fees.{key}", text % {"key": key, "day": f"{last:%d.%m.%Y}"})


def conditions(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """A fee depends only on questions the form asks."""
    known = top_level(definition.form)
    for index, rule in enumerate(definition.fees):
        place = f"fees.{index}"
        if rule.condition is not None:
            yield from condition(definition, rule.condition, f"{place}.condition")
        if rule.kind == "per_piece" and definition.form is not None:
            counted = known.get(rule.quantity_field)
            if counted is None or counted.type not in COUNTABLE:
                text = _("„%(path)s“ ist kein Feld, das eine Anzahl ergibt.")
                yield Finding(
                    "error", f"{place}.quantity_field", text % {"path": rule.quantity_field}
                )


def policy(definition: ServiceDefinition, context: Context) -> Iterator[Finding]:
    """How to pay fits to whether there is something to pay."""
    if definition.payment_policy != "none" and not definition.fees:
        text = _("Es soll bezahlt werden, aber es gibt keine Gebühr.")
        yield Finding("error", "payment_policy", text)
    if definition.payment_policy != "none" and definition.mode != "online":
        text = _("Online bezahlen geht nur bei einer Online-Leistung.")
        yield Finding("error", "payment_policy", text)


CHECKS = (basis, validity, conditions, policy)

"""What is wrong with a form before anybody sees it; part of the publish gate (DESIGN.md §7)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rathaus.core import logic
from rathaus.forms.codelists import NAMES
from rathaus.forms.compiled import compiled
from rathaus.forms.definition import Field, FieldType, FormDefinition, Rule, Step
from rathaus.forms.kinds.dates import boundary

_DAY = date(2026, 1, 1)
_PICKING = (FieldType.CHOICE, FieldType.CHOICES)


def analyse(form: FormDefinition) -> list[str]:
    """Findings as German sentences that name step and field; empty where the form is sound."""
    return [*_keys(form), *_fields(form), *_conditions(form), *_rules(form), *_paths(form)]


def _all_fields(form: FormDefinition) -> Iterator[tuple[Step, Field, Field | None]]:
    for step in form.steps:
        for field in step.fields:
            yield step, field, None
            for inner in field.fields:
                yield step, inner, field


def _keys(form: FormDefinition) -> Iterator[str]:
    steps = Counter(step.key for step in form.steps)
    yield from (_("Den Schritt „%s“ gibt es mehrfach.") % key for key, n in steps.items() if n > 1)
    keys = Counter(field.key for _step, field, group in _all_fields(form) if group is None)
    yield from (_("Das Feld „%s“ gibt es mehrfach.") % key for key, n in keys.items() if n > 1)
    for step, field, _group in _all_fields(form):
        inner = Counter(child.key for child in field.fields)
        for key, number in inner.items():
            if number > 1:
                yield _where(step, field) + _("„%s“ gibt es in der Gruppe mehrfach.") % key


def _where(step: Step, field: Field | None = None) -> str:
    return f"{step.key}, {field.key}: " if field else f"{step.key}: "


def _fields(form: FormDefinition) -> Iterator[str]:
    for step, field, group in _all_fields(form):
        for problem in _field(field, group):
            yield _where(step, field) + problem


def _field(field: Field, group: Field | None) -> Iterator[str]:
    values = Counter(option.value for option in field.options)
    for value, number in values.items():
        if number > 1:
            yield _("Die Auswahl „%s“ gibt es mehrfach.") % value
    if field.type in _PICKING and (field.source or len(field.options) < 2):
        yield _("Eine Auswahl braucht mindestens zwei Möglichkeiten unter options.")
    if field.type is FieldType.SELECT and bool(field.source) == bool(field.options):
        yield _("Eine Auswahlliste braucht entweder options oder source.")
    if field.source and field.source not in NAMES:
        yield _("Die Liste „%s“ gibt es nicht.") % field.source
    if field.type in (FieldType.INFORMATION, FieldType.CONSENT) and not field.text:
        yield _("Es fehlt der Text.")
    if field.type is FieldType.GROUP:
        yield from _group(field, group)
    elif field.fields or field.rules:
        yield _("Nur eine Gruppe hat eigene Felder und Regeln.")
    yield from _known(field, group)
    yield from _limits(field)


_KNOWN = (FieldType.PERSON, FieldType.ADDRESS, FieldType.EMAIL, FieldType.PHONE)


def _known(field: Field, group: Field | None) -> Iterator[str]:
    """Only what a log-in can tell can be filled in by one, and only once in the form."""
    if field.prefill and (field.type not in _KNOWN or group is not None):
        yield _("Vorausgefüllt werden nur Person, Anschrift, E-Mail und Telefon außerhalb von "
                "Gruppen.")  # fmt: skip
    if field.locked and not (field.prefill and field.type in _KNOWN[:2]):
        yield _("Gesperrt werden nur vorausgefüllte Angaben zu Person und Anschrift.")
    if field.trust_level != "none" and group is not None:
        yield _("Ein Vertrauensniveau gilt für ein Feld, nicht innerhalb einer Gruppe.")


def _limits(field: Field) -> Iterator[str]:
    for low, high in ((field.min, field.max), (field.min_length, field.max_length)):
        if low is not None and high is not None and low > high:
            yield _("Der kleinste Wert ist größer als der größte.")
    if field.pattern:
        try:
            re.compile(field.pattern)
        except re.error:
            yield _("Das Muster ist kein gültiger regulärer Ausdruck.")
        if not field.pattern_message:
            yield _("Zum Muster fehlt die Meldung (pattern_message).")
    for expression in filter(None, (field.not_before, field.not_after)):
        try:
            boundary(expression, _DAY)
        except (OverflowError, ValueError):
            yield _("„%s“ ist keine Datumsgrenze.") % expression


def _group(field: Field, group: Field | None) -> Iterator[str]:
    if group is not None:
        yield _("Gruppen in Gruppen gibt es nicht.")
    if not field.fields:
        yield _("Die Gruppe hat keine Felder.")
    if field.max_items < max(1, field.min_items):
        yield _("Die Gruppe erlaubt weniger Einträge, als sie verlangt.")


# --- conditions ---------------------------------------------------------------------------


def _conditions(form: FormDefinition) -> Iterator[str]:
    earlier: set[str] = set()
    for step in form.steps:
        here = {field.key for field in step.fields}
        if step.visible_if is not None:
            yield from _condition(form, step.visible_if, earlier, _where(step))
        for field in step.fields:
            if field.visible_if is not None:
                where = _where(step, field)
                yield from _condition(form, field.visible_if, earlier | here, where)
            inside = {child.key for child in field.fields}
            for child in field.fields:
                if child.visible_if is not None:
                    where = _where(step, child)
                    names = earlier | here | inside
                    yield from _condition(form, child.visible_if, names, where)
            yield from _cycles(step, field.fields)
        yield from _cycles(step, step.fields)
        earlier |= here


def _condition(form: FormDefinition, rule: Any, known: set[str], where: str) -> Iterator[str]:
    problems = logic.check(rule)
    yield from (where + problem for problem in problems)
    if problems:
        return
    anywhere = {field.key for step in form.steps for field in step.fields}
    for name in sorted(logic.variables(rule)):
        root = name.partition(".")[0]
        if root not in known and root in anywhere:
            yield where + _("Die Bedingung fragt „%s“, das erst später kommt.") % name
        elif root not in known:
            yield where + _("Die Bedingung fragt „%s“, das es nicht gibt.") % name
        else:
            yield from _inside(form, name, where)
    if not logic.variables(rule) and not logic.evaluate(rule, {}, today=_DAY):
        yield where + _("Das wird nie gezeigt.")
    yield from _options(form, rule, where)


def _inside(form: FormDefinition, name: str, where: str) -> Iterator[str]:
    root, _dot, rest = name.partition(".")
    node = compiled(form).nodes.get(root)
    if not rest or node is None or node.field.type is FieldType.GROUP:
        return
    if rest not in {child.key for child in node.children}:
        yield where + _("Die Bedingung fragt „%s“, das es nicht gibt.") % name


def _options(form: FormDefinition, rule: Any, where: str) -> Iterator[str]:
    """A comparison with a value the choice does not offer can never hold."""
    if isinstance(rule, list | tuple):
        for item in rule:
            yield from _options(form, item, where)
    if not isinstance(rule, dict):
        return
    ((name, raw),) = rule.items()
    if name in ("==", "===") and isinstance(raw, list) and len(raw) == 2:
        for variable, value in (raw, raw[::-1]):
            if isinstance(variable, dict) and "var" in variable and isinstance(value, str):
                key = variable["var"] if isinstance(variable["var"], str) else variable["var"][0]
                node = compiled(form).nodes.get(key)
                if node and node.field.options and value not in node.codes.labels:
                    yield where + _("„%(field)s“ hat keine Auswahl „%(value)s“.") % {
                        "field": key,
                        "value": value,
                    }
    else:
        yield from _options(form, raw, where)


def _cycles(step: Step, fields: Iterable[Field]) -> Iterator[str]:
    """Fields of one page that hide each other in a circle."""
    reads = {
        field.key: {name.partition(".")[0] for name in logic.variables(field.visible_if)}
        for field in fields
    }
    settled: set[str] = set()
    while ready := [k for k, names in reads.items() if k not in settled and not (
        names & reads.keys()) - settled]:  # fmt: skip
        settled |= set(ready)
    for key in reads.keys() - settled:
        yield f"{step.key}, {key}: " + _("Die Bedingung hängt im Kreis von sich selbst ab.")


def _rules(form: FormDefinition) -> Iterator[str]:
    known: set[str] = set()
    for step in form.steps:
        here = {field.key for field in step.fields}
        known |= here
        places = [(step.rules, here, _where(step))]
        for field in step.fields:
            inside = {child.key for child in field.fields}
            places.append((field.rules, inside, _where(step, field)))
        for rules, own, place in places:
            for number, rule in enumerate(rules, 1):
                where = place + _("Regel %d: ") % number
                yield from _condition(form, rule.require, known | own, where)
                yield from _blamed(rule, own, where)


def _blamed(rule: Rule, own: set[str], where: str) -> Iterator[str]:
    if not rule.fields:
        yield where + _("Es fehlt das Feld, an dem die Meldung steht.")
    for key in rule.fields:
        if key not in own:
            yield where + _("Das Feld „%s“ gibt es auf dieser Seite nicht.") % key


def _paths(form: FormDefinition) -> Iterator[str]:
    nodes = compiled(form).nodes
    names = (form.applicant_organisation_field, *form.applicant_name_fields)
    for path in filter(None, (form.contact_email_field, *names)):
        root, _dot, rest = path.partition(".")
        node = nodes.get(root)
        parts = {child.key for child in node.children} if node else set()
        inside = rest.partition(".")[2] if rest.partition(".")[0].isdecimal() else rest
        if node is None or (rest and inside.partition(".")[0] not in parts):
            yield _("Der Pfad „%s“ führt zu keinem Feld.") % path
        elif path == form.contact_email_field and not rest and node.field.type != "email":
            yield _("„%s“ ist kein E-Mail-Feld.") % path
    for key in form.applicant_address_fields:
        if key not in nodes:
            yield _("Der Pfad „%s“ führt zu keinem Feld.") % key
        elif nodes[key].field.type is not FieldType.ADDRESS:
            yield _("„%s“ ist keine Anschrift. Schreiben gehen nur an eine Anschrift.") % key

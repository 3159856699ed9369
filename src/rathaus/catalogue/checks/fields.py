"""Finding fields of a form by key and by path."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Finding
from rathaus.core import logic
from rathaus.forms.definition import Condition, Field, FieldType, FormDefinition

ADDRESS_PARTS = frozenset({"street", "house_number", "postal_code", "city", "addition", "country"})


def top_level(form: FormDefinition | None) -> dict[str, Field]:
    """Fields whose answers stand at the top of the answers, by key."""
    if form is None:
        return {}
    return {row.key: row for step in form.steps for row in step.fields}


def with_places(form: FormDefinition | None) -> Iterator[tuple[str, Field]]:
    """Every field with its path in the definition, those of groups too."""
    for step in form.steps if form else ():
        for row in step.fields:
            yield from _walk(f"form.{step.key}.{row.key}", row)


def _walk(place: str, row: Field) -> Iterator[tuple[str, Field]]:
    yield place, row
    for inner in row.fields:
        yield from _walk(f"{place}.{inner.key}", inner)


def condition(definition: ServiceDefinition, rule: Condition, place: str) -> Iterator[Finding]:
    """What a condition outside the form gets wrong: its logic, or questions nobody asks."""
    for problem in logic.check(rule):
        yield Finding("error", place, problem)
    known = top_level(definition.form)
    for path in sorted(logic.variables(rule)):
        if definition.form is not None and path.partition(".")[0] not in known:
            text = _("Die Bedingung fragt nach „%(path)s“, das Formular nicht.")
            yield Finding("error", place, text % {"path": path})


def resolve(definition: ServiceDefinition, path: str) -> Field | None:
    """The field a path such as ``person.first_names`` reads from, or None."""
    head, _, rest = path.partition(".")
    found = top_level(definition.form).get(head)
    if found is None or not rest:
        return found
    if found.type == FieldType.PERSON:
        return found if rest in {*found.parts, *found.optional_parts} else None
    if found.type == FieldType.ADDRESS:
        return found if rest in ADDRESS_PARTS else None
    return None

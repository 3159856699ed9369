"""Recorded test cases of a service: ``cases.yaml`` beside ``service.yaml``.

Each case gives answers and what has to come out: whether the form accepts them and which
fee is owed on a day. They run in the publish gate of the library, so that a change of a
condition or a tariff does not pass unseen.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import Field as Spec
from pydantic import ValidationError

from rathaus.catalogue import library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.gate import Finding
from rathaus.core.money import Money
from rathaus.forms import engine
from rathaus.forms.definition import Model, Text
from rathaus.payments.fees import assess, total


class Case(Model):
    """One recorded case."""

    name: Text
    on: date
    """The day of the application: ages, periods and tariffs are seen from it."""
    expect: Literal["valid", "problems"] = "valid"
    problem_fields: tuple[str, ...] = ()
    """Keys of fields that have to be refused; others may be too."""
    fees_cents: int | None = None
    answers: dict[str, Any] = Spec(default_factory=dict)


def load(file: Path) -> list[Case]:
    """The cases of a file. Raises: LibraryError."""
    found = []
    for index, row in enumerate(library.read_list(file)):
        try:
            found.append(Case.model_validate(row))
        except ValidationError as error:
            item = error.errors()[0]
            path = ".".join(map(str, (index, *item["loc"])))
            problem = library.Problem(file, 0, path, item["msg"])
            raise library.LibraryError([problem]) from error
    return found


def run(definition: ServiceDefinition, cases: list[Case]) -> list[Finding]:
    """Errors for every case that comes out otherwise than recorded."""
    return [finding for case in cases for finding in _run(definition, case)]


def _run(definition: ServiceDefinition, case: Case) -> list[Finding]:
    if definition.form is None:
        return [Finding("error", f"cases.{case.name}", _("Es gibt kein Formular."))]
    found = []
    answers = engine.prune(definition.form, case.answers, today=case.on)
    problems = engine.problems(definition.form, case.answers, today=case.on)
    if case.expect == "valid" and problems:
        text = "; ".join(f"{row.field_key}: {row.message}" for row in problems[:3])
        found.append(Finding("error", f"cases.{case.name}", text))
    if case.expect == "problems" and not problems:
        text = _("Die Antworten sollten abgelehnt werden, werden es aber nicht.")
        found.append(Finding("error", f"cases.{case.name}", text))
    refused = {row.field_key.partition(".")[0] for row in problems}
    if missing := sorted(set(case.problem_fields) - refused):
        text = _("„%(key)s“ sollte abgelehnt werden.") % {"key": missing[0]}
        found.append(Finding("error", f"cases.{case.name}", text))
    if case.fees_cents is not None:
        owed = total(assess(definition.fees, answers, on=case.on))
        if owed.cents != case.fees_cents:
            text = _("Die Gebühr ist %(owed)s statt %(expected)s.")
            values = {"owed": owed.format(), "expected": Money(case.fees_cents).format()}
            found.append(Finding("error", f"cases.{case.name}", text % values))
    return found

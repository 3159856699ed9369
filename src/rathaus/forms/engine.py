"""The form engine: fill in a step, find the way, and tell what is missing.

Every function takes a `FormDefinition` and the flat answers; none of them writes anything,
except that `bind` hands new files to the upload box it is given.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from rathaus.core import clock
from rathaus.forms.binding import bind, bind_stored
from rathaus.forms.bound import BoundStep, Problem
from rathaus.forms.compiled import Answers, Shown, compiled, hidden, shown_steps, takes_answer
from rathaus.forms.definition import FormDefinition, Step
from rathaus.forms.kinds import Node
from rathaus.forms.kinds.composite import GroupKind, ObjectKind
from rathaus.forms.kinds.files import UploadKind
from rathaus.forms.schema import schema
from rathaus.forms.summary import SummaryRow, SummarySection, summary

__all__ = [
    "BoundStep",
    "Problem",
    "SummaryRow",
    "SummarySection",
    "bind",
    "files",
    "first_incomplete_step",
    "next_step",
    "previous_step",
    "problems",
    "prune",
    "schema",
    "summary",
    "upload_ids",
    "value_at",
    "visible_steps",
]


def visible_steps(
    form: FormDefinition, answers: Answers, *, today: date | None = None
) -> list[Step]:
    """The steps that are asked, given the answers so far."""
    return [shown.step.step for shown in _shown(form, answers, today)]


def next_step(
    form: FormDefinition, answers: Answers, step_key: str, *, today: date | None = None
) -> Step | None:
    """The step after this one; None when the check page comes."""
    position = compiled(form).by_key[step_key].index
    later = [s.step for s in _shown(form, answers, today) if s.step.index > position]
    return later[0].step if later else None


def previous_step(
    form: FormDefinition, answers: Answers, step_key: str, *, today: date | None = None
) -> Step | None:
    """The step before this one; None on the first. An empty `step_key` means the check page."""
    steps = compiled(form)
    position = steps.by_key[step_key].index if step_key else len(steps.steps)
    earlier = [s.step for s in _shown(form, answers, today) if s.step.index < position]
    return earlier[-1].step if earlier else None


def first_incomplete_step(
    form: FormDefinition, answers: Answers, *, today: date | None = None
) -> Step | None:
    """Where somebody who comes back should go on; None when all is answered."""
    day = today or clock.today()
    for shown in _shown(form, answers, day):
        if bind_stored(shown.step, shown.values, shown.before, day):
            return shown.step.step
    return None


def problems(form: FormDefinition, answers: Answers, *, today: date | None = None) -> list[Problem]:
    """Everything that is missing or wrong, as if every visible step were sent again."""
    day = today or clock.today()
    found: list[Problem] = []
    for shown in _shown(form, answers, day):
        found += bind_stored(shown.step, shown.values, shown.before, day)
    return found


def prune(form: FormDefinition, answers: Answers, *, today: date | None = None) -> dict[str, Any]:
    """The answers that count: none of hidden fields or steps, no unknown keys."""
    day = today or clock.today()
    kept: dict[str, Any] = {}
    for shown in _shown(form, answers, day):
        around = {**shown.before, **shown.values}
        for node in shown.step.nodes:
            if takes_answer(node) and shown.values.get(node.key) is not None:
                kept[node.key] = _prune(node, shown.values[node.key], around, day)
    return kept


def upload_ids(form: FormDefinition, answers: Answers) -> set[str]:
    """Ids of all files the answers mention, hidden ones too."""
    return {file["id"] for file in files(form, answers)}


def files(form: FormDefinition, answers: Answers) -> list[dict[str, Any]]:
    """All files the answers mention, hidden ones too, as `Upload.as_answer` gives them."""
    found: list[dict[str, Any]] = []
    for node in compiled(form).nodes.values():
        items = answers.get(node.key)
        if isinstance(node.kind, UploadKind):
            found += node.kind.raw(node, items)
        elif isinstance(node.kind, GroupKind) and isinstance(items, list):
            for child in node.children:
                if isinstance(child.kind, UploadKind):
                    for item in items:
                        value = item.get(child.key) if isinstance(item, dict) else None
                        found += child.kind.raw(child, value)
    return found


def value_at(answers: Answers, path: str) -> Any:
    """The answer at a dotted path such as ``person.first_names`` or ``owners.0.last_name``."""
    value: Any = answers
    for key in path.split(".") if path else ():
        if isinstance(value, list) and key.isdecimal() and int(key[:6]) < len(value):
            value = value[int(key[:6])]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def _shown(form: FormDefinition, answers: Answers, today: date | None) -> list[Shown]:
    return list(shown_steps(compiled(form), answers, today or clock.today()))


def _prune(node: Node, value: Any, around: Answers, today: date) -> Any:
    if isinstance(node.kind, ObjectKind) and isinstance(value, dict):
        known = {part.key for part in node.children}
        return {key: inner for key, inner in value.items() if key in known}
    if isinstance(node.kind, GroupKind) and isinstance(value, list):
        return [_prune_item(node, item, around, today) for item in value if isinstance(item, dict)]
    return value


def _prune_item(node: Node, item: dict[str, Any], around: Answers, today: date) -> dict[str, Any]:
    hiding = hidden(node.children, item, around, today)
    return {
        child.key: _prune(child, item[child.key], around, today)
        for child in node.children
        if child.key not in hiding and item.get(child.key) is not None
    }

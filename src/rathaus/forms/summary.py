"""The answers to read: for the check page, the PDF and the desk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rathaus.core import clock
from rathaus.forms.compiled import Answers, compiled, hidden, shown_steps, takes_answer
from rathaus.forms.definition import FieldType, FormDefinition
from rathaus.forms.kinds import Node
from rathaus.forms.kinds.composite import AddressKind, GroupKind, ObjectKind
from rathaus.forms.kinds.texts import email_hint


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One question with its answer."""

    label: str
    short_label: str
    """The answer's name where the question would not read well: in letters."""
    lines: tuple[str, ...]
    """What was answered, line by line; "Keine Angabe" where nothing was."""
    field_key: str
    path: str
    anchor: str
    """Id on the page of the step, for the change link."""
    answered: bool
    group: str = ""
    """Heading over this and the following rows, e.g. "Person 2"."""
    notice: str = ""
    """A question that blocks nothing, e.g. on a mistyped e-mail provider."""
    files: tuple[dict[str, Any], ...] = ()
    confirmed: str = ""
    """Who vouches for the answer, in words."""
    fixed: bool = False
    """It cannot be changed on the page of the step, which says how to have it corrected."""

    @property
    def value(self) -> str:
        """All lines in one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One step with its rows."""

    step_key: str
    title: str
    rows: tuple[SummaryRow, ...]


def summary(
    form: FormDefinition,
    answers: Answers,
    *,
    today: date | None = None,
    confirmed: Mapping[str, str] | None = None,
    fixed: Collection[str] = (),
) -> list[SummarySection]:
    """What was answered on every visible step, in German, in the order of the form.

    `confirmed` says by path who vouches for an answer; an address needs that for all its parts.
    `fixed` are the paths that cannot be changed (see `forms.prefill`).
    """
    day = today or clock.today()
    sections = []
    for shown in shown_steps(compiled(form), answers, day):
        around = {**shown.before, **shown.values}
        rows: list[SummaryRow] = []
        for node in shown.step.nodes:
            if node.key not in shown.hidden and takes_answer(node):
                value = shown.values.get(node.key)
                if isinstance(node.kind, GroupKind):
                    rows += _group_rows(node, value, node.key, around, day)
                else:
                    rows += _rows(node, value, node.key, "")
        if confirmed:
            rows = [_vouched(row, shown.values.get(row.field_key), confirmed) for row in rows]
        if fixed:
            rows = [replace(row, fixed=True) if row.path in fixed else row for row in rows]
        if rows:
            sections.append(SummarySection(shown.step.key, shown.step.step.title, tuple(rows)))
    return sections


def _vouched(row: SummaryRow, value: Any, confirmed: Mapping[str, str]) -> SummaryRow:
    found = confirmed.get(row.path, "")
    if not found and isinstance(value, dict) and row.path == row.field_key:
        parts = [confirmed.get(f"{row.path}.{key}", "") for key in value]
        found = parts[0] if parts and all(parts) else ""
    return replace(row, confirmed=found) if found else row


def _rows(node: Node, value: Any, path: str, group: str) -> Iterator[SummaryRow]:
    if isinstance(node.kind, ObjectKind) and not isinstance(node.kind, AddressKind):
        values = value if isinstance(value, dict) else {}
        if not values and not node.field.required:
            yield _row(node, None, path, group)
            return
        for part in node.children:
            heading = group or node.field.label
            yield _row(part, values.get(part.key), f"{path}.{part.key}", heading)
    else:
        yield _row(node, value, path, group)


def _group_rows(
    node: Node, value: Any, path: str, around: Answers, today: date
) -> Iterator[SummaryRow]:
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    if not items:
        yield _row(node, None, path, "")
    label = node.field.item_label or node.field.label
    for index, item in enumerate(items):
        hiding = hidden(node.children, item, around, today)
        heading = f"{label} {index + 1}"
        for child in node.children:
            if child.key not in hiding and takes_answer(child):
                inner = f"{path}.{index}.{child.key}"
                yield from _rows(child, item.get(child.key), inner, heading)


def _row(node: Node, value: Any, path: str, group: str) -> SummaryRow:
    lines = _lines(node, value)
    is_email = node.field.type is FieldType.EMAIL and isinstance(value, str)
    is_upload = node.field.type is FieldType.UPLOAD
    return SummaryRow(
        label=node.field.label,
        short_label=node.field.short_label or node.field.label,
        lines=lines or (_("Keine Angabe"),),
        field_key=path.partition(".")[0],
        path=path,
        anchor=node.kind.control_id(node, path.replace(".", "-")),
        answered=bool(lines),
        group=group,
        notice=email_hint(value) if is_email else "",
        files=tuple(node.kind.raw(node, value)) if is_upload else (),
    )


def _lines(node: Node, value: Any) -> tuple[str, ...]:
    if value is None or value in ("", [], {}):
        return ()
    try:
        return tuple(node.kind.display(node, value))
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return (str(value)[:500],)  # not made by this form; `engine.problems` reports it

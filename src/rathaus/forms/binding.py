"""From stored answers or posted data to a `BoundStep`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rathaus.core import clock
from rathaus.forms import prefill
from rathaus.forms.bound import READ_BY_BROWSER, Action, BoundField, BoundItem, BoundStep, Problem
from rathaus.forms.compiled import (
    Answers,
    CompiledForm,
    CompiledStep,
    compiled,
    hidden,
    shown_steps,
    takes_answer,
)
from rathaus.forms.definition import FieldType, FormDefinition, Step
from rathaus.forms.kinds import CompiledRule, Context, Invalid, Node, Source, Uploads
from rathaus.forms.kinds.composite import GroupKind, ObjectKind
from rathaus.forms.kinds.texts import email_hint
from rathaus.forms.prefill import Givens
from rathaus.forms.reading import apply_action, load, read


def bind(
    form: FormDefinition,
    step: Step | str,
    answers: Answers,
    *,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    uploads: Uploads | None = None,
    today: date | None = None,
    givens: Givens | None = None,
) -> BoundStep:
    """Fill a step with stored `answers`, or with posted `data` and `files`.

    `givens` is what is known of the person (see `forms.prefill`). New files are stored at once
    through `uploads` (see `rathaus.forms.uploads.Box`) so that an error elsewhere on the page
    loses none. Raises KeyError for an unknown step.
    """
    this = compiled(form).by_key[step if isinstance(step, str) else step.key]
    context = Context(today or clock.today(), uploads)
    around = _answers_around(form, this, answers, context.today)
    action: Action | None = None
    shown_before: frozenset[str] = frozenset()
    if data is None:
        fields = [load(node, answers.get(node.key), node.key) for node in this.nodes]
    else:
        source = Source(data, files)
        fields = [
            read(node, source, node.key, answers.get(node.key), context) for node in this.nodes
        ]
        action = apply_action(fields, source)
        shown_before = frozenset(source.many("_hidden"))
    known = prefill.usable(this.nodes, givens, context) if givens else {}
    prefill.fill(fields, known, answers, posted=data is not None)
    values = settle(this, fields, around, context, judge=data is not None)
    prefill.mark(fields, known)
    _mark_page(this, fields, {**around, **values})
    revealed: list[BoundField] = []
    if data is not None:
        revealed = _revealed(fields, shown_before)
    if action or data is None:
        for field in _everything(fields):
            if not (action and action.kind != "delete_file" and field.field.type == "upload"):
                field.error, field.error_parts = "", ()
    errors = collect(this, fields)
    bound = BoundStep(
        step=this.step,
        fields=fields,
        errors=errors,
        cleaned=values,
        other_answers={key: value for key, value in answers.items() if key not in this.keys},
        posted=data is not None,
        action=action,
        revealed=revealed,
        untouched=_untouched(compiled(form), this, fields, around) if data is None else "",
    )
    _focus(bound)
    return bound


def _untouched(
    form: CompiledForm, this: CompiledStep, fields: list[BoundField], around: Answers
) -> str:
    """Names the fields as they are shown to everybody who gave the same steering answers."""
    steering = form.steering(this)
    if steering is None or not all(_blank(field) for field in fields):
        return ""
    shown = "".join("1" if field.visible else "0" for field in _everything(fields))
    steered = json.dumps([around.get(key) for key in steering])
    return f"{this.token}:{shown}:{steered}"


def _blank(field: BoundField) -> bool:
    """Whether the field shows nothing but what it shows to everybody at first."""
    kind = field.node.kind
    if isinstance(kind, ObjectKind):
        return all(
            part.raw == kind.initial[part.key] if part.key in kind.initial else _blank(part)
            for part in field.parts
        )
    if field.items:
        return all(_blank(inner) for item in field.items for inner in item.fields)
    return kind.container or kind.is_empty(field.raw)


def bind_stored(step: CompiledStep, values: Answers, around: Answers, today: date) -> list[Problem]:
    """Problems of the stored answers of one step, as if they were sent again."""
    fields = [load(node, values.get(node.key), node.key) for node in step.nodes]
    cleaned = settle(step, fields, around, Context(today), judge=True)
    for field in fields:
        stored = values.get(field.key)
        if not field.visible or stored is None or any(f.error for f in field.walk()):
            continue
        if cleaned.get(field.key) != stored:  # not an answer this form would have stored
            _fail(field, field.node.kind.missing(field.node))
    return collect(step, fields)


def _answers_around(
    form: FormDefinition, this: CompiledStep, answers: Answers, today: date
) -> dict[str, Any]:
    """Answers that count before this step."""
    around: dict[str, Any] = {}
    for shown in shown_steps(compiled(form), answers, today):
        if shown.step.index >= this.index:
            break
        around |= shown.values
    return around


# --- settling: answers, visibility, errors ------------------------------------------------


def settle(
    step: CompiledStep, fields: list[BoundField], around: Answers, context: Context, *, judge: bool
) -> dict[str, Any]:
    """Work out answers and visibility; with `judge` also what is missing or breaks a rule.

    Returns the answers of the visible fields that have no error.
    """
    for field in fields:
        _parse(field, context)
    values = _show(step.nodes, fields, around, context.today)
    for field in fields:
        for item in field.items:
            _show(field.node.children, item.fields, {**around, **values}, context.today)
    if judge:
        for field in fields:
            if field.visible:
                _require(field, field.required)
    values = {}
    for field in fields:
        if field.visible:
            _gather(field)
            if field.value is not None:
                values[field.key] = field.value
    if judge:
        _apply_rules(step.rules, fields, {**around, **values}, context.today)
    return {
        field.key: field.value
        for field in fields
        if field.visible and field.value is not None and not any(f.error for f in field.walk())
    }


def _parse(field: BoundField, context: Context) -> None:
    """Set `value` or `error` from what was typed."""
    kind = field.node.kind
    for part in field.parts:
        _parse(part, context)
    for item in field.items:
        for inner in item.fields:
            _parse(inner, context)
    if kind.container:
        _gather(field)
    elif not kind.is_empty(field.raw):
        try:
            field.value = kind.parse(field.node, field.raw, context)
        except Invalid as invalid:
            _fail(field, invalid)
        if field.field.type is FieldType.EMAIL and field.value:
            field.notice = email_hint(field.value)


def _gather(field: BoundField) -> None:
    """Put the answer of a container together from what is inside it."""
    if field.parts:
        values = {part.key: part.value for part in field.parts if part.value is not None}
        kind = field.node.kind
        if isinstance(kind, ObjectKind):
            given = {key: value for key, value in values.items() if key not in kind.initial}
            field.value = values if given else None
    elif isinstance(field.node.kind, GroupKind):
        field.value = [
            {f.key: f.value for f in item.fields if f.visible and f.value is not None}
            for item in field.items
        ] or None


def _show(
    nodes: tuple[Node, ...], fields: list[BoundField], around: Answers, today: date
) -> dict[str, Any]:
    values = {field.key: field.value for field in fields if field.value is not None}
    hiding = hidden(nodes, values, around, today)
    for field in fields:
        field.visible = field.key not in hiding
    return {key: value for key, value in values.items() if key not in hiding}


def _require(field: BoundField, required: bool) -> None:
    """Say what is missing, in the field and inside it."""
    kind, node = field.node.kind, field.node
    if isinstance(kind, ObjectKind):
        values = {part.key: part.value for part in field.parts if part.value is not None}
        started = any(
            part.key not in kind.initial and not part.node.kind.is_empty(part.raw)
            for part in field.parts
        )
        for part in field.parts:
            _require(part, (required or started) and kind.needs(part.field, values))
        if started and not any(part.error for part in field.parts):
            blame = kind.finish(values)
            for part in field.parts:
                part.value = values.get(part.key)
                if blame and part.key == blame[0]:
                    _fail(part, blame[1])
    elif isinstance(kind, GroupKind):
        if len(field.items) < kind.least(node.field):
            _fail(field, kind.missing(node))
        for item in field.items:
            for inner in item.fields:
                if inner.visible:
                    _require(inner, inner.required)
    elif required and field.value is None and not field.error and takes_answer(node):
        _fail(field, kind.missing(node))


def _apply_rules(
    rules: Iterable[CompiledRule],
    fields: list[BoundField],
    scope: Mapping[str, Any],
    today: date,
    wrong_around: frozenset[str] = frozenset(),
) -> None:
    """Rules are checked once the fields they read are right; "cannot be said" passes."""
    by_key = {field.key: field for field in fields}
    wrong = {field.key for field in fields if any(inner.error for inner in field.walk())}
    wrong |= wrong_around.difference(by_key)
    for field in fields:
        for item in field.items if field.visible else ():
            own = {f.key: f.value for f in item.fields if f.visible and f.value is not None}
            inside = {**scope, **own}
            _apply_rules(field.node.rules, item.fields, inside, today, frozenset(wrong))
    for compiled_rule in rules:
        rule = compiled_rule.rule
        blamed = [by_key[key] for key in rule.fields if key in by_key and by_key[key].visible]
        if not blamed or wrong & (compiled_rule.reads | set(rule.fields)):
            continue
        verdict = compiled_rule.holds(scope, today)
        if verdict is not None and not verdict:
            for field in blamed:
                field.error = field.error or rule.message


def _fail(field: BoundField, invalid: Invalid) -> None:
    field.value = None
    field.error, field.error_parts = invalid.message, invalid.parts


def collect(step: CompiledStep, fields: Iterable[BoundField]) -> list[Problem]:
    """All errors in the order of the page, each message of a rule once per page or item."""
    found: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    rules = [*step.rules, *(rule for node in step.nodes for rule in node.rules)]
    of_rules = {made.rule.message for made in rules}
    for top in fields:
        if not top.visible:
            continue
        for field in top.walk():
            if not field.error:
                continue
            mark = (field.scope if field.error in of_rules else field.path, field.error)
            if mark not in seen:
                seen.add(mark)
                found.append(Problem(step.key, top.key, field.path, field.anchor, field.error))
    return found


# --- the page -----------------------------------------------------------------------------


def _everything(fields: Iterable[BoundField]) -> Iterable[BoundField]:
    for field in fields:
        yield field
        yield from field.parts
        for item in field.items:
            yield from _everything(item.fields)


def _mark_page(step: CompiledStep, fields: list[BoundField], around: Mapping[str, Any]) -> None:
    """Tell conditional fields what the browser can know."""
    page = {node.key: node.field.type in READ_BY_BROWSER for node in step.nodes}
    for field in fields:
        if field.conditional:
            field.around, field.siblings = around, page
        for item in field.items:
            own = {f.key: f.field.type in READ_BY_BROWSER for f in item.fields}
            for inner in item.fields:
                if inner.conditional:
                    inner.around, inner.siblings = around, dict.fromkeys(page, False) | own


def _revealed(fields: list[BoundField], unseen: frozenset[str]) -> list[BoundField]:
    """Fields that were hidden on the page that was sent and are not any more."""
    found = []
    for field in _everything(fields):
        if field.visible and field.path in unseen:
            blank = all(f.value is None for f in (field.parts or [field]))
            if blank or any(f.error for f in field.walk()):
                field.revealed = True
                for inner in field.walk():
                    inner.error, inner.error_parts = "", ()
                found.append(field)
    return found


def _focus(bound: BoundStep) -> None:
    """One control takes the focus: what is new, or what a button changed."""
    if bound.revealed and not bound.errors:
        _take_focus(bound.revealed[0])
    elif bound.action and bound.action.kind == "add":
        group = next(field for field in bound.fields if field.path == bound.action.target)
        if group.items and group.items[-1].fields:
            _take_focus(group.items[-1].fields[0])
    elif bound.action:
        for field in _everything(bound.fields):
            field.autofocus = field.path == bound.action.target


def _take_focus(field: BoundField) -> None:
    while field.parts:
        field = field.parts[0]
    field.autofocus = True


__all__ = ["BoundItem", "bind", "bind_stored"]

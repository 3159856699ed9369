"""A form definition made ready for use: one `Node` per field, looked up by key.

Compiling costs a few milliseconds, so it happens once per definition object.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any
from uuid import uuid4

from rathaus.core import logic
from rathaus.forms.definition import Field, FieldType, FormDefinition, Step
from rathaus.forms.kinds import KINDS, CompiledRule, Node
from rathaus.forms.kinds.composite import ObjectKind

Answers = Mapping[str, Any]


class CompiledStep:
    """One step with its nodes."""

    def __init__(self, step: Step, index: int) -> None:
        self.step = step
        self.key = step.key
        self.index = index
        self.condition = step.visible_if
        self.nodes = tuple(_compile(field) for field in step.fields)
        self.token = uuid4().hex
        """Names this compiled step, for what is kept about it in this process."""
        self.rules = [CompiledRule(rule) for rule in step.rules]

    @cached_property
    def holds(self) -> logic.Compiled:
        """Its condition as a function."""
        return logic.compiled(self.condition)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of all fields on this step."""
        return frozenset(node.key for node in self.nodes)

    @cached_property
    def outside(self) -> frozenset[str]:
        """What its conditions read beyond the fields of this step."""
        own = {node.key for node in self._everything}
        read = [logic.variables(node.condition) for node in self._everything if node.condition]
        return frozenset().union(*read) - own

    @property
    def _everything(self) -> Iterator[Node]:
        for top in self.nodes:
            yield top
            yield from top.children


class CompiledForm:
    """A form with its compiled steps."""

    def __init__(self, form: FormDefinition) -> None:
        self.steps = tuple(CompiledStep(step, index) for index, step in enumerate(form.steps))
        self.by_key = {step.key: step for step in self.steps}

    @cached_property
    def demanding(self) -> bool:
        """Whether any question demands that somebody is logged in."""
        return any(n.field.trust_level != "none" or n.field.locked for n in self.nodes.values())

    @cached_property
    def prefilled(self) -> bool:
        """Whether any question is about the person who is logged in."""
        return any(node.field.prefill for node in self.nodes.values())

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every top-level field by its key."""
        return {node.key: node for step in self.steps for node in step.nodes}

    def steering(self, step: CompiledStep) -> tuple[str, ...] | None:
        """Questions of other steps that steer `step`, if all have only a few possible answers.

        None where a condition reads something people type: the page may then hold it.
        """
        found = [self.nodes.get(name) for name in sorted(step.outside)]
        if all(node is not None and node.field.type in _FEW_ANSWERS for node in found):
            return tuple(node.key for node in found if node is not None)
        return None


_FEW_ANSWERS = frozenset((FieldType.CHOICE, FieldType.YES_NO))


def _compile(field: Field) -> Node:
    kind = KINDS[field.type]
    if isinstance(kind, ObjectKind):
        return Node(field, kind, tuple(_compile(part) for part in kind.parts(field)))
    return Node(field, kind, tuple(_compile(child) for child in field.fields))


_cache: dict[int, tuple[weakref.ref[FormDefinition], CompiledForm]] = {}


def compiled(form: FormDefinition) -> CompiledForm:
    """The compiled form, remembered as long as the definition object lives."""
    key = id(form)
    if (entry := _cache.get(key)) is not None and entry[0]() is form:
        return entry[1]
    made = CompiledForm(form)
    _cache[key] = (weakref.ref(form, lambda _: _cache.pop(key, None)), made)
    return made


def takes_answer(node: Node) -> bool:
    """Everything but information."""
    return node.field.type is not FieldType.INFORMATION


def hidden(nodes: Iterable[Node], values: Answers, around: Answers, today: date) -> frozenset[str]:
    """Keys of the nodes whose condition does not hold.

    A hidden field counts as unanswered for the others, so this repeats until nothing changes;
    with the steering question first it settles in one round.
    """
    conditional = [node for node in nodes if node.condition is not None]
    if not conditional:
        return frozenset()
    hiding: set[str] = set()
    scope = {**around, **values}
    for _round in range(len(conditional) + 1):
        before = set(hiding)
        for node in conditional:
            is_hidden = not node.holds(scope, today)
            if is_hidden is not (node.key in hiding):
                (hiding.add if is_hidden else hiding.discard)(node.key)
                own = {key: value for key, value in values.items() if key not in hiding}
                scope = {**around, **own}
        if hiding == before:
            break
    return frozenset(hiding)


def shown_steps(form: CompiledForm, answers: Answers, today: date) -> Iterator[Shown]:
    """The steps whose condition holds, in order, each with what counts on it."""
    around: dict[str, Any] = {}
    for step in form.steps:
        if step.condition is not None and not step.holds(around, today):
            continue
        values = {node.key: answers[node.key] for node in step.nodes if node.key in answers}
        hiding = hidden(step.nodes, values, around, today)
        for key in hiding:
            values.pop(key, None)
        yield Shown(step, values, hiding, around)
        around |= values


class Shown:
    """A step that is asked: its answers that count, its hidden fields, the answers before it."""

    __slots__ = ("before", "hidden", "step", "values")

    def __init__(
        self, step: CompiledStep, values: dict[str, Any], hiding: frozenset[str], before: Answers
    ) -> None:
        self.step = step
        self.values = values
        self.hidden = hiding
        self.before = dict(before)

"""JSON Schema (2020-12) of complete answers, for interfaces and for checking exports."""

from __future__ import annotations

from typing import Any

from rathaus.forms.compiled import compiled, takes_answer
from rathaus.forms.definition import FormDefinition
from rathaus.forms.kinds import Node
from rathaus.forms.kinds.composite import AddressKind, GroupKind, ObjectKind


def schema(form: FormDefinition) -> dict[str, Any]:
    """JSON Schema of the answers.

    Only what is asked without condition is ``required``; conditions are the engine's business.
    """
    nodes: list[Node] = []
    required: list[str] = []
    for step in compiled(form).steps:
        for node in filter(takes_answer, step.nodes):
            nodes.append(node)
            may_be_empty = isinstance(node.kind, GroupKind) and not node.kind.least(node.field)
            unconditional = node.condition is None and step.condition is None
            if node.field.required and unconditional and not may_be_empty:
                required.append(node.key)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {node.key: _field(node) for node in nodes},
        "required": required,
        "additionalProperties": False,
    }


def _field(node: Node) -> dict[str, Any]:
    if isinstance(node.kind, ObjectKind):
        shape = _object(node, [p.key for p in node.children if _always_asked(node, p)])
    elif isinstance(node.kind, GroupKind):
        asked = [c.key for c in node.children if c.field.required and c.condition is None]
        items = _object(node, [key for key in asked if takes_answer(_child(node, key))])
        least = max(1, node.kind.least(node.field))
        shape = {
            "type": "array", "items": items, "minItems": least, "maxItems": node.field.max_items
        }  # fmt: skip
    else:
        shape = node.kind.schema(node)
    shape = {"title": node.field.label, **shape}
    if node.field.hint:
        shape["description"] = node.field.hint
    if node.field.fim_id:
        shape["x-fim-id"] = node.field.fim_id
    return shape


def _always_asked(node: Node, part: Node) -> bool:
    abroad = isinstance(node.kind, AddressKind) and node.field.with_country
    values = {"country": ""} if abroad else {}
    return isinstance(node.kind, ObjectKind) and node.kind.needs(part.field, values)


def _child(node: Node, key: str) -> Node:
    return next(child for child in node.children if child.key == key)


def _object(node: Node, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {c.key: _field(c) for c in node.children if takes_answer(c)},
        "required": required,
        "additionalProperties": False,
    }

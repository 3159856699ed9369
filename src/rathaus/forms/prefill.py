"""What is known before anybody types: suggestions, confirmed values, values that stay.

The engine does not know where they come from. Paths are those of the answers:
``person.first_names``, ``anschrift.city``, ``email``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rathaus.forms.bound import BoundField
from rathaus.forms.kinds import Context, Invalid, Node


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that is known. `source` is who vouches for it, empty for a suggestion."""

    value: Any
    source: str = ""
    fixed: bool = False
    """It cannot be changed; what is posted for it does not count."""


Givens = Mapping[str, Given]


def usable(nodes: Iterable[Node], givens: Givens, context: Context) -> dict[str, Given]:
    """Those a person could have typed: an answer the form refuses must not be in the way."""
    leaves = dict(_leaves(nodes))
    return {
        path: given
        for path, given in givens.items()
        if path in leaves and _accepts(leaves[path], given.value, context)
    }


def fill(
    fields: Iterable[BoundField], givens: Givens, stored: Mapping[str, Any], *, posted: bool
) -> None:
    """Put fixed values in always, suggestions where the question was never answered."""
    for top in fields:
        fresh = not posted and top.key not in stored
        for field in (top, *top.parts):
            given = givens.get(field.path)
            if given is not None and (given.fixed or fresh):
                field.raw = field.node.kind.raw(field.node, given.value)
                field.fixed = given.fixed


def mark(fields: Iterable[BoundField], givens: Givens) -> None:
    """Say which of the answers are those somebody vouches for."""
    for top in fields:
        for field in (top, *top.parts):
            given = givens.get(field.path)
            if given is not None and given.source and field.value == given.value:
                field.confirmed = given.source


def _leaves(nodes: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for node in nodes:
        if not node.field.fields:
            yield node.key, node
            for part in node.children:
                yield f"{node.key}.{part.key}", part


def _accepts(node: Node, value: Any, context: Context) -> bool:
    raw = node.kind.raw(node, value)
    if node.kind.container or node.kind.is_empty(raw):
        return False
    try:
        return bool(node.kind.parse(node, raw, context) == value)
    except Invalid:
        return False

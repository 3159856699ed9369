"""What compiled templates call: the steps of `compiling` that need more than a line."""

from __future__ import annotations

from html import escape
from typing import Any

from django.template import Context
from django.template.base import VariableDoesNotExist, VariableNode, render_value_in_context
from django.utils.safestring import SafeString
from django.utils.translation import gettext

UNUSUAL: Any = object()
"""Django has to look itself."""


def find(dicts: list[dict[str, Any]], first: str, rest: tuple[str, ...]) -> Any:
    """The value of a plain variable, or `UNUSUAL`."""
    for scope in reversed(dicts):
        if first in scope:
            current = scope[first]
            break
    else:
        return UNUSUAL
    if callable(current):
        return UNUSUAL
    for name in rest:
        kind = type(current)
        if kind is dict:
            if name not in current:
                return UNUSUAL
            current = current[name]
        elif hasattr(kind, "__getitem__"):
            return UNUSUAL
        else:
            try:
                current = getattr(current, name)
            except Exception:
                return UNUSUAL
        if callable(current):
            return UNUSUAL
    return current


def read(context: Context, expression: Any, first: str, rest: tuple[str, ...]) -> Any:
    """As ``FilterExpression.resolve(context, ignore_failures=True)``: None if it is missing."""
    value = find(context.dicts, first, rest)
    return expression.resolve(context, True) if value is UNUSUAL else value


def fetch(context: Context, expression: Any, first: str, rest: tuple[str, ...]) -> Any:
    """As ``FilterExpression.resolve(context)``: an empty text if it is missing."""
    value = find(context.dicts, first, rest)
    return expression.resolve(context) if value is UNUSUAL else value


def show(context: Context, node: VariableNode, first: str, rest: tuple[str, ...]) -> str:
    """As ``VariableNode.render``."""
    value = find(context.dicts, first, rest)
    if value is UNUSUAL:
        return node.render(context)
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return escape(value) if context.autoescape else value
    return render_value_in_context(value, context)


def judge(condition: Any, context: Context) -> Any:
    """As ``IfNode.render`` takes a condition."""
    try:
        return condition.eval(context)
    except VariableDoesNotExist:
        return None


def unpack(names: list[str], item: Any) -> dict[str, Any]:
    """The variables of a round of ``{% for a, b in … %}``. Raises: ValueError."""
    try:
        count = len(item)
    except TypeError:
        count = 1
    if count != len(names):
        raise ValueError(f"Need {len(names)} values to unpack in for loop; got {count}. ")
    return dict(zip(names, item, strict=False))


class Phrase:
    """The text of a ``{% blocktranslate %}``, translated once per language."""

    __slots__ = ("_message", "_names", "_texts")

    def __init__(self, node: Any) -> None:
        self._message, self._names = node.render_token_list(node.singular)
        self._texts: dict[str | None, str] = {}

    def said(self, language: str | None, context: Context) -> str | None:
        """The text with its values, or None where Django has to look itself."""
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = gettext(self._message)
        values: dict[str, str] = {}
        for name in self._names:
            if name not in context:
                return None
            values[name] = render_value_in_context(context[name], context)
        try:
            return text % values
        except (KeyError, ValueError):
            return None


class Other:
    """An included template, looked for once. The loader keeps both, so they belong together."""

    __slots__ = ("_name", "_template")

    def __init__(self, name: str) -> None:
        self._name = name
        self._template: Any = None

    def template(self, context: Context) -> Any:
        if self._template is None:
            bound: Any = context.template
            self._template = bound.engine.get_template(self._name)
        return self._template


def include(context: Context, other: Other, values: dict[str, Any]) -> str:
    """As ``IncludeNode.render`` for a template with a fixed name."""
    template = other.template(context)
    state: Any = context.render_context
    before = state.template
    context.dicts.append(values)
    state.template = template
    state.dicts.append({})
    try:
        return template._render(context)  # type: ignore[no-any-return]
    finally:
        state.dicts.pop()
        state.template = before
        context.dicts.pop()

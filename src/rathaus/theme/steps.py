"""What compiled templates call: the steps of `compiling` that need more than a line."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from django.template import Context
from django.template.base import Variable, VariableDoesNotExist, render_value_in_context
from django.utils.safestring import SafeString
from django.utils.translation import gettext

_HERE = "here"


def find(context: Context, first: str, rest: tuple[str, ...]) -> Any:
    """The value of a plain variable, as ``Variable.resolve``.

    What is unusual (a method, an index of a list) is left to Django from there on: nothing is
    read twice. Raises: VariableDoesNotExist, whatever an attribute raises.
    """
    for scope in reversed(context.dicts):
        if first in scope:
            current = scope[first]
            break
    else:
        raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (first, context))
    if callable(current):
        return _from(context, current, rest)
    for place, name in enumerate(rest):
        kind = type(current)
        if kind is dict and name in current:
            current = current[name]
        elif hasattr(kind, "__getitem__"):
            return _from(context, current, rest[place:])
        else:
            try:
                current = getattr(current, name)
            except Exception as error:
                if isinstance(error, AttributeError | TypeError) and name not in dir(current):
                    return _from(context, current, rest[place:])
                if getattr(error, "silent_variable_failure", False):
                    return _engine(context).string_if_invalid
                raise
        if callable(current):
            return _from(context, current, rest[place + 1 :])
    return current


def _from(context: Context, current: Any, names: tuple[str, ...]) -> Any:
    """Django's own way, from `current` on."""
    context.dicts.append({_HERE: current})
    try:
        return _onward(names).resolve(context)
    finally:
        context.dicts.pop()


@lru_cache(maxsize=1024)
def _onward(names: tuple[str, ...]) -> Variable:
    return Variable(".".join((_HERE, *names)))


def _engine(context: Context) -> Any:
    bound: Any = context.template
    return bound.engine


def read(context: Context, first: str, rest: tuple[str, ...]) -> Any:
    """As ``FilterExpression.resolve(context, ignore_failures=True)``: None if it is missing."""
    try:
        return find(context, first, rest)
    except VariableDoesNotExist:
        return None


def fetch(context: Context, first: str, rest: tuple[str, ...]) -> Any:
    """As ``FilterExpression.resolve(context)``: an empty text if it is missing."""
    try:
        return find(context, first, rest)
    except VariableDoesNotExist:
        said: str = _engine(context).string_if_invalid
        return said % ".".join((first, *rest)) if "%s" in said else said


def show(context: Context, first: str, rest: tuple[str, ...]) -> str:
    """As ``VariableNode.render``."""
    try:
        value = fetch(context, first, rest)
    except UnicodeDecodeError:
        return ""
    if type(value) is SafeString:
        return value
    if type(value) is str:
        return escape(value) if context.autoescape else value
    return render_value_in_context(value, context)


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

    __slots__ = ("_message", "_names", "_others", "_texts")

    def __init__(self, node: Any) -> None:
        self._message, self._names = node.render_token_list(node.singular)
        self._others = [name for name in self._names if name not in node.extra_context]
        self._texts: dict[str | None, str] = {}

    def knows(self, context: Context) -> bool:
        """Whether all its values are there."""
        return all(name in context for name in self._others)

    def said(self, language: str | None, context: Context) -> str | None:
        """The text with its values, or None if the translation cannot take them."""
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = gettext(self._message)
        values = {name: render_value_in_context(context[name], context) for name in self._names}
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
            self._template = _engine(context).get_template(self._name)
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
        said: str = template._render(context)
        return said
    finally:
        state.dicts.pop()
        state.template = before
        context.dicts.pop()

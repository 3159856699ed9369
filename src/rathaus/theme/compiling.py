"""Templates as Python functions: what Django's nodes do step by step, written out once.

Django walks through a tree of nodes for every page: four calls for each variable, two for each
node. Here a list of nodes becomes one function that does the same: text, variables, `if`, `for`,
`with` and `include` are written out, every other tag renders itself, and whatever is unusual
(a missing variable, a method, a filter, an error) goes Django's own way. What a template says
stays the same; see ``tests/theme/test_compiling``.

The source of a function consists of fixed patterns and numbers only. What comes from a template
(names, texts, nodes) is handed over as values, so nothing in a template can become code.
"""

from __future__ import annotations

from typing import Any

from django.template import Context, NodeList
from django.template.base import Node, TextNode, Variable, VariableDoesNotExist, VariableNode
from django.template.defaulttags import ForNode, IfNode, TemplateLiteral, WithNode
from django.template.loader_tags import IncludeNode, construct_relative_path
from django.templatetags.i18n import BlockTranslateNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from rathaus.theme import steps
from rathaus.theme.fixed import Fixed

DEEPEST = 40
"""Levels of indentation after which a node renders itself (Python allows a hundred)."""
MOST_BLOCKS = 15
"""Loops and `try` around each other after which a node renders itself (Python allows twenty)."""
_STEPS = ("read", "fetch", "show", "unpack", "include")
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"}


class CompiledList(NodeList):
    """A list of nodes that renders by its function. The nodes stay for whoever looks for them."""

    def __init__(self, nodes: NodeList, name: str) -> None:
        super().__init__(nodes)
        self.contains_nontext = nodes.contains_nontext
        self._function = _Writer(nodes).function(name)

    def render(self, context: Context) -> SafeString:
        said: SafeString = self._function(context)
        return said


def compiled(nodes: NodeList, name: str) -> NodeList:
    """`nodes` with a function of their own; `name` is the template's, for tracebacks.

    What is too much for Python in one function (hundreds of `elif`) stays as it is.
    """
    try:
        return CompiledList(nodes, name) if nodes else nodes
    except (SyntaxError, RecursionError):
        return nodes


def compile_below(node: Node, name: str) -> None:
    """Give the lists below `node` functions of their own."""
    for attribute in node.child_nodelists:
        below = node.__dict__.get(attribute)
        if type(below) is NodeList:
            setattr(node, attribute, compiled(below, name))


class _Writer:
    """Writes the function for one list of nodes."""

    def __init__(self, nodes: NodeList) -> None:
        self._nodes = nodes
        self._lines: list[str] = []
        self._values: dict[str, Any] = {
            **{name: getattr(steps, name) for name in _STEPS},
            "missing": VariableDoesNotExist,
            "language_now": get_language,
            "safe": SafeString,
        }
        self._depth = 1
        self._blocks = 0
        self._names = 0
        self._name = ""
        self._has_fixed = False

    def function(self, name: str) -> Any:
        self._name = name
        self._list(self._nodes)
        body, self._lines = self._lines, []
        self._line("dicts = context.dicts")
        self._line("out = []")
        self._line("say = out.append")
        if self._has_fixed:
            self._line("language = language_now()")
        self._lines += body
        self._line('return safe("".join(out))')
        source = "def render(context):\n" + "\n".join(self._lines)
        # Patterns of this module and numbers only, see above.
        exec(compile(source, f"<template {name}>", "exec"), self._values)  # noqa: S102
        return self._values.pop("render")

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    def _value(self, value: Any) -> str:
        """The name under which the function finds `value`."""
        name = f"k{len(self._values)}"
        self._values[name] = value
        return name

    def _new(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def _list(self, nodes: NodeList) -> None:
        if not nodes:
            self._line("pass")
        for node in nodes:
            self._node(node)

    def _node(self, node: Any) -> None:
        kind = type(node)
        if kind is TextNode:
            self._line(f"say({self._value(node.s)})")
        elif kind is Fixed:
            self._has_fixed = True
            self._line(f"say({self._value(node.said)}(language, context))")
        elif kind is VariableNode and (path := _path(node.filter_expression)):
            self._line(f"say(show(context, {self._path(path)}))")
        elif self._depth > DEEPEST or self._blocks > MOST_BLOCKS:
            self._itself(node)
        elif kind is IfNode:
            self._if(node)
        elif kind is ForNode:
            self._for(node)
        elif kind is WithNode:
            self._with(node)
        elif kind is BlockTranslateNode and _is_plain(node):
            self._phrase(node)
        elif kind is IncludeNode and not node.isolated_context and _is_name(node.template):
            self._include(node)
        else:
            self._itself(node)

    def _itself(self, node: Node) -> None:
        compile_below(node, self._name)
        self._line(f"say({self._value(node.render)}(context))")

    def _inside(self, nodes: NodeList, *, deeper: int = 1, blocks: int = 1) -> None:
        """Write `nodes` within so many levels and blocks more."""
        self._depth += deeper
        self._blocks += blocks
        self._list(nodes)
        self._depth -= deeper
        self._blocks -= blocks

    def _path(self, path: tuple[str, ...]) -> str:
        return f"{self._value(path[0])}, {self._value(path[1:])}"

    def _expression(self, expression: Any, *, missing_is_none: bool) -> str:
        if _constant(expression):
            return self._value(_said(expression))
        if path := _path(expression):
            how = "read" if missing_is_none else "fetch"
            return f"{how}(context, {self._path(path)})"
        return f"{self._value(expression.resolve)}(context, {missing_is_none})"

    def _judged(self, condition: Any) -> str:
        """Write what decides a condition; returns the name that holds the result.

        An operator whose operands fail is false, as Django has it.
        """
        hit = self._new("hit")
        if _is_literal(condition):
            self._line("try:")
            self._line(f"    {hit} = {self._literal(condition)}")
            self._line("except missing:")
            self._line(f"    {hit} = None")
        elif condition.id in {"and", "or"}:
            first = self._operand(condition.first)
            self._line("try:")
            self._line(f"    {hit} = {first}")
            self._line(f"    if {'not ' if condition.id == 'or' else ''}{hit}:")
            self._depth += 2
            self._blocks += 1
            self._line(f"{hit} = {self._operand(condition.second)}")
            self._depth -= 2
            self._blocks -= 1
            self._otherwise_false(hit)
        elif condition.id == "not":
            first = self._operand(condition.first)
            self._line("try:")
            self._line(f"    {hit} = not {first}")
            self._otherwise_false(hit)
        elif condition.id in _COMPARISONS and all(
            map(_is_literal, (condition.first, condition.second))
        ):
            first, second = map(self._literal, (condition.first, condition.second))
            self._line("try:")
            self._line(f"    {hit} = {first} {condition.id} {second}")
            self._otherwise_false(hit)
        else:
            self._line(f"{hit} = {self._value(condition.eval)}(context)")
        return hit

    def _operand(self, condition: Any) -> str:
        """One side of an `and`, `or` or `not`; an operator is decided in lines before it.

        What is itself an operator never fails.
        """
        return self._literal(condition) if _is_literal(condition) else self._judged(condition)

    def _otherwise_false(self, hit: str) -> None:
        self._line("except Exception:")
        self._line(f"    {hit} = False")

    def _literal(self, condition: Any) -> str:
        return self._expression(condition.value, missing_is_none=True)

    def _if(self, node: Any) -> None:
        before = self._depth
        for condition, nodes in node.conditions_nodelists:
            if condition is None:
                self._list(nodes)
                continue
            self._line(f"if {self._judged(condition)}:")
            self._inside(nodes, blocks=0)
            self._line("else:")
            self._depth += 1
        if condition is not None:
            self._line("pass")
        self._depth = before

    def _for(self, node: Any) -> None:
        every, total, number = self._new("every"), self._new("total"), self._new("number")
        item, scope, loop = self._new("item"), self._new("scope"), self._new("loop")
        self._line(f"{loop} = {{'parentloop': context.get('forloop', {{}})}}")
        self._line(f"{scope} = {{}}")
        self._line(f"dicts.append({scope})")
        self._line("try:")
        self._depth += 1
        self._line(f"{every} = {self._expression(node.sequence, missing_is_none=True)}")
        self._line(f"if {every} is None: {every} = ()")
        self._line(f"if not hasattr({every}, '__len__'): {every} = list({every})")
        self._line(f"{total} = len({every})")
        self._line(f"if {total} < 1:")
        self._inside(node.nodelist_empty)
        self._line("else:")
        self._line(f"    {scope}['forloop'] = {loop}")
        turned = f"reversed({every})" if node.is_reversed else every
        self._line(f"    for {number}, {item} in enumerate({turned}):")
        self._depth += 2
        for key, said in (
            ("counter0", number),
            ("counter", f"{number} + 1"),
            ("revcounter", f"{total} - {number}"),
            ("revcounter0", f"{total} - {number} - 1"),
            ("first", f"{number} == 0"),
            ("last", f"{number} == {total} - 1"),
        ):
            self._line(f"{loop}['{key}'] = {said}")
        if len(node.loopvars) > 1:
            self._line(f"dicts.append(unpack({self._value(node.loopvars)}, {item}))")
            self._line("try:")
            self._inside(node.nodelist_loop, blocks=3)
            self._line("finally:")
            self._line("    dicts.pop()")
        else:
            self._line(f"{scope}[{self._value(node.loopvars[0])}] = {item}")
            self._inside(node.nodelist_loop, deeper=0, blocks=2)
        self._depth -= 3
        self._line("finally:")
        self._line("    dicts.pop()")

    def _named(self, expressions: dict[str, Any]) -> str:
        pairs = (
            f"{self._value(name)}: {self._expression(expression, missing_is_none=False)}"
            for name, expression in expressions.items()
        )
        return "{" + ", ".join(pairs) + "}"

    def _with(self, node: Any) -> None:
        self._line(f"dicts.append({self._named(node.extra_context)})")
        self._line("try:")
        self._inside(node.nodelist)
        self._line("finally:")
        self._line("    dicts.pop()")

    def _phrase(self, node: Any) -> None:
        self._has_fixed = True
        phrase, text = self._value(steps.Phrase(node)), self._new("text")
        self._line(f"{text} = None")
        self._line(f"if {phrase}.knows(context):")
        self._depth += 1
        self._line(f"dicts.append({self._named(node.extra_context)})")
        self._line("try:")
        self._line(f"    {text} = {phrase}.said(language, context)")
        self._line("finally:")
        self._line("    dicts.pop()")
        self._depth -= 1
        self._line(f"say({self._value(node.render)}(context) if {text} is None else {text})")

    def _include(self, node: Any) -> None:
        name = construct_relative_path(node.origin.template_name, _said(node.template))
        other = self._value(steps.Other(name))
        self._line(f"say(include(context, {other}, {self._named(node.extra_context)}))")


def _is_literal(condition: Any) -> bool:
    """Whether a condition is a value without operators."""
    return isinstance(condition, TemplateLiteral)


def _constant(expression: Any) -> bool:
    """Whether an expression is a text in quotes or a number, untranslated and unfiltered."""
    if expression.filters:
        return False
    var = expression.var
    return not isinstance(var, Variable) or (var.lookups is None and not var.translate)


def _is_name(expression: Any) -> bool:
    """Whether an expression is the fixed name of a template."""
    return _constant(expression) and isinstance(said := _said(expression), str) and said != ""


def _is_plain(node: Any) -> bool:
    """Whether a ``{% blocktranslate %}`` neither counts nor keeps its text for later."""
    return not (node.countervar or node.asvar or node.message_context)


def _said(expression: Any) -> Any:
    var = expression.var
    return var.literal if isinstance(var, Variable) else var


def _path(expression: Any) -> tuple[str, ...]:
    """The names of a plain variable: ``a.b`` is ("a", "b"); else empty."""
    var = expression.var
    if expression.filters or not isinstance(var, Variable) or var.translate:
        return ()
    return var.lookups or ()

"""Conditions as data: a whitelisted, missing-safe subset of JsonLogic (https://jsonlogic.com).

Our own evaluator, because the Python libraries raise on mixed types, keep their operators in a
module-wide dictionary and take "today" from the machine. `tests/core/test_logic.py` compares it
with ``maykin-json-logic-py`` wherever both give an answer.

Promises:

- A rule without problems in `check` never raises, whatever JSON the data holds.
- A comparison with a missing value is ``None`` and so not true; a rule over several fields can
  tell "not so" (``False``) from "cannot be said yet" (``None``).
- Dates are ISO strings (``YYYY-MM-DD``); `date` objects in the data are read as such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

MAX_DEPTH = 20
MAX_NODES = 500
MAX_STRING = 500
MAX_NUMBER = 10**15

Rule = Any
"""JSON: a constant, or an object with one operator."""


class LogicError(ValueError):
    """The rule itself is wrong (unknown operator, too deep). `check` finds it beforehand."""


Compiled = Callable[[Mapping[str, Any], date], Any]
"""Value of a rule over data on a day."""


def evaluate(rule: Rule, data: Mapping[str, Any], *, today: date) -> Any:
    """Value of `rule` over `data`. Raises LogicError only for a rule that `check` refuses."""
    return compiled(rule)(data, today)


def compiled(rule: Rule) -> Compiled:
    """`rule` as a function, for rules that are asked again and again. Raises: LogicError."""
    return _compile(rule, 0)


def check(rule: Rule) -> list[str]:
    """What is wrong with the rule, in German sentences; empty where it may be used."""
    problems: list[str] = []
    nodes = 0
    stack: list[tuple[Rule, int]] = [(rule, 0)]
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            return [*problems, _("Die Bedingung ist zu groß oder zu tief verschachtelt.")]
        if isinstance(node, Mapping):
            problems += _check_operation(node)
            stack += [(argument, depth + 1) for argument in _check_arguments(node)]
        elif isinstance(node, list | tuple):
            stack += [(item, depth + 1) for item in node]
        elif problem := _check_constant(node):
            problems.append(problem)
    return problems


def variables(rule: Rule) -> set[str]:
    """Dotted names the rule reads, e.g. ``{"person.birth_date"}``."""
    return set(_variables(rule, 0))


def _variables(rule: Rule, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH + 1:
        return
    if isinstance(rule, Mapping):
        for name, arguments in rule.items():
            items = _arguments(arguments)
            if name == "var" and items and isinstance(items[0], str):
                yield items[0]
                items = items[1:]
            for item in items:
                yield from _variables(item, depth + 1)
    elif isinstance(rule, list | tuple):
        for item in rule:
            yield from _variables(item, depth + 1)


# --- checking -----------------------------------------------------------------------------


def _check_operation(node: Mapping[str, Any]) -> list[str]:
    if len(node) != 1:
        return [_("Eine Bedingung hat genau einen Operator, hier sind es %d.") % len(node)]
    name, raw = next(iter(node.items()))
    arguments = _arguments(raw)
    if name == "var":
        if not (arguments and isinstance(arguments[0], str) and arguments[0]):
            return [_("„var“ braucht den Namen eines Feldes.")]
        return [] if len(arguments) <= 2 else [_("„var“ hat höchstens zwei Angaben.")]
    if name not in _ARITY:
        return [_("Der Operator „%s“ ist nicht erlaubt.") % str(name)[:40]]
    least, most = _ARITY[name]
    if not least <= len(arguments) <= most:
        return [_("Der Operator „%s“ hat die falsche Zahl von Angaben.") % name]
    return []


def _check_arguments(node: Mapping[str, Any]) -> Sequence[Any]:
    if len(node) != 1:
        return ()
    name, raw = next(iter(node.items()))
    return _arguments(raw)[1:] if name == "var" else _arguments(raw)


def _check_constant(node: Any) -> str:
    if isinstance(node, str):
        return _("Ein Text in der Bedingung ist zu lang.") if len(node) > MAX_STRING else ""
    if node is None or isinstance(node, bool):
        return ""
    if isinstance(node, int | float):
        return "" if _number(node) is not None else _("Eine Zahl in der Bedingung ist zu groß.")
    return _("„%s“ ist in einer Bedingung nicht möglich.") % type(node).__name__


# --- evaluating ---------------------------------------------------------------------------


def _arguments(raw: Any) -> Sequence[Any]:
    return raw if isinstance(raw, list | tuple) else (raw,)


def _compile(rule: Rule, depth: int) -> Compiled:
    if depth > MAX_DEPTH:
        raise LogicError("too deep")
    if isinstance(rule, list | tuple):
        items = [_compile(item, depth + 1) for item in rule]
        return lambda data, today: [item(data, today) for item in items]
    if not isinstance(rule, Mapping):
        return lambda _data, _today: rule
    if len(rule) != 1:
        raise LogicError("not exactly one operator")
    name, raw = next(iter(rule.items()))
    arguments = _arguments(raw)
    match name:
        case "var":
            return _variable(arguments, depth)
        case "today":
            return lambda _data, today: today.isoformat()
    operation = _OPERATIONS.get(name)
    parts = [_compile(argument, depth + 1) for argument in arguments]
    match name:
        case "and" | "or":
            return _first(parts, name == "or")
        case "if":
            return _choice(parts)
    if operation is None:
        raise LogicError(f"unknown operator {str(name)[:40]!r}")
    least, most = _ARITY[name]
    if not least <= len(parts) <= most:
        raise LogicError(f"wrong number of arguments for {name!r}")
    return lambda data, today: operation(*[part(data, today) for part in parts])


def _variable(arguments: Sequence[Any], depth: int) -> Compiled:
    path = str(arguments[0] if arguments else "").split(".")
    otherwise = _compile(arguments[1], depth + 1) if len(arguments) > 1 else None

    def value(data: Mapping[str, Any], today: date) -> Any:
        found = _lookup(data, path)
        return otherwise(data, today) if found is None and otherwise else found

    return value


def _first(parts: Sequence[Compiled], wanted: bool) -> Compiled:
    """The first value that is as wanted (true for "or"), otherwise the last one."""

    def value(data: Mapping[str, Any], today: date) -> Any:
        found = None
        for part in parts:
            found = part(data, today)
            if bool(found) is wanted:
                break
        return found

    return value


def _choice(parts: Sequence[Compiled]) -> Compiled:
    def value(data: Mapping[str, Any], today: date) -> Any:
        for index in range(0, len(parts) - 1, 2):
            if parts[index](data, today):
                return parts[index + 1](data, today)
        return parts[-1](data, today) if len(parts) % 2 else None

    return value


def _lookup(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list | tuple) and key.isdecimal() and len(key) < 6:
            index = int(key)
            data = data[index] if index < len(data) else None
        else:
            return None
    return data.isoformat()[:10] if isinstance(data, date) else data


def _number(value: Any) -> int | float | None:
    """The value as a number where it is one or spells one; bounded, never NaN."""
    if isinstance(value, str):
        if not 0 < len(value) <= 30 or not value.isascii():
            return None
        try:
            value = float(value) if not value.lstrip("-").isdecimal() else int(value)
        except ValueError:
            return None
    elif not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if abs(value) <= MAX_NUMBER else None


def _date(value: Any) -> date | None:
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    if isinstance(a, bool) and isinstance(b, str):
        a, b = b, a
    if isinstance(a, str) and isinstance(b, bool):
        return a == ("true" if b else "false")
    if isinstance(a, str | int | float) and isinstance(b, str | int | float):
        left, right = _number(a), _number(b)
        return left is not None and left == right
    return bool(a == b)


def _identical(a: Any, b: Any) -> bool:
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    return bool(a == b)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[..., bool | None]:
    def operation(a: Any, b: Any, *more: Any) -> bool | None:
        if a is None or b is None or a == "" or b == "":
            return None
        if isinstance(a, str) and isinstance(b, str):
            left, right = _number(a), _number(b)
            numeric = left is not None and right is not None
            result = compare(left, right) if numeric else compare(a, b)
        else:
            left, right = _number(a), _number(b)
            result = left is not None and right is not None and compare(left, right)
        return operation(b, *more) if result and more else result

    return operation


def _contains(needle: Any, haystack: Any) -> bool:
    if isinstance(haystack, str):
        return isinstance(needle, str) and needle != "" and needle in haystack
    if isinstance(haystack, list | tuple):
        return any(_identical(needle, item) for item in haystack)
    return False


def _arithmetic(fold: Callable[[Any, Any], Any]) -> Callable[..., int | float | None]:
    def operation(*values: Any) -> int | float | None:
        total: int | float | None = None
        for value in values:
            number = _number(value)
            if number is None:
                return None
            total = number if total is None else _number(fold(total, number))
            if total is None:
                return None
        return total

    return operation


def _subtract(*values: Any) -> int | float | None:
    difference = _arithmetic(lambda a, b: a - b)
    return difference(0, *values) if len(values) == 1 else difference(*values)


def _count(*values: Any) -> int:
    """Items of one list, otherwise how many of the values are given."""
    if len(values) == 1 and isinstance(values[0], list | tuple):
        return len(values[0])
    return sum(1 for value in values if value or (value == 0 and value is not False))


def _days_between(start: Any, end: Any) -> int | None:
    a, b = _date(start), _date(end)
    return (b - a).days if a and b else None


def _years_between(start: Any, end: Any) -> int | None:
    """Completed years, as in "how old is she today" (§ 187 (2), § 188 BGB)."""
    a, b = _date(start), _date(end)
    if not (a and b):
        return None
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "==": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "===": _identical,
    "!==": lambda a, b: not _identical(a, b),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "!": lambda a: not a,
    "!!": bool,
    "in": _contains,
    "+": _arithmetic(lambda a, b: a + b),
    "-": _subtract,
    "*": _arithmetic(lambda a, b: a * b),
    "count": _count,
    "days_between": _days_between,
    "years_between": _years_between,
}

_MANY = 100
_ARITY: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("==", "!=", "===", "!==", "in", "days_between", "years_between"), (2, 2)),
    **dict.fromkeys(("<", "<=", ">", ">="), (2, 3)),
    **dict.fromkeys(("!", "!!"), (1, 1)),
    **dict.fromkeys(("and", "or", "+", "*", "count"), (1, _MANY)),
    "-": (1, 2),
    "if": (2, _MANY),
    "today": (0, 1),
}

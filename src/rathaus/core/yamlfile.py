"""YAML written by people: its content, the line of every place in it, mistakes with their line.

A small file must not become a huge one in memory: aliases of aliases are counted as often as
they are used before anything is built from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LARGEST = 1_000_000
"""Bytes; files that people write are far smaller."""
MOST_NODES = 100_000
"""Keys and values, each alias counted as what it stands for."""
DEEPEST = 100
"""Levels of lists and keys inside each other."""
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a file; `line` counts from 1, 0 means the whole file."""

    line: int
    place: Place
    text: str

    @property
    def path(self) -> str:
        """The place as people write it: ``offices.0.name``."""
        return ".".join(map(str, self.place))


class NotReadable(ValueError):
    """The file is no YAML that can be used; `mistakes` says where and why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(f"{one.line}: {one.path}: {one.text}" for one in mistakes))


@dataclass(frozen=True)
class Content:
    """What a file says."""

    raw: Any
    lines: dict[Place, int]
    sha256: str

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest place around it; 0 if there is none."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # with or without libyaml
    """Plain data only; values that are none (31 February) are told with their line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except yaml.YAMLError:
            raise
        except (ValueError, OverflowError) as error:
            raise yaml.MarkedYAMLError(None, None, str(error), node.start_mark) from error


def read(file: Path) -> Content:
    """Read `file`. A key that occurs twice is a mistake. Raises: NotReadable."""
    data = _bytes(file)
    try:
        text = data.decode("utf-8")
        _measure(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise _wrong("the file is empty")
        _weigh(node, {})
        raw = loader.construct_document(node)
    except UnicodeDecodeError as error:
        raise _wrong("not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _wrong(str(error.problem), line) from error
    except yaml.YAMLError as error:
        raise _wrong(str(error)) from error
    lines: dict[Place, int] = {}
    twice = []
    for place, line, again in _places(node, (), set()):
        lines[place] = line
        if again:
            twice.append(Mistake(line, place, "this key occurs twice"))
    if twice:
        raise NotReadable(twice)
    return Content(raw, lines, hashlib.sha256(data).hexdigest())


def _wrong(text: str, line: int = 0) -> NotReadable:
    return NotReadable([Mistake(line, (), text)])


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise _wrong(error.strerror or str(error)) from error
    if len(data) > LARGEST:
        raise _wrong(f"larger than {LARGEST // 1_000_000} MB")
    return data


def _measure(text: str) -> None:
    """Refuse what is nested so deeply that libyaml, which builds it, ends the whole process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _wrong("nested too deeply", _line(event))


def _weigh(node: yaml.Node, known: dict[int, int]) -> int:
    """How many keys and values the node stands for. Raises: NotReadable if too many."""
    if id(node) in known:
        if not known[id(node)]:
            raise _wrong("an alias stands inside of what it repeats", _line(node))
        return known[id(node)]
    known[id(node)] = 0  # under way: met again before it is done, it contains itself
    inside: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        inside = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        inside = node.value
    weight = 1
    for part in inside:
        weight += _weigh(part, known)
        if weight > MOST_NODES:
            raise _wrong(f"more than {MOST_NODES} keys and values, aliases counted", _line(node))
    known[id(node)] = weight
    return weight


def _line(part: yaml.Node | yaml.Event) -> int:
    return int(part.start_mark.line) + 1 if part.start_mark else 0


def _places(node: yaml.Node, at: Place, seen: set[int]) -> Iterator[tuple[Place, int, bool]]:
    """Every path with its line; what an alias repeats is looked at once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            yield (*at, name), _line(key), name in names and name != "<<"
            names.add(name)
            yield from _places(value, (*at, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), _line(value), False
            yield from _places(value, (*at, index), seen)

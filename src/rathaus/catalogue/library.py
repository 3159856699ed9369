"""The shipped services: YAML files, one folder each, and ``topics.yaml``.

Errors name file, line and path of every mistake, so that a person who is no programmer can
mend them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from rathaus.catalogue.definition import ServiceDefinition, Slug
from rathaus.forms.definition import Model, Text

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SHIPPED = Path(__file__).resolve().parent.parent / "library"


class TopicData(Model):
    """One entry of ``topics.yaml``."""

    slug: Slug
    title: Text
    summary: str = ""
    icon: str = ""
    position: int = 0


@dataclass(frozen=True)
class Problem:
    """One mistake in one file; `line` counts from 1, 0 means the whole file."""

    file: Path
    line: int
    path: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.path + ': ' if self.path else ''}{self.text}"


class LibraryError(ValueError):
    """The library cannot be read; `problems` lists everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class Library:
    """Everything in one library folder."""

    services: tuple[ServiceDefinition, ...] = ()
    topics: tuple[TopicData, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)
    """Service slug to its file."""


def load_all(directory: Path | None = None) -> Library:
    """Read every ``<slug>/service.yaml`` and ``topics.yaml`` below `directory`.

    Raises: LibraryError with all problems of all files.
    """
    root = directory or SHIPPED
    problems: list[Problem] = []
    if not root.is_dir():
        raise LibraryError([Problem(root, 0, "", "no such folder")])
    services: list[ServiceDefinition] = []
    files: dict[str, Path] = {}
    for file in sorted(root.glob("*/service.yaml")):
        try:
            definition = load_service(file)
        except LibraryError as error:
            problems += error.problems
            continue
        services.append(definition)
        files[definition.slug] = file
    topics: tuple[TopicData, ...] = ()
    try:
        topics = load_topics(root / "topics.yaml")
    except LibraryError as error:
        problems += error.problems
    if problems:
        raise LibraryError(problems)
    return Library(tuple(services), topics, files)


def load_service(file: Path) -> ServiceDefinition:
    """Read one service. Its folder has the name of its slug. Raises: LibraryError."""
    raw, lines = _read(file)
    try:
        definition = ServiceDefinition.model_validate(raw)
    except ValidationError as error:
        raise LibraryError(_problems(file, error, lines)) from error
    if file.name == "service.yaml" and file.parent.name != definition.slug:
        text = f"slug is {definition.slug!r} but the folder is {file.parent.name!r}"
        raise LibraryError([Problem(file, lines.get(("slug",), 0), "slug", text)])
    return definition


def load_topics(file: Path) -> tuple[TopicData, ...]:
    """Read ``topics.yaml``: a list, or a mapping with the list under ``topics``."""
    if not file.exists():
        return ()
    raw, lines = _read(file)
    rows: Any = raw
    prefix: Place = ()
    if isinstance(raw, dict) and set(raw) == {"topics"}:
        rows, prefix = raw["topics"], ("topics",)
    if not isinstance(rows, list):
        raise LibraryError([Problem(file, 1, "", "a list of topics is expected")])
    topics: list[TopicData] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        try:
            topics.append(TopicData.model_validate(row))
        except ValidationError as error:
            problems += _problems(file, error, lines, (*prefix, index))
    slugs = [topic.slug for topic in topics]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        problems.append(Problem(file, 0, slug, "topic occurs twice"))
    if problems:
        raise LibraryError(problems)
    return tuple(topics)


def read_list(file: Path) -> list[Any]:
    """A file whose content is a list, e.g. ``cases.yaml``. Raises: LibraryError."""
    raw, _lines = _read(file)
    if not isinstance(raw, list):
        raise LibraryError([Problem(file, 1, "", "a list is expected")])
    return raw


Place = tuple[str | int, ...]


def _problems(
    file: Path, error: ValidationError, lines: dict[Place, int], prefix: Place = ()
) -> list[Problem]:
    found = []
    for item in error.errors():
        place: Place = (*prefix, *item["loc"])
        text = item["msg"].removeprefix("Value error, ")
        found.append(Problem(file, _line(lines, place), ".".join(map(str, place)), text))
    return found


def _line(lines: dict[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _read(file: Path) -> tuple[Any, dict[Place, int]]:
    """The content, and the line of every path in it. A key that occurs twice is an error."""
    try:
        text = file.read_text(encoding="utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
        raw = None if node is None else loader.construct_document(node)
    except OSError as error:
        raise LibraryError([Problem(file, 0, "", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise LibraryError([Problem(file, 0, "", "not UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise LibraryError([Problem(file, line, "", str(error.problem))]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise LibraryError([Problem(file, 0, "", str(error))]) from error
    if node is None:
        raise LibraryError([Problem(file, 0, "", "the file is empty")])
    lines: dict[Place, int] = {}
    twice = []
    for place, line, again in _places(node, (), set()):
        lines[place] = line
        if again:
            path = ".".join(map(str, place))
            twice.append(Problem(file, line, path, "this key occurs twice"))
    if twice:
        raise LibraryError(twice)
    return raw, lines


def _places(node: yaml.Node, at: Place, seen: set[int]) -> Iterator[tuple[Place, int, bool]]:
    """Every path with its line; what an alias repeats is looked at once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            yield (*at, name), key.start_mark.line + 1, name in names and name != "<<"
            names.add(name)
            yield from _places(value, (*at, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), value.start_mark.line + 1, False
            yield from _places(value, (*at, index), seen)

"""The shipped services: YAML files, one folder each, and ``topics.yaml``.

Errors name file, line and path of every mistake, so that a person who is no programmer can
mend them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rathaus.catalogue.definition import ServiceDefinition, Slug
from rathaus.core import yamlfile
from rathaus.core.yamlfile import Content, Place
from rathaus.forms.definition import Model, Text

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
    content = _read(file)
    try:
        definition = ServiceDefinition.model_validate(content.raw)
    except ValidationError as error:
        raise LibraryError(_problems(file, error, content)) from error
    if file.name == "service.yaml" and file.parent.name != definition.slug:
        text = f"slug is {definition.slug!r} but the folder is {file.parent.name!r}"
        raise LibraryError([Problem(file, content.line(("slug",)), "slug", text)])
    return definition


def load_topics(file: Path) -> tuple[TopicData, ...]:
    """Read ``topics.yaml``: a list, or a mapping with the list under ``topics``."""
    if not file.exists():
        return ()
    content = _read(file)
    rows: Any = content.raw
    prefix: Place = ()
    if isinstance(rows, dict) and set(rows) == {"topics"}:
        rows, prefix = rows["topics"], ("topics",)
    if not isinstance(rows, list):
        raise LibraryError([Problem(file, 1, "", "a list of topics is expected")])
    topics: list[TopicData] = []
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        try:
            topics.append(TopicData.model_validate(row))
        except ValidationError as error:
            problems += _problems(file, error, content, (*prefix, index))
    slugs = [topic.slug for topic in topics]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        problems.append(Problem(file, 0, slug, "topic occurs twice"))
    if problems:
        raise LibraryError(problems)
    return tuple(topics)


def read_list(file: Path) -> list[Any]:
    """A file whose content is a list, e.g. ``cases.yaml``. Raises: LibraryError."""
    raw = _read(file).raw
    if not isinstance(raw, list):
        raise LibraryError([Problem(file, 1, "", "a list is expected")])
    return raw


def _problems(
    file: Path, error: ValidationError, content: Content, prefix: Place = ()
) -> list[Problem]:
    found = []
    for item in error.errors():
        place: Place = (*prefix, *item["loc"])
        text = item["msg"].removeprefix("Value error, ")
        found.append(Problem(file, content.line(place), ".".join(map(str, place)), text))
    return found


def _read(file: Path) -> Content:
    """The content, with the line of every path in it. Raises: LibraryError."""
    try:
        return yamlfile.read(file)
    except yamlfile.NotReadable as error:
        problems = [Problem(file, one.line, one.path, one.text) for one in error.mistakes]
        raise LibraryError(problems) from error

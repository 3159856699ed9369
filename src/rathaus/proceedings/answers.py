"""Reading answers by path, for names, addresses of notices, letters and the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rathaus.forms.definition import Field, FieldType, FormDefinition


def value(answers: Mapping[str, Any], path: str) -> Any:
    """The answer at ``person.last_name`` or ``people.0.last_name``; None if there is none."""
    found: Any = answers
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def text(answers: Mapping[str, Any], path: str) -> str:
    """The answer at `path` if it is text, else empty."""
    found = value(answers, path) if path else None
    return found if isinstance(found, str) else ""


def join(answers: Mapping[str, Any], paths: Sequence[str]) -> str:
    """The texts at all paths with blanks between them."""
    return " ".join(part for part in (text(answers, path) for path in paths) if part)


def searchable(answers: Any) -> str:
    """All texts of the answers, for the full-text search."""
    return "\n".join(_texts(answers))


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for item in found.values():
            yield from _texts(item)
    elif isinstance(found, list):
        for item in found:
            yield from _texts(item)


def takes_files(form: FormDefinition) -> bool:
    """Whether the form asks for an upload anywhere."""
    return any(_takes_files(field) for step in form.steps for field in step.fields)


def _takes_files(field: Field) -> bool:
    return field.type == FieldType.UPLOAD or any(_takes_files(inner) for inner in field.fields)

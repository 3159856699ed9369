"""Reading answers by path, for names, addresses of notices, letters and the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


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


def upload_ids(answers: Any) -> set[str]:
    """Ids of all files that the answers name."""
    if isinstance(answers, Mapping):
        if "sha256" in answers and "id" in answers:
            return {str(answers["id"])}
        return set().union(*(upload_ids(item) for item in answers.values()))
    if isinstance(answers, list):
        return set().union(*(upload_ids(item) for item in answers))
    return set()


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Mapping):
        for item in found.values():
            yield from _texts(item)
    elif isinstance(found, list):
        for item in found:
            yield from _texts(item)

"""Names of files and folders that every system bears, and unique in their folder."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import PurePath
from typing import TypeVar

from rathaus.desk.webdav import scratch
from rathaus.records.names import safe_name

FOLDER = 80
FILE = 120
"""Longest names: a path of five levels has to fit into what Windows allows."""
PLAN = "Aktenplan"
DRAFTS = "Entwürfe"
SHORT = "entwurf"
"""Folder above all drafts by id, not listed: addresses that office programs can bear."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NUMBER = re.compile(r"\(\d+\)")
_BREAKS = re.compile(r"[\s._~-]+")
CLUES = 4
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}")
Key = TypeVar("Key", bound=Hashable)


def folder(text: str) -> str:
    """A name for a folder."""
    return _harmless(safe_name(" ".join(text.split()))[:FOLDER].rstrip(" .-"))


def file(title: str, name: str, number: int | None = None) -> str:
    """A name for a file: the title, with the ending that `name` has, and a number if wanted."""
    ending = PurePath(safe_name(name)).suffix
    ending = ending if _ENDING.fullmatch(ending) else ""
    stem = safe_name(" ".join(title.split()))
    if ending and stem.lower().endswith(ending.lower()):
        stem = stem[: -len(ending)]
    mark = "" if number is None else f" ({number})"
    stem = stem[: FILE - len(ending) - len(mark)].rstrip(" .-") or "dokument"
    return _harmless(f"{stem}{mark}{ending}")


def unique(wanted: Iterable[tuple[Key, str, str]]) -> dict[str, Key]:
    """Names for keys, from (key, name, name with number); no two differ only in case.

    All that would have the same name get their number, so that a name does not depend on the
    order, and the first one keeps its name when a second comes only if nobody can mix them up.
    """
    rows = list(wanted)
    often = Counter(_folded(name) for _, name, _ in rows)
    found: dict[str, Key] = {}
    taken: set[str] = set()
    for key, name, numbered in rows:
        shown = name if often[_folded(name)] == 1 else numbered
        count = 1
        while _folded(shown) in taken:
            count += 1
            path = PurePath(numbered)
            shown = f"{path.stem} ({count}){path.suffix}"
        taken.add(_folded(shown))
        found[shown] = key
    return found


def clues(name: str) -> list[str]:
    """Words that stand in every title from which this name, or one just like it, was made.

    Enough to ask the database for a few rows instead of all; [] where there are none. Marks
    that `folder` replaces, numbers that `unique` adds and letters with two spellings are no
    clues.
    """
    words = {word for word in _BREAKS.split(name) if word.isascii() and not _NUMBER.fullmatch(word)}
    return sorted(words - {""}, key=lambda word: (-len(word), word))[:CLUES]


def same(name: str) -> str:
    """A name as a client sent it, in the form that `folder` and `file` give (NFC)."""
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _harmless(name: str) -> str:
    name = same(name) or "ohne Namen"
    if name.startswith("~"):
        name = "-" + name[1:]
    if _RESERVED.fullmatch(name) or scratch.is_temporary(name):
        name = f"_{name}"
    return name

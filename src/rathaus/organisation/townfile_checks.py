"""Checks of a town file beyond its shape, and what to tell somebody who is no programmer."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import translation
from pydantic import BaseModel

from rathaus.core.yamlfile import Place
from rathaus.organisation.models import Closure, Office, StaffMember, Town

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from rathaus.organisation.townfile import ClosureData, TownFile

Found = tuple[Place, str]
HIDDEN = {"Cc", "Cs"}
"""Control characters and halves of characters: no database and no letter can hold them."""


def characters(raw: Any, at: Place = ()) -> Iterator[Found]:
    """Texts with characters that cannot be stored or printed."""
    if isinstance(raw, str):
        if any(unicodedata.category(one) in HIDDEN and one not in "\n\t" for one in raw):
            yield at, "has a control character: type this text anew"
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from characters(key, (*at, str(key)))
            yield from characters(value, (*at, str(key)))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from characters(value, (*at, index))


def columns(data: TownFile) -> Iterator[Found]:
    """What the tables would refuse: too long, no e-mail address, no web address, left empty."""
    with translation.override("en"):
        yield from _of(Town(**data.town.model_dump()), ("town",))
        yield from _closures(data.closures, ())
        for index, office in enumerate(data.offices):
            here: Place = ("offices", index)
            values = office.model_dump(exclude={"parent", "head", "hours", "closures"})
            yield from _of(Office(**values), here)
            yield from _closures(office.closures, here)
        for index, person in enumerate(data.staff):
            values = person.model_dump(exclude={"login", "roles", "substitute"})
            yield from _of(StaffMember(**values), ("staff", index))


def _closures(rows: Iterable[ClosureData], at: Place) -> Iterator[Found]:
    for index, row in enumerate(rows):
        yield from _of(Closure(**row.model_dump()), (*at, "closures", index))


def _of(row: Model, at: Place) -> Iterator[Found]:
    filled_by_us = {field.name for field in row._meta.fields if field.is_relation}
    try:
        row.clean_fields(exclude=filled_by_us)
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            yield (*at, name), " ".join(texts)


def explained(error: ErrorDetails, parts: Mapping[str, type[BaseModel]]) -> Found:
    """A finding of pydantic in the words of somebody who writes the file."""
    place: Place = error["loc"]
    text = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        names = [name for name in place[:-1] if isinstance(name, str)]
        known = parts[names[-1] if names else ""].model_fields
        text = f"unknown key{similar(str(place[-1]), known)}. Known: {', '.join(known)}"
    elif error["type"] == "missing":
        text = "is missing"
    elif error["type"] == "string_type" and isinstance(error["input"], int | float):
        text = f"has to be text: write it in quotes (read as the number {error['input']})"
    elif error["type"] in {"tuple_type", "list_type"}:
        text = "has to be a list: write it in [ ], or one line with - for each"
    elif error["type"] in {"model_type", "dict_type"}:
        text = "has to have keys: write key: value"
    elif error["type"] == "string_pattern_mismatch":
        text = _PATTERNS.get(str(place[-1]), _SLUG)
    return place, text


_SLUG = "has small letters without umlauts, digits and - only, e.g. zentrale-dienste"
_PATTERNS = {
    "postal_code": 'has five digits in quotes, e.g. "26639"',
    "municipality_key": 'has eight digits in quotes, e.g. "03452025"',
}


def similar(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)``, if something is close enough."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(close)}?)" if close else ""

"""The file that describes a town: what may stand in it, and every mistake with its line.

`rathaus town example` prints one with comments (``example.yaml``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
)
from stdnum import iban

from rathaus.core import yamlfile
from rathaus.core.yamlfile import Content, Mistake, Place
from rathaus.organisation import townfile_checks as checks

EXAMPLE = Path(__file__).parent / "example.yaml"
MOST_TOLD = 40
"""Mistakes of one file in one message."""
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def span(text: str) -> tuple[time, time]:
    """``8:30-12:30`` as two times of day. Raises: ValueError."""
    start, end = (time.fromisoformat(part.zfill(5)) for part in text.split("-"))
    return start, end


def _checked_span(text: str) -> str:
    if not re.fullmatch(r"\d{1,2}:\d{2}-\d{1,2}:\d{2}", text):
        raise ValueError('has to look like "8:30-12:30"')
    start, end = span(text)
    if start >= end:
        raise ValueError("has to begin before it ends")
    return text


def _checked_day(spans: tuple[str, ...]) -> tuple[str, ...]:
    in_order = sorted(map(span, spans))
    if any(before[1] > after[0] for before, after in pairwise(in_order)):
        raise ValueError("these hours overlap")
    return spans


def _phone(text: str) -> str:
    if text and not (re.fullmatch(r"[0-9 +()/.–-]+", text) and re.search(r"\d", text)):
        raise ValueError("a telephone number has digits, blanks and + ( ) / - only")
    return text


def _login(text: str) -> str:
    text = unicodedata.normalize("NFC", text).lower()
    if not re.fullmatch(r"\w[\w.@+-]{0,149}", text):
        raise ValueError("a login has letters, digits and . - _ @ + only, e.g. erika.muster")
    return text


def _no_login(text: str) -> str:
    return _login(text) if text else ""


def _iban(text: str) -> str:
    if text and not iban.is_valid(text):
        raise ValueError("creditor_iban has wrong check digits")
    return str(iban.compact(text))


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Phone = Annotated[str, AfterValidator(_phone)]
Login = Annotated[str, AfterValidator(_login)]
OtherLogin = Annotated[str, AfterValidator(_no_login)]
Span = Annotated[str, AfterValidator(_checked_span)]
DaySpans = Annotated[tuple[Span, ...], AfterValidator(_checked_day)]
PostalCode = Annotated[str, StringConstraints(pattern=r"^(\d{5})?$")]
RoleName = Literal["clerk", "head", "cashier", "designer", "records_manager", "operator"]
Land = Literal[
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"
]


class TownFileError(ValueError):
    """The file is wrong; the message names file, line and place of each mistake."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        lines = [_sentence(path, one) for one in mistakes[:MOST_TOLD]]
        if len(mistakes) > MOST_TOLD:
            lines.append(f"{path}: and {len(mistakes) - MOST_TOLD} more")
        super().__init__("\n".join(lines))


def _sentence(path: Path, mistake: Mistake) -> str:
    where = f"{path}:{mistake.line}" if mistake.line else str(path)
    text = f"{where}: {mistake.path or 'file'}: {mistake.text}"
    # Keys of the file stand in it: they must not steer the terminal.
    return "".join(one if one.isprintable() else "?" for one in text)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TownData(_Part):
    """The ``town`` part: fields of `Town`."""

    name: str
    kind: str = "Stadt"
    municipality_key: Annotated[str, StringConstraints(pattern=r"^(\d{8})?$")] = ""
    bundesland: Land = "NI"
    district: str = ""
    brand_hue: Annotated[int, Field(ge=0, lt=360)] = 162
    street: str
    postal_code: PostalCode
    city: str
    phone: Phone
    email: str
    web: str = ""
    representative: str = ""
    data_protection_email: str = ""
    imprint: dict[str, str] = {}
    creditor_name: str = ""
    creditor_iban: Annotated[str, AfterValidator(_iban)] = ""
    creditor_bic: str = ""
    is_demo: bool = False


class ClosureData(_Part):
    """A day on which everything, or the office around it, is closed."""

    date: date
    reason: str


class OfficeData(_Part):
    """One of ``offices``. `hours` maps mo … su to spans such as ``8:30-12:30``."""

    key: Key
    name: str
    short_name: str = ""
    description: str = ""
    parent: Key | None = None
    phone: Phone = ""
    email: str = ""
    room: str = ""
    street: str = ""
    postal_code: PostalCode = ""
    city: str = ""
    appointment_note: str = ""
    head: OtherLogin = ""
    """Login of the head."""
    hours: dict[Literal["mo", "tu", "we", "th", "fr", "sa", "su"], DaySpans] = {}
    closures: tuple[ClosureData, ...] = ()

    def spans(self) -> set[tuple[int, time, time]]:
        """All hours as (weekday, opens, closes); 0 is Monday."""
        return {
            (WEEKDAYS.index(day), *span(text))
            for day, texts in self.hours.items()
            for text in texts
        }


class StaffData(_Part):
    """One of ``staff``. `roles` maps office keys to roles."""

    login: Login
    first_name: str
    last_name: str
    title: str = ""
    phone: Phone = ""
    email: str = ""
    room: str = ""
    roles: dict[Key, tuple[RoleName, ...]]
    substitute: OtherLogin = ""


class TownFile(_Part):
    """The whole file."""

    town: TownData
    closures: tuple[ClosureData, ...] = ()
    offices: tuple[OfficeData, ...]
    staff: tuple[StaffData, ...] = ()
    _content: Content = PrivateAttr()
    _path: Path = PrivateAttr()

    @property
    def sha256(self) -> str:
        """Of the bytes of the file."""
        return self._content.sha256

    def refuse(self, place: Place, text: str) -> TownFileError:
        """A mistake that shows only beside what the database has, with its line."""
        return TownFileError(self._path, [Mistake(self._content.line(place), place, text)])


PARTS: dict[str, type[BaseModel]] = {
    "": TownFile,
    "town": TownData,
    "offices": OfficeData,
    "staff": StaffData,
    "closures": ClosureData,
}


def read_town(path: Path) -> TownFile:
    """Read and validate a town file. Raises: TownFileError with all mistakes."""
    try:
        content = yamlfile.read(path)
    except yamlfile.NotReadable as error:
        raise TownFileError(path, error.mistakes) from error
    found: list[tuple[Place, str]] = list(checks.characters(content.raw))
    data: TownFile | None = None
    try:
        data = TownFile.model_validate(content.raw)
    except ValidationError as error:
        found += [checks.explained(item, PARTS) for item in error.errors()]
    if data is not None:
        found += [*checks.columns(data), *_references(data)]
    if found or data is None:
        mistakes = [Mistake(content.line(place), place, text) for place, text in found]
        raise TownFileError(path, sorted(mistakes, key=lambda one: one.line))
    data._content, data._path = content, path
    return data


def _references(data: TownFile) -> Iterator[tuple[Place, str]]:
    """What names something that the file does not have, or has twice."""
    offices: set[str] = set()
    logins = [person.login for person in data.staff]
    for index, office in enumerate(data.offices):
        here: Place = ("offices", index)
        if office.key in offices:
            yield (*here, "key"), f"office {office.key} twice"
        if office.parent and office.parent not in offices:
            yield (*here, "parent"), f"parent {office.parent} has to come before this office"
        if office.head and office.head not in logins:
            yield (*here, "head"), f"unknown head {office.head}: no login below staff"
        offices.add(office.key)
    for index, person in enumerate(data.staff):
        here = ("staff", index)
        if person.login in logins[:index]:
            yield (*here, "login"), f"login {person.login} occurs twice"
        for key in person.roles.keys() - offices:
            yield (*here, "roles", key), f"unknown office {key}{checks.similar(key, offices)}"
        if person.substitute == person.login:
            yield (*here, "substitute"), "nobody stands in for oneself"
        elif person.substitute and person.substitute not in logins:
            yield (*here, "substitute"), f"unknown substitute {person.substitute}"

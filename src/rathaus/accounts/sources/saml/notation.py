"""From a source's notation of dates, countries and streets to ours."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache

from rathaus.core.clock import today

_HOUSE = re.compile(
    r"^(?P<street>.*[^\W\d].*?)[ ,]+(?P<number>\d{1,4} ?[a-zA-Z]?(?: ?[-/+] ?\d{1,4} ?[a-zA-Z]?)?)$"
)
_SPECIAL = {"D": "DE", "RKS": "XK", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB"}
_COUNTRY = {"nationality", "country"}
_GENDER = {"0", "1", "2", "9"}


def ours(name: str, text: str, *, date: str = "") -> str:
    """A value in our notation; empty if it is none."""
    if name == "birth_date":
        return birth_date(text, date)
    if name in _COUNTRY:
        return country(text)
    if name == "gender":
        return text if text in _GENDER else ""
    return text


def birth_date(text: str, notation: str = "") -> str:
    """YYYY-MM-DD; empty for a date that is not complete, not a date, or to come."""
    try:
        found = datetime.strptime(text, notation or "%Y-%m-%d").date()
    except ValueError:
        return ""
    return found.isoformat() if date(1850, 1, 1) <= found <= today() else ""


def country(text: str) -> str:
    """ISO 3166-1 alpha-2 from alpha-2, alpha-3 or what stands in a passport ("D")."""
    code = text.strip().upper()
    if code in _SPECIAL:
        return _SPECIAL[code]
    if re.fullmatch(r"[A-Z]{2}", code):
        return code
    return _alpha3().get(code, "")


def split_street(text: str) -> tuple[str, str]:
    """Street and house number; the number is empty if there is none to be seen."""
    found = _HOUSE.match(text)
    return (found["street"].strip(), found["number"]) if found else (text, "")


@cache
def _alpha3() -> dict[str, str]:
    from babel.core import get_global  # a megabyte that only a log-in from abroad needs

    aliases = get_global("territory_aliases")
    return {
        old: new[0]
        for old, new in aliases.items()
        if re.fullmatch(r"[A-Z]{3}", old) and len(new) == 1
    }

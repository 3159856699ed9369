"""Reading what a browser sends: short, printable, never trusted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CURSOR = re.compile(r"[0-9A-Za-z:.+_~\-]{1,120}")
_YEAR = re.compile(r"(19|20|21)\d\d-|9999-12-31_")


def text(source: Mapping[str, str], name: str, limit: int = 200) -> str:
    """One line: no control characters, blanks folded, at most `limit` characters."""
    value = source.get(name) or ""
    return " ".join(_CONTROL.sub(" ", value[: limit * 4]).split())[:limit]


def lines(source: Mapping[str, str], name: str, limit: int = 20_000) -> str:
    """Several lines with line feeds; no control characters."""
    value = (source.get(name) or "")[: limit * 2].replace("\r\n", "\n").replace("\r", "\n")
    kept = "\n".join(_CONTROL.sub("", line).rstrip() for line in value.split("\n"))
    return kept.strip()[:limit]


def cursor(request: HttpRequest, name: str = "nach") -> str:
    """The key that continues a list; anything that cannot be one counts as the beginning."""
    source = request.POST if request.method == "POST" else request.GET
    value = source.get(name, "").replace(" ", "+")
    if not _CURSOR.fullmatch(value):
        return ""
    if value[:4].isdigit() and "-" in value[:5] and not _YEAR.match(value):
        return ""
    return value


def day(source: Mapping[str, str], name: str) -> date | None:
    """A date as a date input sends it (2027-03-09) or as people write it (9.3.2027)."""
    value = text(source, name, 20)
    if match := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", value):
        number, month, year = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value):
        year, month, number = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def whole(source: Mapping[str, str], name: str) -> int:
    """A number of a hidden field, 0 or more; -1 for anything else."""
    value = source.get(name) or ""
    return int(value) if re.fullmatch(r"[0-9]{1,12}", value) else -1


def query(**values: str) -> str:
    """``?a=b`` of everything that is not empty; "" for nothing."""
    filled = {key: value for key, value in values.items() if value}
    return f"?{urlencode(filled)}" if filled else ""

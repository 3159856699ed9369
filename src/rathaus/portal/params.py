"""Reading what a browser sends in an address: short, printable, never trusted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest

from rathaus.forms.text import one_line

_CURSOR = re.compile(r"(?:19|20|21)\d\d-[0-9A-Za-z:.+_~\-]{1,100}")


def text(request: HttpRequest, name: str, limit: int = 100) -> str:
    """One line."""
    return one_line(request.GET.get(name, "")[: limit * 4])[:limit]


def choice(request: HttpRequest, name: str, known: Mapping[str, object]) -> str:
    """One of `known`, else the first of them."""
    value = request.GET.get(name, "")
    return value if value in known else next(iter(known))


def cursor(request: HttpRequest) -> str:
    """The key that continues a list; anything that cannot be one counts as the beginning."""
    value = request.GET.get("nach", "").replace(" ", "+")
    return value if _CURSOR.fullmatch(value) else ""


def ident(request: HttpRequest, name: str) -> str:
    """A public id, or nothing."""
    try:
        return str(uuid.UUID(request.GET.get(name, "")[:36]))
    except ValueError:
        return ""


def query(**values: str) -> str:
    """``?a=b`` of everything that is not empty; "" for nothing."""
    filled = {key: value for key, value in values.items() if value}
    return f"?{urlencode(filled)}" if filled else "?"

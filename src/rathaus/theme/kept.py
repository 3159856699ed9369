"""What somebody typed into a form that could not be taken: shown again, ready to be sent again.

A form is refused without its page having been seen by a view when the log-in is over or when the
token against forged forms has changed, as it does for every open window with a new log-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

_SECRET = re.compile(r"passwor|kennwort|code|token|secret|credential", re.IGNORECASE)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Kept:
    """A form as it was sent."""

    path: str
    fields: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    """What was written in words, to read and to copy."""
    files: bool
    """There were files; a page cannot give those back."""


def of(request: HttpRequest) -> Kept | None:
    """The form of `request` without passwords and codes; None where no words were typed."""
    if request.method != "POST" or request.content_type not in _FORMS:
        return None
    fields = tuple(
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if isinstance(value, str) and not _SECRET.search(name)
    )
    texts = tuple(value for _name, value in fields if len(value.split()) > 1)
    if not texts:
        return None
    return Kept(request.get_full_path(), fields, texts, bool(request.FILES))


def from_here(request: HttpRequest) -> bool:
    """Whether the browser says that the form stood on a page of ours."""
    origin = request.headers.get("Origin", "")
    own = f"{request.scheme}://{request.get_host()}"
    return origin in {own, *settings.CSRF_TRUSTED_ORIGINS}

"""Answers that say in a plain sentence why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from wsgidav.dav_error import DAVError, get_http_status_string
from wsgidav.mw.base_mw import BaseMiddleware

GENERAL = {
    400: lambda: _("Die Anfrage ist nicht zu verstehen."),
    403: lambda: _("Das ist hier nicht erlaubt."),
    404: lambda: _("Hier gibt es nichts, oder Sie dürfen es nicht sehen."),
    405: lambda: _("Das geht hier nicht."),
    409: lambda: _("Das geht hier nicht: Den Ordner gibt es nicht, oder der Entwurf ist neuer."),
    412: lambda: _("Der Entwurf wurde inzwischen von jemand anderem geändert."),
    413: lambda: _("Die Datei ist zu groß."),
    423: lambda: _("Jemand anderes bearbeitet diesen Entwurf gerade."),
    500: lambda: _("Das hat nicht geklappt. Versuchen Sie es noch einmal."),
}


def refusal(status: int, text: str) -> DAVError:
    """An error whose text reaches the person."""
    error = DAVError(status, text)
    error.rathaus_text = text
    return error


def sentence(error: DAVError) -> str:
    """What to tell: our own text, or one for the status; never anything from the inside."""
    own = getattr(error, "rathaus_text", "")
    return own or GENERAL.get(error.value, GENERAL[405])()


class Plain(BaseMiddleware):
    """Errors of wsgidav as plain text, or as XML where the standard names a condition."""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterator[bytes]:
        """Starts the answer only with its first bytes: until then it may still fail."""
        started: list[Any] = []

        def later(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started[:] = [status, headers]

        try:
            parts = self.next_app(environ, later)
            first, rest = _begun(parts)
        except DAVError as error:
            yield _send(start_response, error)
            return
        start_response(*started)
        yield first
        yield from rest


def _begun(parts: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    rest = iter(parts)
    return next(rest, b""), rest


def _send(start_response: Callable[..., Any], error: DAVError) -> bytes:
    if error.value in (204, 304):
        start_response(get_http_status_string(error), [("Content-Length", "0")])
        return b""
    body, kind = (sentence(error) + "\n").encode(), "text/plain; charset=utf-8"
    if error.err_condition:
        body, kind = error.err_condition.as_string(), "application/xml; charset=utf-8"
        body = body if isinstance(body, bytes) else body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response(get_http_status_string(error), headers)
    return body

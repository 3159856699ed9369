"""Answers that say in a plain sentence why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from wsgidav.dav_error import DAVError, get_http_status_string
from wsgidav.mw.base_mw import BaseMiddleware

from rathaus.desk.webdav.host import MOUNT

PLAIN = "text/plain; charset=utf-8"
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


class Refusal(DAVError):
    """An error whose text reaches the person, whichever way wsgidav sends it."""

    def get_response_page(self) -> tuple[str, bytes]:
        """Plain text instead of a page."""
        return PLAIN, f"{self.context_info}\n".encode()


def refusal(status: int, text: str) -> Refusal:
    """To be raised: no, and why."""
    return Refusal(status, text)


def sentence(error: DAVError) -> str:
    """What to tell: our own text, or one for the status; never anything from the inside."""
    if isinstance(error, Refusal):
        return str(error.context_info)
    return GENERAL.get(error.value, GENERAL[405])()


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
    body, kind = (sentence(error) + "\n").encode(), PLAIN
    if error.err_condition:
        # Addresses inside count from the root of the host, as in every other answer.
        error.err_condition.hrefs = [f"{MOUNT}{href}" for href in error.err_condition.hrefs]
        body, kind = error.err_condition.as_string(), "application/xml; charset=utf-8"
        body = body if isinstance(body, bytes) else body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    start_response(get_http_status_string(error), headers)
    return body

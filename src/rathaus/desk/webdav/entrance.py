"""The view below ``/webdav/``: who comes, over which line, how often; then wsgidav answers.

A Django view, not an application beside Django: so size limit, security headers, language and
connections to the database are those of every other request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from rathaus.core import ratelimit
from rathaus.core.middleware import sender_key
from rathaus.desk.webdav import bodies, passwords
from rathaus.desk.webdav.models import DevicePassword

WRONG_TRIES = 20
WRONG_PER = timedelta(minutes=15)
REALM = 'Basic realm="Offenes Rathaus", charset="UTF-8"'
NOT_OURS = frozenset({"connection", "date"})
"""Headers of wsgidav's answer that the web server sets itself."""
log = logging.getLogger("rathaus.webdav")


@csrf_exempt  # no cookie counts here, only the password of the device
def serve(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """Any WebDAV request."""
    if not settings.RATHAUS_WEBDAV:
        raise Http404
    if not _is_private(request):
        return _said(403, _("Das Netzlaufwerk gibt es nur über eine verschlüsselte Verbindung."))
    password = passwords.admitted(request.META.get("HTTP_AUTHORIZATION", ""))
    if password is None:
        return _refused(request)
    return _safe(_answer(request, password, path))


def _is_private(request: HttpRequest) -> bool:
    """Basic log-in shows the password to the line: https, or this very machine."""
    return request.is_secure() or urlsplit(settings.BASE_URL).hostname in {
        "localhost",
        "127.0.0.1",
        "::1",
    }


def _refused(request: HttpRequest) -> HttpResponse:
    """401; 429 after many wrong ones. A right password still works, so that nobody can lock out
    the colleagues behind the same address, and 120 random bits are not guessed."""
    tried = bool(request.META.get("HTTP_AUTHORIZATION"))
    key = sender_key(request)
    if tried and not ratelimit.allow("webdav", key, limit=WRONG_TRIES, per=WRONG_PER):
        response = _said(429, _("Zu viele falsche Versuche. Warten Sie 15 Minuten."))
        response["Retry-After"] = str(int(WRONG_PER.total_seconds()))
        return response
    text = _(
        "Melden Sie sich mit Ihrem Benutzernamen und einem Gerätekennwort an. Sie legen es am "
        "Arbeitsplatz unter „Anmeldung und Sicherheit“ an. Wer mit dem Verzeichnis der Stadt "
        "arbeitet, meldet sich dafür wenigstens alle sieben Tage einmal am Arbeitsplatz an."
    )
    response = _said(401, text)
    response["WWW-Authenticate"] = REALM
    return response


def _answer(request: HttpRequest, password: DevicePassword, path: str) -> HttpResponseBase:
    from rathaus.desk.webdav.serving import application
    from rathaus.desk.webdav.visit import Visit

    try:
        environ = bodies.prepared(request, path)
    except bodies.Bad as bad:
        return _said(bad.status, _("Diese Anfrage nimmt das Netzlaufwerk nicht an."))
    environ["rathaus.visit"] = Visit(password)
    environ["wsgidav.auth.user_name"] = str(password.staff.public_id)
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = [int(status.split(" ", 1)[0]), headers]

    try:
        parts = iter(application()(environ, start_response))
        first = next(parts, b"")
        if request.method not in ("GET", "HEAD") and _is_page(started[1]):
            # wsgidav's own page for "created": it says nothing but its version.
            started[1] = [one for one in started[1] if not one[0].lower().startswith("content-")]
            first, parts = b"", iter(())
        response = _response(request, started[0], first, parts)
    except Exception:
        log.exception("%s failed", request.method)
        return _said(500, _("Das hat nicht geklappt. Versuchen Sie es noch einmal."))
    for name, value in started[1]:
        if name.lower() not in NOT_OURS:
            response[name] = value
    return response


def _response(
    request: HttpRequest, status: int, first: bytes, rest: Iterator[bytes]
) -> HttpResponseBase:
    if request.method == "GET" and status in (200, 206):
        return StreamingHttpResponse(chain([first], rest), status=status)
    return HttpResponse(b"".join(chain([first], rest)), status=status)


def _is_page(headers: list[tuple[str, str]]) -> bool:
    return any(
        name.lower() == "content-type" and value.startswith("text/html") for name, value in headers
    )


def _said(status: int, text: str) -> HttpResponse:
    kind = "text/plain; charset=utf-8"
    return HttpResponse(text + "\n", status=status, content_type=kind)


def _safe(response: HttpResponseBase) -> HttpResponseBase:
    """A browser that comes here stores what it gets and runs nothing of it."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-cache"
    if not response.get("Content-Type", "").startswith(("text/plain", "application/xml")):
        response["Content-Disposition"] = "attachment"
    return response

"""What Windows and Office ask the root of a host before they come to ``/webdav/``."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

MOUNT = "/webdav"
XML = '<?xml version="1.0" encoding="utf-8"?>'
METHODS = frozenset({"OPTIONS", "PROPFIND"})
ALLOW = "OPTIONS, GET, HEAD, PROPFIND"


class HostRoot:
    """Middleware: ``OPTIONS /`` and ``PROPFIND /`` while there is a drive on this host.

    Windows' own client and Office programs look there for the header ``DAV`` and, without it,
    do not try the address that somebody gave them. The answer names the drive and nothing else,
    is the same for everybody, and reads nothing of what was sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass on."""
        if request.method not in METHODS or request.path != "/" or not settings.RATHAUS_WEBDAV:
            return self.get_response(request)
        response = HttpResponse()
        del response["Content-Type"]
        if request.method == "PROPFIND":
            content = _listed(
                *(("/",) if request.headers.get("Depth") == "0" else ("/", MOUNT + "/"))
            )
            response = HttpResponse(
                content, status=207, content_type="application/xml; charset=utf-8"
            )
        response["Content-Length"] = str(len(response.content))
        response["Allow"] = ALLOW
        response["DAV"] = "1,2"
        response["MS-Author-Via"] = "DAV"
        return response


def _listed(*folders: str) -> str:
    one = (
        "<D:response><D:href>{}</D:href><D:propstat><D:prop><D:resourcetype><D:collection/>"
        "</D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )
    rows = "".join(one.format(folder) for folder in folders)
    return f'{XML}<D:multistatus xmlns:D="DAV:">{rows}</D:multistatus>'

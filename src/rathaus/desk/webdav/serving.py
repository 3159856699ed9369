"""wsgidav with our tree. Imported with the first request that a password lets in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from wsgidav.dav_error import (
    HTTP_FORBIDDEN,
    DAVError,
    PRECONDITION_CODE_PropfindFiniteDepth,
)
from wsgidav.dav_provider import DAVProvider
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from rathaus.desk.webdav import locks
from rathaus.desk.webdav.drafts import Scratch
from rathaus.desk.webdav.folders import Root
from rathaus.desk.webdav.host import MOUNT
from rathaus.desk.webdav.refusing import Plain, refusal
from rathaus.desk.webdav.resources import visit_of

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _no_folders() -> str:
    """For who wants to make or copy something that the desk makes."""
    return _("Kopieren und neue Ordner gibt es hier nicht.")


class Provider(DAVProvider):
    """Finds what an address means for who asks, and refuses before anything happens."""

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        """The file or folder, None where there is none or the person may not see it."""
        found = visit_of(environ).found
        key = "/" + path.strip("/")
        if key in found:
            return found[key]
        here: Any = Root("/", environ)
        way = ""
        for name in key.split("/")[1:] if key != "/" else ():
            if not here.is_collection:
                return None
            way = f"{way}/{name}"
            here = found[way] if way in found else here.get_member(name)
            if here is None:
                return None
            found[way] = here
        return here

    def custom_request_handler(
        self, environ: dict[str, Any], start_response: Any, default_handler: Any
    ) -> Any:
        """Ask for the right first, so that every refusal has its reason."""
        method = environ["REQUEST_METHOD"]
        there = self.get_resource_inst(environ["PATH_INFO"], environ)
        if method == "PROPFIND" and environ.get("HTTP_DEPTH", "infinity") not in ("0", "1"):
            condition = PRECONDITION_CODE_PropfindFiniteDepth
            raise DAVError(HTTP_FORBIDDEN, err_condition=condition)
        if method == "GET" and there is not None and there.is_collection:
            return _explained(start_response)
        if why := self._why_not(method, there, environ):
            raise refusal(403, why)
        if method == "MOVE" and isinstance(there, Scratch):
            # Windows renames without "overwrite"; the content that was there is known anyway.
            environ["HTTP_OVERWRITE"] = "T"
        return default_handler(environ, start_response)

    def _why_not(self, method: str, there: Any, environ: dict[str, Any]) -> str:
        if method in ("COPY", "MKCOL"):
            return _no_folders()
        if method not in ("PUT", "LOCK", "PROPPATCH", "DELETE", "MOVE"):
            return ""
        if there is not None:
            why: str = (
                there.why_not_remove() if method in ("DELETE", "MOVE") else there.why_not_write()
            )
            return why
        if method in ("PUT", "LOCK") and environ["PATH_INFO"].endswith("/"):
            return _no_folders()  # the name of a folder that there is none of
        above, _slash, name = environ["PATH_INFO"].rstrip("/").rpartition("/")
        folder = self.get_resource_inst(above or "/", environ)
        if folder is None or not folder.is_collection or method not in ("PUT", "LOCK"):
            return ""
        return str(folder.why_not_add(name))


def _explained(start_response: Any) -> list[bytes]:
    text = _(
        "Das ist ein Ordner der Akte. Verbinden Sie diese Adresse als Netzlaufwerk, "
        "oder öffnen Sie die Akte am Arbeitsplatz: %(url)s"
    ) % {"url": f"{settings.BASE_URL}/arbeit/akten/"}
    body = (text + "\n").encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


@cache
def application() -> Wsgi:
    """The WSGI application, made once for each process."""
    logging.getLogger("wsgidav").setLevel(logging.CRITICAL)  # it logs what clients send
    app: Wsgi = WsgiDAVApp(
        {
            "mount_path": MOUNT,
            "provider_mapping": {"/": Provider()},
            "middleware_stack": [Plain, RequestResolver],
            "http_authenticator": {
                "accept_basic": False,
                "accept_digest": False,
                "default_to_digest": False,
            },
            "lock_storage": locks.Storage(),
            "property_manager": None,
            "hotfixes": {"re_encode_path_info": False},
            "suppress_version_info": True,
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    return app

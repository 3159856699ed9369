"""Requests before anything understands them: addresses, XML and where something should go."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest

LONGEST_PATH = 2000
LARGEST_XML = 64 * 1024
XML_METHODS = frozenset({"PROPFIND", "PROPPATCH", "LOCK"})
EMPTY_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "MOVE", "COPY", "MKCOL", "UNLOCK"})
LOCK_PARTS = frozenset({"{DAV:}lockscope", "{DAV:}locktype", "{DAV:}owner"})


class Bad(Exception):
    """Not to be answered; with the status to answer instead."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def checked_path(path: str) -> str:
    """The address below the mount point. Raises: Bad (400, 414).

    Slashes that came encoded are slashes here: names never contain any, so they lead nowhere
    that the plain ones would not.
    """
    if len(path) > LONGEST_PATH:
        raise Bad(414)
    if "\\" in path or not all(c.isprintable() for c in path):
        raise Bad(400)
    if any(part in (".", "..") for part in path.split("/")):
        raise Bad(400)
    return path or "/"


def destination(request: HttpRequest, header: str) -> str:
    """Path of a ``Destination`` on this very host. Raises: Bad (400, 502)."""
    parts = urlsplit(header)
    hosts = {request.get_host().lower(), urlsplit(settings.BASE_URL).netloc.lower()}
    if parts.netloc and parts.netloc.lower() not in hosts:
        raise Bad(502)
    checked_path(unquote(parts.path))
    return parts.path


def checked_xml(request: HttpRequest) -> bytes:
    """The XML of a request without comments and instructions; b"" if there is none.

    Raises: Bad (400 for anything with a document type, 413). Entities are never resolved and
    nothing is fetched, also if somebody finds a way around the refusal.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_XML:
        raise Bad(413)
    body: bytes = request.META["wsgi.input"].read(length or LARGEST_XML + 1)
    if len(body) > LARGEST_XML:
        raise Bad(413)
    if not body.strip():
        return b""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Bad(400) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise Bad(400)
    _translate(root)
    return bytes(etree.tostring(root))


def _translate(root: Any) -> None:
    """Say it as wsgidav wants to hear it. Raises: Bad (403 for a lock that others may share).

    It knows ``propname`` by another name only, and stumbles over what RFC 4918 (17) tells
    servers to ignore. A shared lock would be given as an exclusive one, which is not what was
    asked for; `Kept` does not offer any.
    """
    if root.tag == "{DAV:}propfind":
        for part in root.findall("{DAV:}propname"):
            part.tag = "{DAV:}name"
    elif root.tag == "{DAV:}lockinfo":
        if root.find("{DAV:}lockscope/{DAV:}shared") is not None:
            raise Bad(403)
        for part in [one for one in root if one.tag not in LOCK_PARTS]:
            root.remove(part)


def prepared(request: HttpRequest, path: str) -> dict[str, Any]:
    """The WSGI environment for wsgidav. Raises: Bad."""
    environ = dict(request.META)
    environ["REQUEST_METHOD"] = method = request.method or ""
    environ["SCRIPT_NAME"] = ""
    environ["PATH_INFO"] = checked_path(path)
    environ["wsgi.url_scheme"] = request.scheme
    for name in ("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"):
        environ.pop(name, None)  # what of these counts Django has judged already
    if "," in environ.get("HTTP_RANGE", ""):
        del environ["HTTP_RANGE"]  # several pieces at once: all of it is a right answer, one is not
    if "HTTP_IF_NONE_MATCH" in environ:
        environ.pop("HTTP_IF_MODIFIED_SINCE", None)  # RFC 9110, 13.1.3: then it does not count
    if "HTTP_DESTINATION" in environ:
        environ["HTTP_DESTINATION"] = destination(request, environ["HTTP_DESTINATION"])
    if method in XML_METHODS:
        body = checked_xml(request)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
    elif method in EMPTY_METHODS:
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(), "0"
    return environ

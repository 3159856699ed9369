"""Reaching the stand-in inside the process: no port, no network, same views."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import httpx
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


class InProcess(httpx.BaseTransport):
    """Calls Django's views in this thread. A simulated time-out is raised as one."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.url.path,
            "QUERY_STRING": request.url.query.decode("ascii"),
            "SERVER_NAME": request.url.host,
            "SERVER_PORT": str(request.url.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": request.url.scheme,
            "wsgi.errors": io.StringIO(),
            "rathaus.in_process": True,
        }
        for name, value in request.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        response = _handler().get_response(WSGIRequest(environ))
        if response.headers.get("X-Simulation") == "timeout":
            raise httpx.ReadTimeout("simulated", request=request)
        content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        return httpx.Response(
            response.status_code, headers=dict(response.headers), content=content, request=request
        )


def in_process() -> httpx.BaseTransport:
    """For ``RATHAUS_PAYPAL["transport"]``."""
    return InProcess()

"""Switching the language of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_http_methods

YEAR = 365 * 24 * 60 * 60
NO_PAGES = frozenset({"begin", "forget", "document", "language", "robots"})
"""Addresses that are no page to come back to."""


@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language in a cookie and go back to the page one came from.

    The way back is taken from the Referer and only if it is one of our own pages; no
    parameter of the address can send anybody anywhere.
    """
    if code not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponseRedirect(_way_back(request), status=303)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _way_back(request: HttpRequest) -> str:
    start = reverse("portal:start")
    try:
        parts = urlsplit(request.META.get("HTTP_REFERER", ""))
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return start
    if parts.netloc != request.get_host() or match.namespace != "portal":
        return start
    if match.url_name in NO_PAGES:
        return start
    way = _again(match)
    return f"{way}?{parts.query}" if match.url_name == "search" and parts.query else way


def _again(match: object) -> str:
    """The address made anew from the name, so that nothing of the text is trusted."""
    return reverse(f"portal:{match.url_name}", kwargs=match.kwargs)  # type: ignore[attr-defined]

"""Error pages, the town's colour, and the style guide."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from rathaus.theme import brand, kept, samples

log = logging.getLogger(__name__)
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
STATIC_PAGE = {"static_page": True, "error_shell": "theme/plain.html"}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 for what is only too much."""
    if isinstance(exception, TOO_MUCH):
        return too_large(request)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    return render(request, "404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token (settings.CSRF_FAILURE_VIEW)."""
    typed = kept.of(request) if kept.from_here(request) else None
    return render(request, "403_csrf.html", {"kept": typed}, status=403)


def too_large(request: HttpRequest) -> HttpResponse:
    """413"""
    return render(request, "413.html", status=413)


def too_many(request: HttpRequest, *, retry_minutes: int = 0) -> HttpResponse:
    """429, with Retry-After where the pause is known."""
    response = render(request, "429.html", {"retry_minutes": retry_minutes}, status=429)
    if retry_minutes:
        response["Retry-After"] = str(retry_minutes * 60)
    return response


def _last_resort(name: str, status: int) -> HttpResponse:
    """A page that needs neither database nor request; plain text if even that fails."""
    try:
        return HttpResponse(render_to_string(name, STATIC_PAGE), status=status)
    except Exception:
        log.exception("The error page %s failed", name)
        text = _("Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es später noch einmal.")
        return HttpResponseServerError(text, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    return _last_resort("500.html", 500)


def unavailable(request: HttpRequest, *, retry_seconds: int = 120) -> HttpResponse:
    """503 with Retry-After."""
    response = _last_resort("503.html", 503)
    response["Retry-After"] = str(retry_seconds)
    return response


@require_safe
@cache_control(public=True, max_age=86400)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The town's hue as a style sheet; pages link it only where it differs from the default."""
    town = brand.current()
    css = f":root{{--rh-hue:{town.hue % 360};--rh-accent-hue:{town.accent_hue % 360}}}\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with the markup to copy (for developers)."""
    return render(request, "theme/stilbuch/index.html", samples.style_guide())


@require_safe
def style_guide_page(request: HttpRequest, name: str) -> HttpResponse:
    """A whole sample page: start, service, form, check, status, desk, case, empty, errors."""
    template, context = samples.page(name)
    return render(request, template, context)

"""Pages about the town hall itself, made from the town's data."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from rathaus.catalogue import queries as catalogue
from rathaus.core import clock
from rathaus.organisation import hours, queries
from rathaus.portal import mediation, shell
from rathaus.portal.views.catalogue import week


@require_safe
def town(request: HttpRequest) -> HttpResponse:
    """Where the town hall is, when it is open, who does what."""
    main = shell.main_office()
    offices = [
        {
            "office": office,
            "status": hours.status(office),
            "days": week(office),
            "services": catalogue.services_of(office),
        }
        for office in queries.offices()
    ]
    facts = {
        "town": queries.town(),
        "offices": offices,
        "days": week(main) if main else [],
        "closures": hours.upcoming_closures(main, clock.today(), 30) if main else [],
        "nav_current": "town",
    }
    return render(request, "portal/town.html", facts)


def _page(request: HttpRequest, name: str, **facts: Any) -> HttpResponse:
    return render(request, f"portal/pages/{name}.html", {"town": queries.town(), **facts})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How it works, and whom to call."""
    main = shell.main_office()
    return _page(request, "help", nav_current="help", days=week(main) if main else [])


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Impressum, § 5 DDG."""
    return _page(request, "imprint")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Data protection information, Art. 13 GDPR."""
    return _page(request, "privacy")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Erklärung zur Barrierefreiheit, § 9b NBGG."""
    place = mediation.for_state(queries.town().bundesland)
    return _page(request, "accessibility", mediation=place)


@require_safe
def easy_language(request: HttpRequest) -> HttpResponse:
    """The town hall in easy language."""
    return _page(request, "easy_language")


@require_safe
def sign_language(request: HttpRequest) -> HttpResponse:
    """What there is in sign language, and where to get help."""
    return _page(request, "sign_language")


@require_safe
def source(request: HttpRequest) -> HttpResponse:
    """Which software this is, under which licence, and where its source is."""
    try:
        number = version("offenes-rathaus")
    except PackageNotFoundError:
        number = ""
    facts = {
        "version": number,
        "python": platform.python_version(),
        "django": django.get_version(),
        "source_url": getattr(settings, "SOURCE_URL", ""),
    }
    return _page(request, "source", **facts)


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines find services, not cases."""
    closed = [
        "/antrag/",
        "/konto/",
        "/vorgang/",
        "/zahlung/",
        "/fortsetzen/",
        "/einsicht/",
        "/suche/",
        "/sprache/",
    ]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines.append(f"Disallow: {reverse('portal:verify')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

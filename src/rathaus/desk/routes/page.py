"""The one way to make a page of the desk: with the permission it needs."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from rathaus.desk.access import guarded


def page(route: str, view: Callable[..., HttpResponseBase], name: str, *, needs: str) -> URLPattern:
    """A page for staff with the permission `needs` (in any office; the view asks for which)."""
    return path(route, guarded(view, needs), name=name)

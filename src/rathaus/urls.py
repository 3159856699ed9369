"""All addresses of one town."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from rathaus.core import health
from rathaus.desk.webdav import entrance as webdav
from rathaus.portal.account_urls import allauth_aliases, allauth_names

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    re_path(r"^webdav(?P<path>(?:/.*)?)$", webdav.serve, name="webdav"),
]
# allauth looks its pages up by names without a namespace.
urlpatterns.append(path("konto/", include(allauth_names)))
for prefix, room in (
    ("", "api"),
    ("arbeit/", "desk"),
    ("", "theme"),
    ("simulation/", "simulation"),
    ("", "portal"),
):
    if room == "simulation" and not settings.SIMULATION:
        continue
    if find_spec(f"rathaus.{room}.urls"):
        urlpatterns.append(path(prefix, include(f"rathaus.{room}.urls")))
urlpatterns.append(path("konto/", include(allauth_aliases)))

handler400 = "rathaus.theme.views.bad_request"
handler403 = "rathaus.theme.views.permission_denied"
handler404 = "rathaus.theme.views.not_found"
handler500 = "rathaus.theme.views.server_error"

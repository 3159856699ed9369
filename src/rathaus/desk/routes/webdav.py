"""Network drive and office programs: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views import webdav

DEVICES = "sicherheit/geraetekennwoerter/"

urlpatterns: list[URLPattern] = [
    page(DEVICES, webdav.index, "device_passwords", needs="service.view"),
    page(DEVICES + "neu/", webdav.create, "device_password_new", needs="service.view"),
    page(
        DEVICES + "<uuid:ident>/entziehen/",
        webdav.end,
        "device_password_end",
        needs="service.view",
    ),
    page("akten/entwurf/<uuid:ident>/oeffnen/", webdav.open_draft, "draft_open",
         needs="records.view"),
]  # fmt: skip

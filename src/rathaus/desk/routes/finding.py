"""Searching the record: pages of the desk. The search itself is at ``suche/`` (desk.urls)."""

from __future__ import annotations

from django.urls import URLPattern

from rathaus.desk.routes.page import page
from rathaus.desk.views import search
from rathaus.desk.views.finding import saved

SAVED = "suche/gespeichert/<uuid:ident>/"

urlpatterns: list[URLPattern] = [
    page("suche/hilfe/", search.help_page, "search_help", needs="records.view"),
    page("suche/speichern/", saved.save, "search_save", needs="records.view"),
    page(SAVED, saved.show, "search_saved", needs="records.view"),
    page(SAVED + "loeschen/", saved.delete, "search_delete", needs="records.view"),
]

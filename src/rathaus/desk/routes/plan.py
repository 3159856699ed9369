"""Filing plan, dossiers and cases by hand, access: pages of the desk."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses below ``/konto/``: other account systems, stepping up, linking."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

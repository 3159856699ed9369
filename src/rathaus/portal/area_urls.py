"""Addresses below ``/konto/``: "Mein Bereich", representation, data protection."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the Servicekonto below ``/konto/``: "Mein Bereich", representation, data protection."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

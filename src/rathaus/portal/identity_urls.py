"""Addresses of the Servicekonto below ``/konto/``: logging in at other account systems, stepping up, linking."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

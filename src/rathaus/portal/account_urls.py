"""Addresses below ``/konto/``: registering, log-in, passwords, second factors, sessions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

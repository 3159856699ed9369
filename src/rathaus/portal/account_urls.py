"""Addresses of the Servicekonto below ``/konto/``: registering, logging in, passwords, second factors, sessions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""The design system as a Django app."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    """Templates, template tags, static files, letters. No tables."""

    name = "rathaus.theme"
    label = "theme"
    default_auto_field = "django.db.models.BigAutoField"

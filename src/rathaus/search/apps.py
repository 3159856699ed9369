"""Full-text search over everything in a town, the same on SQLite and PostgreSQL."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The search room."""

    name = "rathaus.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Suche"

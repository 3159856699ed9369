"""Django application of the form engine."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Forms as data: definition, web form, validation, summary, JSON Schema."""

    name = "rathaus.forms"
    label = "forms"
    default_auto_field = "django.db.models.BigAutoField"

"""Search over cases and documents with fields, places and saved questions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FindingConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.finding"
    label = "records_finding"
    verbose_name = _("Aktensuche")
    default_auto_field = "django.db.models.BigAutoField"

"""Replacement scanning after TR-RESISCAN: profile, batch, transfer note, sample, paper gone."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScanningConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.scanning"
    label = "records_scanning"
    verbose_name = _("Ersetzendes Scannen")
    default_auto_field = "django.db.models.BigAutoField"

"""Legacy files: bulk import and the way from the paper cabinet into the record."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegacyConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.legacy"
    label = "records_legacy"
    verbose_name = _("Altbestand")
    default_auto_field = "django.db.models.BigAutoField"

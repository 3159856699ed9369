"""What comes in from everywhere, until it is filed: upload, scan folder, e-mail, print, API."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.intake"
    label = "records_intake"
    verbose_name = _("Posteingang")
    default_auto_field = "django.db.models.BigAutoField"

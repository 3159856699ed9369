"""Work on what is filed: locks, comments, reminders, co-signing, redaction, sharing, export."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.work"
    label = "records_work"
    verbose_name = _("Arbeit am Dokument")
    default_auto_field = "django.db.models.BigAutoField"

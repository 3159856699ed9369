"""Other shapes of a document for reading: text layer, PDF/A, preview. The original counts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RenditionsConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.renditions"
    label = "records_renditions"
    verbose_name = _("Wiedergaben")
    default_auto_field = "django.db.models.BigAutoField"

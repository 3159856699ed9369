"""The electronic record (E-Akte) of the town."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """The records room."""

    name = "rathaus.records"
    label = "records"
    verbose_name = _("E-Akte")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Event types and jobs of this room are known before anything is read or run."""
        from rathaus.records import events, events_plan, rescoping  # noqa: F401

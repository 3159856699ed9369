"""Legal hold, what is due, offer, appraisal, transfer, destruction with protocol."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisposalConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.disposal"
    label = "records_disposal"
    verbose_name = _("Aussonderung")
    default_auto_field = "django.db.models.BigAutoField"

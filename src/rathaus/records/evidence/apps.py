"""Merkle trees, time stamps, evidence records, and their renewal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """A part of the records room with tables of its own."""

    name = "rathaus.records.evidence"
    label = "records_evidence"
    verbose_name = _("Beweiswerterhaltung")
    default_auto_field = "django.db.models.BigAutoField"

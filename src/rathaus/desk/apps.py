"""The staff's face."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "rathaus.desk"
    label = "desk"
    verbose_name = _("Arbeitsplatz")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rathaus.desk import navigation
        from rathaus.theme import shell

        shell.provide("desk", navigation.context)

"""The residents' face as a Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for everybody outside the town hall. No tables, no rules."""

    name = "rathaus.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rathaus.portal import shell
        from rathaus.theme import brand
        from rathaus.theme import shell as frame

        brand.provide(shell.brand)
        frame.provide("portal", shell.context)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "rathaus.catalogue"
    label = "catalogue"
    verbose_name = _("Leistungskatalog")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rathaus.catalogue import signals

        signals.connect()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "rathaus.payments"
    label = "payments"
    verbose_name = _("Zahlungen")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Providers register themselves on import.
        from rathaus.payments.providers import counter, paypal, transfer  # noqa: F401

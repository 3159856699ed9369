from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "rathaus.simulation"
    label = "simulation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rathaus.payments.providers.paypal.webhook import trust_simulation
        from rathaus.simulation.paypal import keys

        trust_simulation(keys.trust)

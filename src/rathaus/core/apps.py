from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "rathaus.core"

    def ready(self) -> None:
        # Event types, jobs and subscriptions register themselves on import.
        autodiscover_modules("events", "jobs", "listeners")

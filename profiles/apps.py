from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = "Customers"

    def ready(self) -> None:
        import_module("profiles.tasks")
        import_module("profiles.importing.tasks")
        import_module("profiles.api.batch")
        import_module("profiles.draining")
        import_module("profiles.outbox")
        import_module("profiles.importing.forgetting")
        import_module("profiles.conditions.own_facts")
        import_module("profiles.events.own")
        autodiscover_modules("panels", "events", "auditing", "facts", "listening", "actions")
        import_module("profiles.panels.own")
        import_module("profiles.events.administration")

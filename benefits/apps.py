from importlib import import_module

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "benefits"
    verbose_name = "Benefits"

    def ready(self) -> None:
        # Each registers itself by being imported: the job's handler, the receivers of profiles' signals, the worker's round.
        import_module("benefits.tasks")
        import_module("benefits.merging")
        import_module("benefits.expiring")
        import_module("benefits.facts")

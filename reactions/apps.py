from importlib import import_module

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    name = "reactions"
    verbose_name = "Automation"

    def ready(self) -> None:
        # Each registers itself by being imported: the receivers of profiles' signals, the worker's rounds, who hears events.
        import_module("reactions.merging")
        import_module("reactions.tasks")
        import_module("reactions.triggering")
        import_module("reactions.running")
        import_module("reactions.automating")
        import_module("reactions.troubles")

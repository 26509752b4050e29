from importlib import import_module

from django.apps import AppConfig


class AchievementsConfig(AppConfig):
    name = "achievements"
    verbose_name = "Achievements"

    def ready(self) -> None:
        # Each registers itself by being imported: the job's handlers, the receivers of profiles' signals, who hears events.
        import_module("achievements.tasks")
        import_module("achievements.merging")
        import_module("achievements.counting")
        import_module("achievements.rewarding")

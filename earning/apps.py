from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EarningConfig(AppConfig):
    name = "earning"
    verbose_name = "Earning"

    def ready(self) -> None:
        from earning.standing import make_default_program

        post_migrate.connect(make_default_program, sender=self, dispatch_uid="earning.make_default_program")
        # Each registers itself by being imported: who hears of new customers, what is done by itself, the jobs' handlers.
        import_module("earning.enrolling")
        import_module("earning.tier_rounds")
        import_module("earning.tasks")

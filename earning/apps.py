from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EarningConfig(AppConfig):
    name = "earning"
    verbose_name = "Earning"

    def ready(self) -> None:
        from earning.append_only import keep
        from earning.standing import make_default_program

        post_migrate.connect(make_default_program, sender=self, dispatch_uid="earning.make_default_program")
        post_migrate.connect(keep, sender=self, dispatch_uid="earning.append_only")
        # Each registers itself by being imported: what happens and can be asked of cards, who hears of new customers, what
        # is done by itself, the receivers of signals, the jobs' handlers.
        for name in (
            "point_events",
            "reward_events",
            "award_events",
            "balance_facts",
            "enrolling",
            "rulesets",
            "following",
            "climbing",
            "consenting",
            "coupon_codes",
            "couponing",
            "referring",
            "brought_events",
            "hearing",
            "anniversaries",
            "expiring",
            "tier_rounds",
            "merging",
            "tasks",
            "backtesting.tasks",
        ):
            import_module(f"earning.{name}")

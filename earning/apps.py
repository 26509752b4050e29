from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EarningConfig(AppConfig):
    name = "earning"
    verbose_name = "Earning"

    def ready(self) -> None:
        from earning.ledger.append_only import keep
        from earning.standing import make_default_program

        post_migrate.connect(make_default_program, sender=self, dispatch_uid="earning.make_default_program")
        post_migrate.connect(keep, sender=self, dispatch_uid="earning.append_only")
        # Each registers itself by being imported: what happens and can be asked of cards, who hears of new customers, what
        # is done by itself, the receivers of signals, the jobs' handlers.
        for name in (
            "events.points",
            "events.ends",
            "events.rewards",
            "events.awards",
            "facts.balances",
            "enrolling",
            "rulebook.rulesets",
            "occurrences.following",
            "occurrences.consenting",
            "coupons.codes",
            "occurrences.couponing",
            "occurrences.referring",
            "events.brought",
            "occurrences.hearing",
            "occurrences.anniversaries",
            "ledger.expiring",
            "ledger.warning",
            "tiers.rounds",
            "merging",
            "tasks",
            "backtesting.tasks",
        ):
            import_module(f"earning.{name}")

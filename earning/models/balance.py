from django.db import models
from django.db.models import Q

from earning.models.program import AMOUNT

SUMS = ("active", "pending", "pending_approval", "blocked", "debt", "earned", "spent", "expired", "reversed")


def Sum(help_text: str) -> models.DecimalField:
    return models.DecimalField(**AMOUNT, default=0, help_text=help_text)


class Balance(models.Model):
    """What a card has of one unit: sums over its credits and debits, kept in the transaction that changes those.

    `manage.py check_ledger` proves that they agree.
    """

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="balances", db_index=False)
    unit = models.CharField(max_length=8)
    active = Sum("What can be spent.")
    pending = Sum("Earned, and usable only later.")
    pending_approval = Sum("Waits for somebody to approve it.")
    blocked = Sum("Held back by somebody.")
    debt = Sum("Taken although it was not there. What is earned next repays it.")
    earned = Sum("All that was ever earned, whatever became of it.")
    spent = Sum("All that was spent, without what came back.")
    expired = Sum("All that expired.")
    reversed = Sum("All that was taken back.")

    class Meta:
        default_permissions = ("view",)
        ordering = ["card", "unit"]
        indexes = [
            models.Index(fields=["unit", "-active"], name="earning_balance_by_active"),
            models.Index(fields=["unit", "-debt"], name="earning_balance_indebted", condition=Q(debt__gt=0)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["card", "unit"], name="earning_balance_one_of_each_unit"),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__gte": 0}), name=f"earning_balance_{name}_not_negative")
                for name in SUMS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.active} {self.unit}"

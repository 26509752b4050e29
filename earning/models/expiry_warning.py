from django.db import models


class ExpiryWarning(models.Model):
    """That a customer was told, so many days ahead, what of a card ends on a day: once for each card, unit, day and number."""

    card = models.ForeignKey("earning.LoyaltyCard", models.CASCADE, related_name="expiry_warnings", db_index=False)
    unit = models.CharField(max_length=8)
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["card", "unit", "ends_on", "days"], name="earning_expirywarning_is_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days before {self.ends_on}"


class WarnedUntil(models.Model):
    """Up to which day all ends of a program's points and rewards were warned of, so many days ahead: where workers go on."""

    program = models.ForeignKey("earning.Program", models.CASCADE, related_name="+", db_index=False)
    days = models.PositiveSmallIntegerField()
    ends_on = models.DateField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["program", "days"], name="earning_warneduntil_one_of_each"),
        ]

    def __str__(self) -> str:
        return f"{self.days} days ahead, until {self.ends_on}"

from django.db import connection, models

# A key after that of every benefit.
LAST_KEY = 2**63 - 1


class ExpiryMarkQuerySet(models.QuerySet):
    def in_turn(self, *, at) -> "ExpiryMark | None":
        """The one row, locked until the transaction ends; None while another worker has it. What ended before there was one is not told."""
        self.get_or_create(pk=1, defaults={"until": at, "last_key": LAST_KEY})
        rows = self.filter(pk=1)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        return rows.first()


class ExpiryMark(models.Model):
    """How far the ends of benefits were told: all before this moment, and of those at it all up to this key."""

    until = models.DateTimeField()
    last_key = models.BigIntegerField()

    objects = ExpiryMarkQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="benefits_expirymark_is_one"),
        ]

    def __str__(self) -> str:
        return f"told until {self.until}"

from django.db import models


class DailyPass(models.Model):
    """How far the customers of a program were gone through for an event of a day, such as birthdays. What dies in between is carried on."""

    program = models.ForeignKey("earning.Program", models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=32)
    on = models.DateField(help_text="The day where the program is.")
    after = models.BigIntegerField(default=0, help_text="The last card that was asked.")
    is_done = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["-on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "event", "on"], name="earning_pass_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.on}"

from django.conf import settings
from django.db import models


class EarningRuleVersion(models.Model):
    """What a rule said from one change to the next. Written once; awards point to it."""

    rule = models.ForeignKey("earning.EarningRule", models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="The rule as the API shows it.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="earning_version_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

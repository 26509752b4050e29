from django.db import models


class BackTest(models.Model):
    """A rule asked about purchases that were: what it would have given, beside what the live rules give. Nothing is awarded.

    The rule is as `document` has it, written as the API writes rules: a draft that nobody saved, or a rule as it was then.
    """

    program = models.ForeignKey("earning.Program", models.CASCADE, related_name="+", db_index=False)
    rule = models.ForeignKey("earning.EarningRule", models.CASCADE, null=True, related_name="backtests")
    document = models.JSONField()
    starts_on = models.DateField("from")
    ends_on = models.DateField("to", help_text="This day is the last.")
    job = models.OneToOneField("jobs.Job", models.PROTECT, related_name="backtest")
    result = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view", "add")
        verbose_name = "back-test"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.document.get('name') or 'Draft'}, {self.starts_on:%-d %b %Y} to {self.ends_on:%-d %b %Y}"

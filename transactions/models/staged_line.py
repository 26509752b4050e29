from django.db import models


class StagedLine(models.Model):
    """A row of a file on its way to becoming a line: kept only while its import runs, to be read in another order than the file's.

    That order is: customer by customer, sales before returns. So each customer's figures are worked out once.
    """

    ORDER = ("is_anonymous", "customer", "is_return", "external_id", "number")

    run = models.UUIDField()
    number = models.PositiveBigIntegerField()
    is_anonymous = models.BooleanField()
    customer = models.CharField(max_length=191, blank=True)
    is_return = models.BooleanField()
    external_id = models.CharField(max_length=191)
    values = models.JSONField()
    staged_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="transactions_row_is_staged_once")]

    def __str__(self) -> str:
        return f"Row {self.number}"

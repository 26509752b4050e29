from datetime import datetime, timedelta

from django.conf import settings
from django.db import models


class IdempotentAnswerQuerySet(models.QuerySet):
    def outlived(self, *, at: datetime) -> "IdempotentAnswerQuerySet":
        """Those whose key may be used anew."""
        return self.filter(created_at__lt=at - timedelta(days=settings.IDEMPOTENCY_DAYS))


class IdempotentAnswer(models.Model):
    """The first answer given to an `Idempotency-Key`, to be given again (api.md 3). The row is written in the effect's own transaction."""

    caller = models.CharField(max_length=80, help_text="The id of the token: keys of two callers never meet.")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=bytes)
    content_type = models.CharField(max_length=100, default="application/json")
    created_at = models.DateTimeField(db_index=True)

    objects = IdempotentAnswerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="access_one_answer_per_key")]

    def __str__(self) -> str:
        return self.key

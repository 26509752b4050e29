from django.db import models
from simple_history.models import HistoricalRecords

from cxmanager.refusals import Refusal
from earning.refusals import refusal


class PointDefinition(models.Model):
    """A kind of points that integrations give, such as a welcome: a name to tell them apart by (omneo-reference 2.13)."""

    name = models.CharField(max_length=191, help_text="What staff read. Example: Welcome points.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that integrations use. Example: welcome.",
        error_messages={"unique": "Another point definition has this handle."},
    )
    description = models.TextField(blank=True)
    notes = models.TextField(blank=True, help_text="For your team only.")
    is_reassignable = models.BooleanField("can be moved to another customer", default=False)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords(m2m_fields=["tags"])

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    def why_not_deletable(self) -> Refusal | None:
        return refusal("points_in_use") if self.credits.exists() else None

    def delete(self, *args, **kwargs):
        """Raises Refusal `points_in_use` where points of it were given."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        return super().delete(*args, **kwargs)

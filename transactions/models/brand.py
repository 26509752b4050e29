from collections.abc import Iterable

from django.db import models
from django.utils.text import slugify


class BrandQuerySet(models.QuerySet):
    def known(self, names: Iterable[str]) -> None:
        """Make the brands of these names that do not exist yet. Safe among parallel callers."""
        wanted = {slugify(name, allow_unicode=True)[:191]: name for name in names}
        self.bulk_create(
            [Brand(name=name, handle=handle) for handle, name in sorted(wanted.items()) if handle],
            ignore_conflicts=True,
        )


class Brand(models.Model):
    """A name that products carry (omneo-reference 2.29). Products and lines keep the name itself, so a brand can go and they stay."""

    name = models.CharField(max_length=191)
    handle = models.CharField(max_length=191, unique=True, error_messages={"unique": "Another brand has this handle."})
    external_id = models.CharField(max_length=191, blank=True)
    external_code = models.CharField(max_length=191, blank=True)
    is_system = models.BooleanField("made by the system", default=False)
    description = models.TextField(blank=True)
    short_description = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    image_url = models.URLField(max_length=500, blank=True)
    internal_note = models.TextField(blank=True, help_text="Staff only.")
    departments = models.JSONField(default=list, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="transactions_brand_by_name"),
            models.Index(fields=["external_id"], name="transactions_brand_external"),
        ]

    def __str__(self) -> str:
        return self.name

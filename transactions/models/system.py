from django.core.exceptions import ValidationError
from django.db import models


class SystemQuerySet(models.QuerySet):
    def named(self, *handles: str) -> list["System"]:
        """The systems of these handles, made where they did not exist. Raises ValidationError for one that is too long."""
        for handle in handles:
            if len(handle) > 191:
                raise ValidationError({"systems": "The handle of a system has at most 191 characters."})
        found = {one.handle: one for one in self.filter(handle__in=handles)}
        missing = [handle for handle in dict.fromkeys(handles) if handle not in found]
        if missing:
            self.bulk_create([System(handle=handle) for handle in sorted(missing)], ignore_conflicts=True)
            found = {one.handle: one for one in self.filter(handle__in=handles)}
        return [found[handle] for handle in dict.fromkeys(handles)]


class System(models.Model):
    """Where a sale was made or recorded, such as `pos` or `web` (omneo-reference 2.5)."""

    handle = models.CharField(
        max_length=191,
        unique=True,
        help_text="Such as pos or web.",
        error_messages={"unique": "There is a system of this handle already."},
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SystemQuerySet.as_manager()

    class Meta:
        ordering = ["handle"]

    def __str__(self) -> str:
        return self.handle

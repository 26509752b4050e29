import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models

# Files that lie beside the zones on some machines, and are no place's time.
NO_PLACES = {"Factory", "localtime", "posixrules"}


@cache
def zone_names() -> frozenset[str]:
    """All IANA names. The standard library reads the whole directory each time."""
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless the name is an IANA time zone."""
    if name not in zone_names():
        raise ValidationError(
            f"“{name}” is not a time zone. Write one like Australia/Melbourne.", code="invalid_timezone"
        )


class Location(models.Model):
    """A shop, a warehouse or a website where customers are served (omneo-reference 2.17)."""

    name = models.CharField(max_length=191)
    type = models.CharField(max_length=64, blank=True, help_text="Such as store, outlet or online.")
    description = models.TextField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    email = models.EmailField(max_length=191, blank=True)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_timezone],
        help_text="Days end at midnight here. Example: Australia/Melbourne.",
    )
    external_id = models.CharField(max_length=191, null=True, blank=True)
    external_code = models.CharField(max_length=191, null=True, blank=True, help_text="The code that tills send.")
    is_published = models.BooleanField("shown to customers", default=True)
    is_permanently_closed = models.BooleanField(default=False)
    address = models.JSONField(null=True, blank=True)
    normal_hours = models.JSONField(default=list, blank=True)
    special_hours = models.JSONField(default=list, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="profiles_location_external_id_is_unique",
                violation_error_code="unique",
                violation_error_message="Another location has this external id.",
            )
        ]
        indexes = [models.Index(fields=["external_code"], name="profiles_location_code")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.external_id = self.external_id or None
        self.external_code = self.external_code or None

from django.conf import settings
from django.db import models


class StaffMember(models.Model):
    """What a user is at the counter: their home location, and their own profile when they earn too."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_member")
    home_location = models.ForeignKey(
        "profiles.Location",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="staff",
        help_text="What this person issues or redeems is recorded here.",
    )
    profile = models.OneToOneField(
        "profiles.Profile",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Their own customer profile, if they have one.",
    )

    class Meta:
        verbose_name = "staff member"

    def __str__(self) -> str:
        return str(self.user)

from django.db import models


class Badge(models.Model):
    """A mark of honour that rules award: a name and a picture, nothing to spend."""

    name = models.CharField(max_length=191, help_text="What customers read. Example: Early bird.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that rules use. Example: early-bird.",
        error_messages={"unique": "Another badge has this handle."},
    )
    description = models.TextField(blank=True, help_text="What one gets it for, in the customer's words.")
    image_url = models.URLField("image address", max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def as_payload(self) -> dict:
        """How events name the badge."""
        return {"handle": self.handle, "name": self.name}


class BadgeHeld(models.Model):
    """A card's badge: each once, however often a rule awards it."""

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="badges", db_index=False)
    badge = models.ForeignKey(Badge, models.PROTECT, related_name="held")
    award = models.ForeignKey("earning.Award", models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        verbose_name = "badge of a customer"
        verbose_name_plural = "badges of customers"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["card", "badge"], name="earning_badge_held_once"),
        ]

    def __str__(self) -> str:
        return str(self.badge)

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from profiles.cause import Cause
from profiles.models.belonging import Belonging
from profiles.models.tag import Tag


class HasInteractions:
    """What a profile does with its interactions."""

    @transaction.atomic
    def add_interaction(self, *, at: datetime, cause: Cause, tags: Iterable[str] = (), **fields) -> "Interaction":
        """Note down a contact, at `interacted_at` or now. Records `interaction.created`. Raises ValidationError for a wrong field."""
        fields["interacted_at"] = fields.get("interacted_at") or at
        interaction = Interaction(profile=self, **fields)
        interaction.put_down(at=at, cause=cause)
        interaction.tags.set(Tag.objects.named(*tags))
        return interaction


class Interaction(Belonging):
    """A contact between a customer and the retailer that was not a sale (omneo-reference 2.7)."""

    class Action(models.TextChoices):
        BROADCAST = "broadcast"
        DISCLOSE = "disclose"
        FEEDBACK = "feedback"
        PRODUCT = "product"
        REACH = "reach"
        REFER = "refer"
        SERVICE = "service"
        VISIT = "visit"
        VIEW = "view"

    class Channel(models.TextChoices):
        APP = "app"
        EMAIL = "email"
        LOCATION = "location"
        PUSH = "push"
        SMS = "sms"
        SOCIAL = "social"
        SUPPORT = "support"
        WEBSITE = "website"

    class Signal(models.IntegerChoices):
        NEGATIVE = -1
        NEUTRAL = 0
        POSITIVE = 1

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="interactions")
    staff = models.ForeignKey("profiles.Profile", models.SET_NULL, null=True, blank=True, related_name="+")
    location = models.ForeignKey("profiles.Location", models.SET_NULL, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=16, choices=Action)
    channel = models.CharField(max_length=16, choices=Channel)
    signal = models.SmallIntegerField(choices=Signal, default=Signal.NEUTRAL)
    name = models.CharField(max_length=191)
    namespace = models.CharField(max_length=191)
    description = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    rating = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    duration = models.PositiveIntegerField(null=True, blank=True, help_text="In seconds.")
    latitude = models.CharField(max_length=32, blank=True)
    longitude = models.CharField(max_length=32, blank=True)
    product_id = models.CharField(max_length=191, blank=True)
    product_variant_id = models.CharField(max_length=191, blank=True)
    product_category_id = models.CharField(max_length=191, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    meta = models.JSONField(null=True, blank=True)
    interacted_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "interaction"
    told = (
        *("action", "channel", "signal", "name", "namespace"),
        *("staff_id", "product_id", "product_variant_id", "product_category_id"),
    )
    is_of_document = False

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["profile", "-interacted_at"], name="profiles_interaction_latest")]

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def change(self, *, at: datetime, cause: Cause, tags: Iterable[str] | None = None, **values) -> dict[str, list]:
        """As of any belonging; `tags`, when given, take the place of the tags it has."""
        changes = super().change(at=at, cause=cause, **values)
        if tags is not None:
            before, after = sorted(self.tags.values_list("handle", flat=True)), sorted(set(tags))
            if before != after:
                self.tags.set(Tag.objects.named(*after))
                changes["tags"] = [before, after]
                self._record("updated", at=at, cause=cause, changes={"tags": changes["tags"]})
        return changes

from datetime import datetime

from django.db import models, transaction

from earning.models.card_rows import LoyaltyCardQuerySet
from profiles.cause import Cause
from profiles.models import Event


class LoyaltyCard(models.Model):
    """A customer's card of one program: what is earned and spent stands on it (behaviour.md 5)."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"
        PENDING = "pending", "Pending"

    profile = models.ForeignKey("profiles.Profile", models.PROTECT, related_name="cards", verbose_name="customer")
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="cards")
    number = models.CharField(max_length=64, unique=True, error_messages={"unique": "Another card has this number."})
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    tier = models.ForeignKey("earning.TierDefinition", models.PROTECT, null=True, blank=True, related_name="cards")
    referred_by = models.ForeignKey(
        "profiles.Profile", models.SET_NULL, null=True, blank=True, related_name="referred_cards"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = LoyaltyCardQuerySet.as_manager()

    class Meta:
        default_permissions = ("view", "add", "change")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["program", "-id"], name="earning_card_of_program"),
            # Few are anything but active.
            models.Index(
                fields=["status", "-id"], name="earning_card_not_active", condition=~models.Q(status="active")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "program"],
                name="earning_card_one_of_each_program",
                violation_error_code="card_held",
                violation_error_message="The customer has a card of this program already.",
            ),
        ]
        permissions = [
            ("adjust_points", "Can adjust points by hand"),
            ("spend_points", "Can spend a customer's points"),
            ("transfer_points", "Can transfer points between customers"),
            ("approve_award", "Can approve awards and adjustments"),
        ]

    def __str__(self) -> str:
        return self.number

    def as_payload(self) -> dict:
        """What the events of the card itself carry."""
        return {
            "card_id": self.pk,
            "program": self.program.as_payload(),
            "number": self.number,
            "status": str(self.status),
        }

    def record(self, name: str, *, at: datetime, cause: Cause, **payload) -> Event:
        """Write down what happened to the card, on its customer's timeline."""
        return Event.objects.record(
            name, at=at, cause=cause, profile=self.profile, subject=self, payload=self.as_payload() | payload
        )

    @transaction.atomic
    def change_status(self, status: str, *, at: datetime, cause: Cause) -> None:
        """Activate, suspend or close the card, and record `card.updated`; nothing is written when it is so already.

        Whatever is on the card stays on it. Raises ValidationError for what no card can be.
        """
        fresh = LoyaltyCard.objects.select_for_update(no_key=True).get(pk=self.pk)
        before, self.status = fresh.status, status
        self.clean_fields(exclude=["number", "created_at", "updated_at"])
        if before == status:
            return
        self.updated_at = at
        self.save(update_fields=["status", "updated_at"])
        self.record("card.updated", at=at, cause=cause, changes={"status": [before, status]})

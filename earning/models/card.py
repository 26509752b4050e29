from datetime import datetime
from decimal import Decimal
from types import EllipsisType

from django.db import models, transaction

from earning.amounts import POINTS
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

    # --- What is on it: each verb takes the customer's turn first (earning.locking) --------------------------------------

    def credit(self, value: Decimal, *, at: datetime, cause: Cause, **given) -> models.Model:
        """Put points on the card, or money where `unit` names a currency, and return the Credit. Records `points.awarded`, `reward.issued`.

        `given` is what else earning.crediting.Grant holds, such as kind, earned_at, expires_at, note or external_id.
        `earning.ledger.crediting.grant` puts on many at once. Raises ValidationError, Refusal: card_closed, external_id_taken.
        """
        from earning.ledger.crediting import Grant, grant

        return grant(self, [Grant(value=value, **given)], at=at, cause=cause)[0]

    def spend(self, amount: Decimal, *, at: datetime, cause: Cause, unit: str = POINTS, **given) -> models.Model:
        """Spend points, or money of a currency, soonest end first, and return the Debit. Records `points.spent`, `reward.redeemed`.

        `given` may hold reason, external_id, transaction, meta. The same external id for the same amount spends once.
        Raises ValidationError, Refusal: insufficient_points, in_debt, card_suspended, card_closed, card_pending,
        external_id_taken.
        """
        from earning.ledger.spending import spend

        return spend(self, unit, amount, at=at, cause=cause, **given)

    def transfer(self, to: "LoyaltyCard", points: Decimal, *, at: datetime, cause: Cause, **given) -> models.Model:
        """Give points to another customer's card of the program, with the end that they have; returns this card's Debit. Records `points.transferred` for both.

        Raises ValidationError, Refusal: insufficient_points, in_debt, same_card, other_program, taker_not_active,
        card_suspended, card_closed, card_pending, external_id_taken, transfer_too_small, transfer_too_large,
        transfer_limit_reached.
        """
        from earning.ledger.transferring import transfer

        return transfer(self, to, points, at=at, cause=cause, **given)

    def adjust(
        self,
        amount: Decimal,
        *,
        reason: str,
        at: datetime,
        cause: Cause,
        unit: str = POINTS,
        expires_at: datetime | EllipsisType | None = ...,
    ) -> models.Model:
        """Put points on the card or, less than 0, take them off, and return the Adjustment: made, or waiting for a second person.

        Records `points.adjusted`, `points.adjustment_requested`. Raises ValidationError, Refusal: insufficient_points, card_closed.
        """
        from earning.ledger.adjusting import adjust

        return adjust(self, amount, reason=reason, unit=unit, expires_at=expires_at, at=at, cause=cause)

    def reverse(self, credit: models.Model, amount: Decimal | None = None, *, at: datetime, cause: Cause, **given):
        """Take back so much of what a credit gave, or all of it, and return the Debit; None where nothing could be taken.

        `given` may hold policy, reason, transaction, meta; earning.taking_back.reverse takes back many at once. Records `points.reversed`.
        """
        from earning.ledger.taking_back import reverse

        made = reverse(self, {credit: amount}, at=at, cause=cause, **given)
        return made[0] if made else None

    def settle(self, *, at: datetime) -> None:
        """Let all that is on the card be what the clock says: activated, expired. The worker does the same for all cards."""
        from earning.ledger.expiring import settle

        settle(self, at=at)

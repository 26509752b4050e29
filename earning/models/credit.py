from django.db import models
from django.db.models import F, Q

from earning.amounts import in_words
from earning.models.credit_rows import CreditQuerySet
from earning.models.program import AMOUNT
from profiles.models.location import validate_timezone


class Credit(models.Model):
    """Points or money put on a card, of which `remaining` is left. Never edited nor deleted: it comes about and changes by the card's verbs.

    It can be spent from `active_from` until `expires_at`. `source` is the credit that it continues, where it was transferred
    or came back, and `answers` the debit of which: the sender's, or the one that was undone.
    """

    class Kind(models.TextChoices):
        EARN = "earn", "Earned"
        ADJUSTMENT = "adjustment", "Adjustment"
        TRANSFER = "transfer", "Transferred"
        REWARD = "reward", "Reward"
        POINT = "point", "Points given"
        RESTORED = "restored", "Came back"
        OPENING = "opening", "Opening balance"

    class State(models.TextChoices):
        PENDING_APPROVAL = "pending_approval", "Waits for approval"
        PENDING = "pending", "Pending"
        ACTIVE = "active", "Active"
        SPENT = "spent", "Spent"
        EXPIRED = "expired", "Expired"
        REVERSED = "reversed", "Taken back"
        REJECTED = "rejected", "Rejected"
        BLOCKED = "blocked", "Blocked"

    # What counts as earned; the rest was only moved, put right or brought along.
    EARNING = (Kind.EARN, Kind.REWARD, Kind.POINT)
    # Never granted, or not yet.
    UNGRANTED = (State.PENDING_APPROVAL, State.REJECTED)
    # Nothing is left of it.
    USED_UP = (State.SPENT, State.EXPIRED, State.REVERSED)

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="credits", db_index=False)
    unit = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=16, choices=State)
    value = models.DecimalField(**AMOUNT)
    remaining = models.DecimalField(**AMOUNT)
    earned_at = models.DateTimeField()
    active_from = models.DateTimeField("can be used from")
    expires_at = models.DateTimeField(null=True, blank=True)
    follows_activity = models.BooleanField(
        default=False, help_text="Its end moves on whenever the customer earns or spends."
    )
    timezone = models.CharField(max_length=64, validators=[validate_timezone])
    note = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=191, null=True, blank=True)
    meta = models.JSONField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    source = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="continued_by", db_index=False
    )
    answers = models.ForeignKey(
        "earning.Debit", models.PROTECT, null=True, blank=True, related_name="answered_by", db_index=False
    )
    award = models.ForeignKey(
        "earning.Award", models.PROTECT, null=True, blank=True, related_name="credits", db_index=False
    )
    transaction = models.ForeignKey(
        "transactions.Transaction", models.SET_NULL, null=True, blank=True, related_name="credits", db_index=False
    )
    reward_definition = models.ForeignKey(
        "earning.RewardDefinition", models.PROTECT, null=True, blank=True, related_name="credits", db_index=False
    )
    point_definition = models.ForeignKey(
        "earning.PointDefinition", models.PROTECT, null=True, blank=True, related_name="credits", db_index=False
    )
    event = models.ForeignKey(
        "profiles.Event",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="What led to it.",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [("block_credit", "Can block and unblock points and rewards")]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["card", "-id"], name="earning_credit_of_card"),
            # What is spent, in the order in which it is.
            models.Index(
                fields=["card", "unit", "expires_at", "earned_at", "id"],
                name="earning_credit_open",
                condition=Q(state__in=["active", "pending"]),
            ),
            models.Index(
                fields=["expires_at", "id"],
                name="earning_credit_expiring",
                condition=Q(state="active", expires_at__isnull=False),
            ),
            models.Index(fields=["active_from", "id"], name="earning_credit_pending", condition=Q(state="pending")),
            models.Index(fields=["-id"], name="earning_credit_to_approve", condition=Q(state="pending_approval")),
            models.Index(fields=["earned_at", "id"], name="earning_credit_by_moment"),
            models.Index(fields=["updated_at", "id"], name="earning_credit_updated"),
            models.Index(
                fields=["transaction"], name="earning_credit_of_purchase", condition=Q(transaction__isnull=False)
            ),
            models.Index(fields=["award"], name="earning_credit_of_award", condition=Q(award__isnull=False)),
            models.Index(
                fields=["reward_definition", "-id"],
                name="earning_credit_of_reward",
                condition=Q(reward_definition__isnull=False),
            ),
            models.Index(fields=["source"], name="earning_credit_continues", condition=Q(source__isnull=False)),
            models.Index(fields=["answers"], name="earning_credit_answers", condition=Q(answers__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="earning_credit_external_id_is_unique",
                violation_error_code="external_id_taken",
                violation_error_message="Other points have this external id.",
            ),
            models.CheckConstraint(condition=Q(value__gt=0), name="earning_credit_has_a_value"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("value")), name="earning_credit_remains_within_its_value"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["spent", "expired", "reversed"]) & Q(remaining=0))
                | (~Q(state__in=["spent", "expired", "reversed"]) & Q(remaining__gt=0)),
                name="earning_credit_state_says_what_remains",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("active_from")),
                name="earning_credit_ends_after_it_begins",
                violation_error_code="ends_too_early",
                violation_error_message="It would expire before it can be used.",
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.value, self.unit)

    @property
    def is_granted(self) -> bool:
        """Whether the customer has, or had, it."""
        return self.state not in self.UNGRANTED

    @property
    def counts_as_earned(self) -> bool:
        return self.kind in self.EARNING

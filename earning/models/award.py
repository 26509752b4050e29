from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from cxmanager.refusals import Refusal
from earning.amounts import POINTS, as_text
from earning.refusals import refusal
from profiles.cause import Cause


class AwardQuerySet(models.QuerySet):
    def waiting(self) -> "AwardQuerySet":
        """Those that somebody has to approve, the oldest first."""
        return self.filter(state=Award.State.PENDING_APPROVAL).order_by("pk")


class Award(models.Model):
    """What one rule gave one card for one occurrence, with the arithmetic. Written by `earning.awards.awarding`, never edited.

    The points and the money are credits of the ledger, which name it. An award that waits for approval has credits that wait.
    """

    class State(models.TextChoices):
        GIVEN = "given", "Given"
        PENDING_APPROVAL = "pending_approval", "Waits for approval"
        REJECTED = "rejected", "Rejected"
        REVERSED = "reversed", "Taken back"

    class Source(models.TextChoices):
        TRANSACTION = "transaction", "Transaction"
        EVENT = "event", "Event"
        REFERRAL = "referral", "Referral"
        PERMISSION = "permission", "Permission"
        LEDGER_TRANSACTION = "ledger_transaction", "Ledger transaction"
        COUPON = "coupon", "Coupon"

    card = models.ForeignKey("earning.LoyaltyCard", models.PROTECT, related_name="awards", db_index=False)
    rule = models.ForeignKey("earning.EarningRule", models.PROTECT, related_name="awards", db_index=False)
    version = models.ForeignKey("earning.EarningRuleVersion", models.PROTECT, related_name="awards", db_index=False)
    source = models.CharField(max_length=20, choices=Source)
    source_key = models.CharField(
        max_length=220,
        help_text="What it was for: the transaction's number, after changes with that of the pass; the event's external id.",
    )
    once_key = models.CharField(
        max_length=191, null=True, blank=True, help_text="Where the rule gives once only: once for this."
    )
    transaction = models.ForeignKey(
        "transactions.Transaction", models.SET_NULL, null=True, related_name="awards", db_index=False
    )
    name = models.CharField(max_length=191, help_text="What the rule was called then.")
    points = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, blank=True)
    badge = models.ForeignKey("earning.Badge", models.PROTECT, null=True, related_name="+", db_index=False)
    shares = models.JSONField(
        default=dict, help_text="{line id: [points, money]} before rounding: what a return of the line takes back."
    )
    working = models.CharField(max_length=500, blank=True, help_text="The arithmetic in words.")
    taken = models.JSONField(default=list, help_text="[limit, period, amount] of the limits that it used.")
    state = models.CharField(max_length=20, choices=State, default=State.GIVEN)
    is_replaced = models.BooleanField(
        default=False, help_text="Its sale was put right since, and earned anew or nothing. It never comes back."
    )
    points_reversed = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency_reversed = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    event = models.ForeignKey(
        "profiles.Event",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="What led to it.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(help_text="When what it is for happened.")
    created_at = models.DateTimeField()

    objects = AwardQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["card", "-id"], name="earning_awards_of_card"),
            models.Index(fields=["rule", "-at"], name="earning_awards_of_rule"),
            models.Index(fields=["transaction"], name="earning_awards_of_sale", condition=Q(transaction__isnull=False)),
            models.Index(fields=["id"], name="earning_awards_waiting", condition=Q(state="pending_approval")),
            models.Index(
                fields=["created_at", "id"], name="earning_awards_decided", condition=Q(decided_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "card", "source", "source_key"], name="earning_award_once_for_each"
            ),
            models.UniqueConstraint(
                fields=["rule", "card", "once_key"],
                condition=Q(once_key__isnull=False),
                name="earning_award_once_only",
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0) & Q(currency_amount__gte=0), name="earning_award_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(points_reversed__gte=0)
                & Q(points_reversed__lte=models.F("points"))
                & Q(currency_reversed__gte=0)
                & Q(currency_reversed__lte=models.F("currency_amount")),
                name="earning_award_not_reversed_beyond_itself",
            ),
            models.CheckConstraint(
                condition=Q(currency_amount=0) | ~Q(currency=""), name="earning_award_money_has_a_currency"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def why_not_decidable(self) -> Refusal | None:
        """Why nobody can approve or reject it any more, or None."""
        return None if self.state == self.State.PENDING_APPROVAL else refusal("award_decided")

    def approve(self, *, at: datetime, cause: Cause) -> "Award":
        """Let the customer have what waited. Records `award.approved`, and what giving it does. Asking again changes nothing.

        Returns it as it is then. Raises Refusal: award_decided where it was rejected or taken back, profile_inactive.
        """
        from earning.awards.approvals import approve

        return approve(self, at=at, cause=cause)

    def reject(self, reason: str = "", *, at: datetime, cause: Cause) -> "Award":
        """Let the customer not have it, for this reason; what limits it used can be used again. Records `award.rejected`.

        Asking again changes nothing. Raises Refusal: award_decided where it was approved or taken back, profile_inactive.
        """
        from earning.awards.approvals import reject

        return reject(self, at=at, cause=replace(cause, reason=reason or cause.reason))

    @property
    def was_never_approved(self) -> bool:
        """Whether it waits for somebody, or waited until it was taken back."""
        return self.decided_at is None and bool(self.version.document.get("requires_approval"))

    def as_payload(self) -> dict:
        """What its events carry."""
        return {
            "award_id": self.pk,
            "card_id": self.card_id,
            "program": self.card.program.as_payload(),
            "rule": {"handle": self.rule.handle, "name": self.rule.name},
            "version_id": self.version_id,
            "source": str(self.source),
            "source_key": self.source_key,
            "points": as_text(self.points, POINTS),
            "currency_amount": as_text(self.currency_amount, self.currency) if self.currency else None,
            "currency": self.currency or None,
        }

    def as_part(self, credit: models.Model) -> dict:
        """How an event of points or money tells what this award is of it."""
        return {
            "award_id": self.pk,
            "rule": self.rule.handle,
            "rule_name": self.rule.name,
            "version_id": self.version_id,
            "amount": as_text(credit.value, credit.unit),
        }

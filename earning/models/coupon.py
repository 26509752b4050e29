from django.db import models
from django.db.models import Q

from profiles.models.constraints import TellsWhichField


class CouponPool(TellsWhichField):
    """Many codes that are worth the same, each for one customer and once: a rule of the type coupon names the pool, or a reward that comes with a code."""

    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="coupon_pools")
    name = models.CharField(max_length=191, help_text="For your team. Example: Letters of summer 2026.")
    handle = models.SlugField(max_length=191, help_text="The short name that rules use. Example: summer-letters.")
    reopens = models.BooleanField(
        "codes come back",
        default=False,
        help_text="Whether a code can be used again once what it gave was taken back, as when the goods are returned.",
    )
    codes_count = models.PositiveBigIntegerField("codes", default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    told_at = {"handle_taken": "handle"}

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "handle"],
                name="earning_pool_handle_once_in_a_program",
                violation_error_code="handle_taken",
                violation_error_message="Another pool of this program has this handle.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


SHORTEST_CODE, LONGEST_CODE = 4, 64


class Coupon(models.Model):
    """One code of a pool, normalised. Used once: by which card, when, and for which award; or given with which order or reward."""

    # The pool's own. Stands here for what is unique among the program's.
    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="+", db_index=False)
    pool = models.ForeignKey(CouponPool, models.PROTECT, related_name="coupons", db_index=False)
    code = models.CharField(max_length=LONGEST_CODE)
    used_at = models.DateTimeField(null=True, blank=True)
    card = models.ForeignKey(
        "earning.LoyaltyCard", models.PROTECT, null=True, blank=True, related_name="coupons", db_index=False
    )
    award = models.OneToOneField("earning.Award", models.SET_NULL, null=True, blank=True, related_name="coupon")
    order = models.ForeignKey(
        "earning.RewardOrder", models.PROTECT, null=True, blank=True, related_name="coupons", db_index=False
    )
    credit = models.ForeignKey(
        "earning.Credit", models.PROTECT, null=True, blank=True, related_name="coupons", db_index=False
    )

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["pool", "-id"], name="earning_coupons_of_pool"),
            models.Index(fields=["card"], name="earning_coupons_of_card", condition=Q(card__isnull=False)),
            # The next to be given, beside a million that were.
            models.Index(fields=["pool", "id"], name="earning_coupons_free", condition=Q(used_at=None)),
            models.Index(fields=["order"], name="earning_coupons_of_order", condition=Q(order__isnull=False)),
            models.Index(fields=["credit"], name="earning_coupons_of_credit", condition=Q(credit__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="earning_coupon_code_once_in_a_program"),
            models.CheckConstraint(
                condition=Q(used_at=None, card=None) | Q(used_at__isnull=False, card__isnull=False),
                name="earning_coupon_used_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponAttempt(models.Model):
    """A code that was entered and was none: who guesses has to wait. Kept for a day."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(fields=["profile", "at"], name="earning_attempts_of_customer"),
            models.Index(fields=["at"], name="earning_attempts_by_moment"),
        ]

    def __str__(self) -> str:
        return str(self.at)

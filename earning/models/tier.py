from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from cxmanager.refusals import Refusal
from earning.models.program import Program
from earning.refusals import refusal
from profiles.models.constraints import TellsWhichField


class TierDefinitionQuerySet(models.QuerySet):
    def ranked(self) -> "TierDefinitionQuerySet":
        """Lowest first within each program."""
        return self.order_by("program", "rank")

    def ladder(self, program_id: int) -> list["TierDefinition"]:
        """The tiers of a program, lowest first. One query."""
        return list(self.filter(program=program_id).order_by("rank"))

    def entry(self, program: Program) -> "TierDefinition | None":
        """The tier on which every customer starts: the lowest, where it asks for nothing. One query."""
        lowest = self.filter(program=program).order_by("rank").first()
        return lowest if lowest is not None and lowest.value_min == 0 else None

    def make_room(self, program: Program, value_min: Decimal) -> int:
        """The rank of a new tier that nobody said the place of: above all that ask for no more. What stands higher moves up."""
        higher = self.filter(program=program, value_min__gt=value_min).order_by("-rank")
        ranks = [one.rank for one in higher]
        if not ranks:
            last = self.filter(program=program).order_by("-rank").values_list("rank", flat=True).first()
            return 0 if last is None else last + 1
        # From the top, as no two may stand on one rung at any moment.
        for one in self.filter(program=program, rank__gte=min(ranks)).order_by("-rank"):
            one.rank += 1
            one.save(update_fields=["rank", "updated_at"])
        return min(ranks)


class TierDefinition(TellsWhichField):
    """One rung of a program's ladder: what a customer must do to stand on it, and to stay (behaviour.md 5, omneo-reference 2.14)."""

    class Basis(models.TextChoices):
        POINTS_EARNED = "points_earned", "Points earned"
        SPEND = "spend", "Money spent"
        ACTIVE_POINTS = "active_points", "Points held"

    class Window(models.TextChoices):
        ROLLING_12M = "rolling_12m", "The last 12 months"
        ALL_TIME = "all_time", "All time"

    class Downgrade(models.TextChoices):
        NONE = "none", "Never goes down"
        ONE_DOWN = "one_down", "One tier down"
        RECOMPUTE = "recompute", "To the tier that the figures support"

    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="tiers")
    name = models.CharField(max_length=191, help_text="What customers read. Example: Gold.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that tills, rules and reactions use. Do not change it once they do. Example: gold.",
        error_messages={"unique": "Another tier has this handle."},
    )
    rank = models.PositiveSmallIntegerField(
        help_text="Its place on the ladder, lowest first. Example: 0 for Bronze, 1 for Silver, 2 for Gold."
    )
    basis = models.CharField(
        max_length=16, choices=Basis, default=Basis.POINTS_EARNED, help_text="What is counted towards it."
    )
    window = models.CharField(
        max_length=16, choices=Window, default=Window.ROLLING_12M, help_text="Over which time it is counted."
    )
    value_min = models.DecimalField(
        "reached with",
        max_digits=18,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0)],
        help_text="So many points or so much money lift a customer to it. Example: 1000. The lowest tier has 0.",
    )
    value_maintain = models.DecimalField(
        "kept with",
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What a customer must reach in the year after to keep it. Empty means as much as to reach it. Example: 800.",
    )
    downgrade = models.CharField(
        "when it is not kept",
        max_length=16,
        choices=Downgrade,
        default=Downgrade.RECOMPUTE,
        help_text="What becomes of a customer whose year ends without enough.",
    )
    is_floor = models.BooleanField(
        "never below it", default=False, help_text="Whoever reached it falls no lower, whatever they do."
    )
    is_assignable = models.BooleanField("staff may give it", default=True, help_text="By hand, without the figures.")
    disable_credit = models.BooleanField(
        "overshoot does not count on",
        default=False,
        help_text="Usually what a customer had above the threshold when they reached it counts towards keeping it.",
    )
    description = models.TextField("description for staff", blank=True)
    internal_notes = models.TextField(blank=True, help_text="For your team only.")
    short_description = models.CharField(max_length=500, blank=True, help_text="One line for customers.")
    long_description = models.TextField(blank=True, help_text="The details page that the customer opens.")
    terms_conditions = models.TextField("terms and conditions", blank=True)
    earn_instructions = models.TextField(blank=True, help_text="How a customer reaches it, in their words.")
    icon = models.CharField(max_length=500, blank=True, help_text="The address of a small square picture.")
    image_url = models.URLField("image address", max_length=500, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+")
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    told_at = {"rank_taken": "rank"}
    objects = TierDefinitionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "tier"
        ordering = ["program", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "rank"],
                name="earning_tier_one_on_each_rung",
                violation_error_code="rank_taken",
                violation_error_message="Another tier of this program has this rank.",
            ),
            models.CheckConstraint(
                condition=Q(value_min__gte=0),
                name="earning_tier_value_min_not_below_zero",
                violation_error_message="A threshold is not below zero.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def measure(self) -> tuple[str, str]:
        """What is counted towards it: basis and window."""
        return self.basis, self.window

    @property
    def keeps_with(self) -> Decimal:
        """What keeps it."""
        return self.value_min if self.value_maintain is None else self.value_maintain

    def as_payload(self) -> dict:
        """How events name the tier."""
        return {"handle": self.handle, "name": self.name}

    def why_not_assignable(self, card) -> Refusal | None:
        """Why staff cannot put this card on it, or None."""
        if card.program_id != self.program_id:
            return refusal("tier_of_another_program")
        return None if self.is_assignable else refusal("tier_not_assignable")

    def why_not_deletable(self) -> Refusal | None:
        """Why it cannot be deleted, or None: who stands on it, or stood, keeps it on record."""
        named_by = (
            one.related_model._base_manager.filter(**{one.field.name: self}) for one in self._meta.related_objects
        )
        return refusal("tier_in_use") if any(rows.exists() for rows in named_by) else None

    def delete(self, *args, **kwargs):
        """Raises Refusal `tier_in_use` where a customer has it or had it, or a rule names it."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        return super().delete(*args, **kwargs)

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from achievements.cycles import cycle_of
from achievements.ladder import MOST_COUNT, MOST_STEPS
from cxmanager.images import PictureField
from profiles.models.location import validate_timezone

BACKWARDS = "It must end after it starts."


class AchievementTerms(models.Model):
    """All that program managers say of an achievement but its levels and what it counts (behaviour.md 4)."""

    class Display(models.TextChoices):
        # Omneo's values on the wire, and what its screens call them.
        STANDARD = "visible", "Standard: always shown, with how to earn it"
        HIDDEN = "hidden", "Hidden: shown from the first count"
        MYSTERY = "mystery", "Mystery: a locked card, revealed when unlocked"
        SYSTEM = "internal", "System: never shown to customers"

    class Strategy(models.TextChoices):
        ON_OFF = "on_off", "On/off: one level, with the first count"
        LINEAR = "linear", "Linear: a level every so many counts"
        NON_LINEAR = "non_linear", "Non-linear: each level at a count of its own"

    class Period(models.TextChoices):
        WEEKLY = "weekly", "each week"
        MONTHLY = "monthly", "each month"
        QUARTERLY = "quarterly", "each quarter"
        YEARLY = "yearly", "each year"

    name = models.CharField(max_length=191, help_text="What customers and staff read. Example: Coffee regular.")
    handle = models.SlugField(
        max_length=191,
        unique=True,
        help_text="The short name that conditions, reactions and integrations use. Do not change it once they do. Example: coffee-regular.",
        error_messages={"unique": "Another achievement has this handle."},
    )
    display_option = models.CharField(
        "visibility",
        max_length=10,
        choices=Display,
        default=Display.STANDARD,
        help_text="What customers see before they have unlocked it. Example: a mystery shows a locked card with your hint.",
    )
    hint = models.CharField(
        max_length=500,
        blank=True,
        help_text="On the locked card, instead of name and picture. Example: Something happens when you visit three cities.",
    )
    display_level = models.BooleanField(
        "show all levels",
        default=True,
        help_text="Whether customers see the levels that lie ahead. Otherwise only the next one.",
    )
    short_description = models.CharField(
        max_length=500,
        blank=True,
        help_text="One line on the customer's card. Example: For those who keep coming back.",
    )
    long_description = models.TextField(blank=True, help_text="The details that the customer opens.")
    earn_instructions = models.TextField(
        blank=True, help_text="How a customer climbs it. Example: Every visit to one of our shops counts once."
    )
    terms_conditions = models.TextField("terms and conditions", blank=True, help_text="The small print.")
    image = PictureField(
        upload_to="achievements/", blank=True, help_text="PNG, JPEG or WebP up to 5 MB; a square of 600 looks best."
    )
    image_url = models.URLField(
        "image address", max_length=500, blank=True, help_text="Used when no image is uploaded here."
    )
    icon = models.CharField(max_length=500, blank=True, help_text="The address of a small square picture.")
    description = models.TextField(
        "description for staff", blank=True, help_text="What it is for. Customers do not see it."
    )
    internal_notes = models.TextField(blank=True, help_text="For your team only.")
    type = models.CharField(
        max_length=64, blank=True, help_text="A word of your own to group achievements by, for your reports."
    )
    tags = models.ManyToManyField(
        "profiles.Tag", blank=True, related_name="+", help_text="For finding and grouping. Customers do not see them."
    )

    is_published = models.BooleanField(
        default=True, help_text="Only what happens while it is published counts, and only then do customers see it."
    )
    starts_at = models.DateTimeField("counts from", null=True, blank=True, help_text="Empty means from now on.")
    ends_at = models.DateTimeField("counts until", null=True, blank=True, help_text="Empty means for good.")
    period = models.CharField(
        "counts anew",
        max_length=10,
        choices=Period,
        blank=True,
        help_text="When every customer's count begins again at nothing. Levels that were reached stay on record. Empty means never.",
    )
    enable_annual_earn_cycle = models.BooleanField(
        "counts anew each year",
        default=False,
        help_text="The count begins again with each 1 January, unless a shorter period is chosen above.",
    )
    timezone = models.CharField(
        "time zone",
        max_length=64,
        blank=True,
        validators=[validate_timezone],
        help_text="Where the day, month or year begins. Empty means the programme's zone.",
    )

    strategy = models.CharField(
        "level strategy", max_length=12, choices=Strategy, default=Strategy.ON_OFF, help_text="How customers level up."
    )
    every = models.PositiveIntegerField(
        "a level every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_COUNT)],
        help_text="How many counts each level takes. Example: 5 for a level with every fifth visit.",
    )
    max_levels = models.PositiveIntegerField(
        "number of levels",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_STEPS)],
        help_text="After how many levels it is complete. Empty means that it goes on.",
    )
    first_step = models.PositiveIntegerField(
        "first level at",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_COUNT)],
        help_text="How many counts the first level takes.",
    )
    growth = models.DecimalField(
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="How many times as long each step is as the one before. Example: 2 makes steps of 5, 10, 20, 40.",
    )
    meta = models.JSONField(null=True, blank=True, help_text="Whatever else your integrations keep here, as JSON.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def zone(self) -> str:
        return self.timezone or settings.TIME_ZONE

    @property
    def cycle_period(self) -> str:
        """How often counts begin anew: the period, else the year where that is ticked, else never."""
        return self.period or (self.Period.YEARLY if self.enable_annual_earn_cycle else "")

    def cycle_at(self, moment: datetime) -> tuple[str, datetime | None]:
        """The cycle in which the moment lies, and its end: see `cycle_of`."""
        return cycle_of(moment, period=self.cycle_period, timezone=self.zone)

    def clean(self) -> None:
        super().clean()
        start, end = self.starts_at, self.ends_at
        # Also a constraint, which can name no field.
        if start is not None and end is not None and end <= start:
            raise ValidationError({"ends_at": ValidationError(BACKWARDS, code="window_backwards")})

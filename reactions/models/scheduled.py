from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from profiles.conditions.condition import Condition
from profiles.conditions.field import ConditionField
from profiles.models import Profile
from reactions.schedule import DAYS, Frequency, Schedule

FREQUENCIES = [
    (Frequency.DAILY.value, "Every day"),
    (Frequency.WEEKLY.value, "Every week"),
    (Frequency.MONTHLY.value, "Every month"),
    (Frequency.ONCE.value, "Once, on a date"),
    (Frequency.CRON.value, "By a cron expression"),
]
# Each is asked for by one frequency, and is this with any other.
OF_FREQUENCY = [
    (Frequency.WEEKLY, "weekday", None),
    (Frequency.MONTHLY, "day_of_month", None),
    (Frequency.ONCE, "on_date", None),
    (Frequency.CRON, "cron", ""),
]


class Scheduled(models.Model):
    """When an automation is due, and for whom."""

    frequency = models.CharField("how often", max_length=16, choices=FREQUENCIES, blank=True)
    at_time = models.TimeField(
        "time of day", default=time(9), help_text="By the clock of the programme's time zone. Example: 09:00."
    )
    weekday = models.PositiveSmallIntegerField(
        "day of the week", choices=list(enumerate(DAYS)), null=True, blank=True, validators=[MaxValueValidator(6)]
    )
    day_of_month = models.PositiveSmallIntegerField(
        "day of the month",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="1 to 31. In a shorter month it is the last day.",
    )
    on_date = models.DateField("date", null=True, blank=True)
    cron = models.CharField(
        "cron expression",
        max_length=100,
        blank=True,
        help_text="Five fields, as crontab has. Example: 0 9 * * 1 is Mondays at 9.",
    )
    audience = ConditionField(
        "for whom",
        null=True,
        blank=True,
        help_text="Each of them has a turn, asked anew each time that it is due. Empty: all customers. Example: birthday is today.",
    )
    next_at = models.DateTimeField(null=True, editable=False)
    last_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def schedule(self) -> Schedule:
        """Raises ValidationError by field where something is missing."""
        return Schedule(
            frequency=Frequency(self.frequency),
            zone=ZoneInfo(settings.TIME_ZONE),
            at_time=self.at_time,
            weekday=self.weekday,
            day=self.day_of_month,
            on_date=self.on_date,
            cron=self.cron,
        )

    def forget_other_times(self) -> None:
        """Keep of the times what the frequency asks for, so that what was chosen for another does not come back unseen."""
        for frequency, name, nothing in OF_FREQUENCY:
            if self.frequency != frequency:
                setattr(self, name, nothing)

    def first_after(self, moment: datetime) -> datetime | None:
        """When it is due next, or None where it never is again."""
        return next(iter(self.schedule.next(1, after=moment)), None)

    def look_ahead(self, *, at: datetime) -> None:
        """Keep that what was due until now is started, and when it is due next. Nobody changed it, so no version is kept."""
        self.last_at, self.next_at = at, self.first_after(at)
        type(self)._base_manager.filter(pk=self.pk).update(last_at=self.last_at, next_at=self.next_at)

    def audience_at(self, moment: datetime) -> models.QuerySet:
        """The customers for whom it is, as of the moment."""
        living = Profile.objects.living()
        return living if self.audience is None else living.matching(Condition.of(self.audience), at=moment)

from datetime import datetime, timedelta
from random import uniform

from django.db import connection, models
from django.db.models import Q

from jobs.poking import poke

# The wait doubles from half a minute on: half a day in all before somebody has to look.
FIRST_WAIT = timedelta(seconds=30)
MOST_ATTEMPTS = 10


class UnheardQuerySet(models.QuerySet):
    def due(self, *, at: datetime) -> "UnheardQuerySet":
        """What is to be tried now, the oldest event first. On PostgreSQL locked, and without what another worker tries."""
        rows = self.filter(is_parked=False, next_at__lte=at).order_by("event_id", "handler")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        return rows.select_related("event")


class Unheard(models.Model):
    """An event that a listener could not take. It is tried again, later and later, then parked until somebody looks."""

    event = models.ForeignKey("profiles.Event", models.CASCADE, related_name="unheard")
    handler = models.CharField(max_length=100, help_text="Which listener, such as reactions.webhooks.")
    attempts = models.PositiveIntegerField(default=1)
    error = models.TextField(blank=True)
    next_at = models.DateTimeField()
    is_parked = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = UnheardQuerySet.as_manager()

    class Meta:
        # Who may see background work sees these (jobs.view_job).
        default_permissions = ()
        permissions = [("retry_unheard", "Can have events handled again")]
        verbose_name = "event that was not handled"
        verbose_name_plural = "events that were not handled"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_at"], name="profiles_unheard_due", condition=Q(is_parked=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="profiles_unheard_once_for_each_listener"),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.handler}"

    def put_off(self, error: Exception, *, at: datetime) -> None:
        """Note that it failed once more, and when to try again; after the last attempt it is parked."""
        self.attempts += 1
        self.error = in_short(error)
        self.next_at = at + wait_after(self.attempts)
        self.is_parked = self.attempts >= MOST_ATTEMPTS
        self.save(update_fields=["attempts", "error", "next_at", "is_parked"])

    def try_again(self, *, at: datetime) -> None:
        """Let it be tried now, as somebody asks who has seen to the reason."""
        self.attempts, self.next_at, self.is_parked = 0, at, False
        self.save(update_fields=["attempts", "next_at", "is_parked"])
        poke("events")


def wait_after(attempts: int) -> timedelta:
    """Twice as long each time, and a little different for each, so that not all come back at once."""
    return FIRST_WAIT * 2 ** (attempts - 1) * uniform(0.8, 1.2)  # noqa: S311 Nothing secret.


def in_short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1000]

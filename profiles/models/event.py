from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import models

from cxmanager.inserting import insert, insert_all
from cxmanager.refusals import Refusal
from jobs.poking import poke
from profiles.cause import Cause

DEEPEST = 12


class EventQuerySet(models.QuerySet):
    def record(
        self, name: str, *, at: datetime, cause: Cause, profile=None, subject=None, payload: dict | None = None
    ) -> "Event":
        """Write one event in the caller's transaction. Raises Refusal `chain_too_deep` where effects cause one another without end."""
        event = self.model.of(name, at=at, cause=cause, profile=profile, subject=subject, payload=payload)
        return self.add(event)

    def add(self, event: "Event") -> "Event":
        """Write one event that was made by `of()`, and have it handed out once the caller's transaction has committed."""
        insert(event)
        poke("events")
        return event

    def add_all(self, events: Sequence["Event"]) -> None:
        """The same for several. One query, or none."""
        insert_all(events)
        if events:
            poke("events")

    def bulk_create(self, events, *args, **kwargs) -> list["Event"]:
        written = super().bulk_create(events, *args, **kwargs)
        poke("events")
        return written


class Event(models.Model):
    """Something that happened: timeline, audit trail and outbox in one row, written in the transaction of the fact. Never edited."""

    name = models.CharField(max_length=64)
    # No index of its own: the timeline's begins with it.
    profile = models.ForeignKey(
        "profiles.Profile", models.CASCADE, null=True, blank=True, related_name="events", db_index=False
    )
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=191, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    door = models.CharField(max_length=16)
    actor = models.CharField(max_length=191, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    token = models.ForeignKey(
        "access.ApiToken", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    location = models.ForeignKey(
        "profiles.Location", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)
    cause = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="effects", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    # Not yet handed to who listens (profiles.draining). The database's default is for bulk statements that do not name it.
    is_pending = models.BooleanField(default=True, db_default=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        # Facts happen, and are read.
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["profile", "-id"], name="profiles_event_timeline"),
            models.Index(fields=["subject_type", "subject_id"], name="profiles_event_subject"),
            models.Index(fields=["id"], name="profiles_event_pending", condition=models.Q(is_pending=True)),
            # Few events have a cause among events: a million that have none need no entries.
            models.Index(fields=["cause"], name="profiles_event_effects", condition=models.Q(cause__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(depth__lte=DEEPEST), name="profiles_event_chain_ends"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(
        cls,
        name: str,
        *,
        at: datetime,
        cause: Cause,
        profile=None,
        subject=None,
        payload: dict | None = None,
        is_pending: bool = True,
    ) -> "Event":
        """The unsaved row, for bulk paths that write thousands at once."""
        depth = cause.event.depth + 1 if cause.event is not None else 0
        if depth > DEEPEST:
            raise Refusal(
                f"More than {DEEPEST} events caused one another, as where two reactions start each other: this is stopped here.",
                code="chain_too_deep",
            )
        return cls(
            name=name,
            profile_id=profile.pk if profile is not None else None,
            subject_type=subject._meta.label_lower if subject is not None else "",
            subject_id=str(subject.pk) if subject is not None else "",
            payload=payload or {},
            door=cause.door,
            actor=cause.actor,
            user_id=cause.user.pk if cause.user is not None else None,
            token_id=cause.token.pk if cause.token is not None else None,
            location_id=cause.location.pk if cause.location is not None else None,
            reason=cause.reason,
            cause_id=cause.event.pk if cause.event is not None else None,
            depth=depth,
            at=at,
            is_pending=is_pending,
        )


def as_json(value):
    """A field's value as JSON keeps it in an event."""
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)

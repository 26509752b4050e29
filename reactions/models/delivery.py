from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.conditions.condition import Condition
from profiles.models import Profile
from reactions.templating import render

if TYPE_CHECKING:
    from reactions.models.target import Target
    from reactions.models.webhook import Webhook

QUICK = (timedelta(seconds=15), timedelta(minutes=2), timedelta(minutes=15))
HOURLY = (timedelta(hours=1),) * 12
DAILY = (timedelta(days=1),) * 5
LONGEST_WISH = timedelta(hours=6)
# Up to so much later than planned, so that what failed together does not come back together.
JITTER = 0.25
AT_ONCE = 10
ERROR_KEPT = 500


class DeliveryQuerySet(models.QuerySet):
    def open(self) -> DeliveryQuerySet:
        return self.filter(state__in=Delivery.OPEN)

    def due(self, *, at: datetime) -> DeliveryQuerySet:
        """To be sent now; also those whose sender was not heard of since its lease ended."""
        return self.open().filter(next_at__lte=at).filter(Q(leased_until=None) | Q(leased_until__lt=at))

    def claim(self, *, at: datetime, lease: timedelta) -> list[Delivery]:
        """Take the first due of these for the caller, in their order, with one attempt counted. No two callers get the same one."""
        with transaction.atomic():
            rows = self.due(at=at).order_by("next_at", "id")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            claimed = list(rows[:AT_ONCE])
            ids, until = [row.pk for row in claimed], at + lease
            Delivery.objects.filter(pk__in=ids).update(attempts=F("attempts") + 1, leased_until=until)
        for row in claimed:
            row.attempts, row.leased_until = row.attempts + 1, until
        return claimed

    def test(self, receiver: Webhook | Target, *, body: str, at: datetime, profile: Profile | None = None) -> Delivery:
        """Queue a message that somebody wants to see arrive: it is tried once."""
        to = {receiver._meta.model_name: receiver}
        return self.create(**to, profile=profile, is_test=True, body=body, is_prepared=True, created_at=at, next_at=at)

    def send(self, target: Target, *, context: dict, at: datetime, cause: Cause, key: str) -> Delivery:
        """Queue what the target's template makes of the context (`context.context_of…`), in the caller's transaction.

        Asked twice with one key it is one delivery: the first. For a customer of whom the target's condition does not hold
        the row says so, and nothing is sent. Raises Refusal: target_inactive, template_failed.
        """
        kept = self.filter(target=target, key=key).first()
        if kept is not None:
            return kept
        if not target.is_active:
            raise Refusal(f"The target “{target}” is not active.", code="target_inactive")
        profile = Profile.objects.filter(pk=context["profile_id"]).first() if context.get("profile_id") else None
        is_meant = target.condition is None or (
            profile is not None and Condition.of(target.condition).holds_for(profile, at=at)
        )
        row = Delivery(
            target=target,
            key=key,
            event=cause.event,
            profile=profile,
            state=Delivery.State.WAITING if is_meant else Delivery.State.PASSED_OVER,
            error="" if is_meant else "The target's condition does not hold of this customer.",
            body=render(target.template, context, at=at) if is_meant else "",
            is_prepared=True,
            created_at=at,
            next_at=at,
        )
        # Somebody else may have queued it with this key in the meantime.
        self.bulk_create([row], ignore_conflicts=True)
        return self.get(target=target, key=key)


class Delivery(models.Model):
    """One message to one receiver: queued once, sent at least once, always with the same id, by which the receiver knows it again."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        RETRYING = "retrying", "Trying again"
        PARKED = "parked", "Parked"
        PASSED_OVER = "passed_over", "Not meant"

    OPEN = (State.WAITING, State.RETRYING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(
        "reactions.Webhook", models.CASCADE, null=True, related_name="deliveries", db_index=False
    )
    target = models.ForeignKey("reactions.Target", models.CASCADE, null=True, related_name="deliveries", db_index=False)
    event = models.ForeignKey("profiles.Event", models.SET_NULL, null=True, related_name="+", db_index=False)
    profile = models.ForeignKey("profiles.Profile", models.SET_NULL, null=True, related_name="+", db_index=False)
    # What makes a message of a target the same one, such as the step of a run.
    key = models.CharField(max_length=191, null=True)
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    replays = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    # What a webhook sends is put together at the first attempt, and is the same at every other.
    is_prepared = models.BooleanField(default=False)
    body = models.TextField(blank=True)
    sent_headers = models.JSONField(default=dict, blank=True)
    status = models.PositiveSmallIntegerField("answer", null=True)
    answer = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=ERROR_KEPT, blank=True)
    created_at = models.DateTimeField()
    last_tried_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [("replay_delivery", "Can send deliveries again")]
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="reactions_delivery_once_per_event"),
            models.UniqueConstraint(fields=["target", "key"], name="reactions_delivery_once_per_key"),
            models.CheckConstraint(
                condition=Q(webhook=None, target__isnull=False) | Q(webhook__isnull=False, target=None),
                name="reactions_delivery_has_one_receiver",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "next_at", "id"],
                name="reactions_delivery_of_webhook",
                condition=Q(state__in=["waiting", "retrying"], webhook__isnull=False),
            ),
            models.Index(
                fields=["target", "next_at", "id"],
                name="reactions_delivery_of_target",
                condition=Q(state__in=["waiting", "retrying"], target__isnull=False),
            ),
            models.Index(fields=["webhook", "-id"], name="reactions_delivery_log_webhook"),
            models.Index(fields=["target", "-id"], name="reactions_delivery_log_target"),
            models.Index(fields=["state", "-id"], name="reactions_delivery_by_state"),
            models.Index(fields=["profile"], name="reactions_delivery_of_profile", condition=Q(profile__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def receiver(self) -> Webhook | Target:
        return self.webhook if self.webhook_id is not None else self.target

    def delays(self) -> tuple[timedelta, ...]:
        """How long after each failed attempt the next one comes; after the last of them it is parked."""
        if self.is_test:
            return ()
        if self.webhook_id is None:
            return QUICK + HOURLY
        return QUICK + HOURLY * self.webhook.retry_hourly + DAILY * self.webhook.retry_daily

    def after_failure(self, *, at: datetime, wish: timedelta | None = None) -> dict:
        """The state and time of what comes next. `wish` is how long the receiver asked to be left alone."""
        delays = self.delays()
        if self.attempts > len(delays):
            return {"state": self.State.PARKED, "next_at": None}
        pause = delays[self.attempts - 1]
        pause *= 1 + random.random() * JITTER  # noqa: S311 (spreads load, keeps no secret)
        if wish is not None:
            pause = max(pause, min(wish, LONGEST_WISH))
        return {"state": self.State.RETRYING, "next_at": at + pause}

    def end_attempt(self, *, at: datetime, **changes) -> bool:
        """Write down how this attempt ended, and give the lease back. False when another sender has taken it over since."""
        held = Delivery.objects.filter(
            pk=self.pk, state__in=self.OPEN, attempts=self.attempts, leased_until=self.leased_until
        )
        return bool(held.update(leased_until=None, last_tried_at=at, **changes))

    def put_back(self) -> None:
        """It was claimed, but its turn did not come: as if it had not been claimed."""
        held = Delivery.objects.filter(pk=self.pk, attempts=self.attempts, leased_until=self.leased_until)
        held.update(leased_until=None, attempts=F("attempts") - 1)

    def replay(self, *, at: datetime) -> Delivery:
        """Send it again, from the first attempt on: the same message with the same id. Raises Refusal: delivery_open, not_meant, nothing_left."""
        no = self.why_not_replayable()
        if no is not None:
            raise no
        over = Delivery.objects.filter(pk=self.pk, state__in=[self.State.DELIVERED, self.State.PARKED])
        if not over.update(
            state=self.State.WAITING, attempts=0, next_at=at, error="", leased_until=None, replays=F("replays") + 1
        ):
            raise Refusal("This delivery is being sent already.", code="delivery_open")
        self.refresh_from_db()
        return self

    def why_not_replayable(self) -> Refusal | None:
        if self.state in self.OPEN:
            return Refusal("This delivery is being sent already.", code="delivery_open")
        if self.state == self.State.PASSED_OVER:
            return Refusal("This was not meant to be sent: a condition did not hold.", code="not_meant")
        if self.is_prepared and not self.body:
            return Refusal("What was sent is no longer kept.", code="nothing_left")
        return None


def retention() -> timedelta:
    return timedelta(days=settings.DELIVERY_RETENTION_DAYS)

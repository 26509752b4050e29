import re
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F
from simple_history.models import HistoricalRecords

from profiles.cause import Cause
from profiles.conditions.condition import Condition
from profiles.conditions.field import ConditionField
from profiles.events.asking import condition_on
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event
from reactions.models.target import Signed
from reactions.reaching import host_of, validate_url
from reactions.templating import validate_template

EVENT_NAME = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+\Z")
PAUSED = {"failures_in_a_row", "paused_at", "last_tried_at", "last_delivered_at"}


class EventConditionField(ConditionField):
    """A condition that also asks what the event carries: the webhook, which knows its event, judges it."""

    default_validators = ()


class WebhookQuerySet(models.QuerySet):
    def listening(self) -> "WebhookQuerySet":
        """Those for which events are queued; also while they are paused, so that nothing is lost."""
        return self.filter(is_active=True)

    def paused(self) -> "WebhookQuerySet":
        """Those that paused themselves, and are still wanted."""
        return self.filter(is_active=True).exclude(paused_at=None)

    def sending(self) -> "WebhookQuerySet":
        return self.filter(is_active=True, paused_at=None)


class Webhook(Signed):
    """An address that is told of every event of one kind (omneo-reference 2.23). Each has a queue of its own."""

    class Queue(models.TextChoices):
        HIGH = "high", "High: before the others"
        DEFAULT = "default", "Normal"
        LOW = "low", "Low: after the others"

    trigger = models.CharField(
        "event",
        max_length=64,
        validators=[RegexValidator(EVENT_NAME, "An event has a name such as profile.updated.")],
        help_text="What it is told of. Example: benefit.redeemed.",
    )
    # Ours for the name that was given, which may be Omneo's.
    event_name = models.CharField(max_length=64, editable=False)
    url = models.CharField(
        "address",
        max_length=2_000,
        validators=[validate_url],
        help_text="Where it is sent, as a POST. Example: https://shop.example.com/hooks/loyalty. Addresses inside of your own network are refused.",
    )
    namespace = models.CharField(
        max_length=191,
        blank=True,
        help_text="What tokens of the same namespace change is not sent back to them. Example: shopify.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick to stop: nothing is queued, and what waits is not sent."
    )
    retry_hourly = models.BooleanField(
        "try again every hour",
        default=True,
        help_text="For half a day, after the first four attempts within twenty minutes.",
    )
    retry_daily = models.BooleanField(
        "try again every day", default=False, help_text="For five days more, before it is parked."
    )
    queue = models.CharField(
        max_length=8, choices=Queue, default=Queue.DEFAULT, help_text="Which webhooks go first where much is waiting."
    )
    condition = EventConditionField(
        null=True,
        blank=True,
        help_text="Which of these events are sent; empty is all of them. It can ask everything about the customer, and what the event carries. Example: total is more than 100.",
    )
    extra_data_template = models.TextField(
        "extra data",
        blank=True,
        validators=[validate_template],
        help_text='What is sent beside what the event carries: a JSON object, with names in braces as in a target. Where both have a name, yours is sent. Example: {"greeting": "Hello {{ first_name }}"}.',
    )
    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    last_tried_at = models.DateTimeField(null=True, editable=False)
    last_delivered_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WebhookQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sealed_secret", *sorted(PAUSED)])

    class Meta:
        ordering = ["trigger", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["trigger", "url"],
                name="reactions_webhook_once_per_address",
                violation_error_message="This address is told of this event already.",
                violation_error_code="webhook_exists",
            ),
        ]
        indexes = [
            models.Index(fields=["event_name"], name="reactions_webhook_listening", condition=models.Q(is_active=True)),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} → {host_of(self.url)}"

    def clean(self) -> None:
        self.event_name = self.canonical_name()
        if self.condition is not None:
            try:
                condition_on(self.event_name, self.condition, is_new=True)
            except ValidationError as error:
                raise ValidationError({"condition": error}) from error

    def save(self, *args, update_fields=None, **kwargs) -> None:
        self.event_name = self.canonical_name()
        if update_fields is not None and "trigger" in update_fields:
            update_fields = {*update_fields, "event_name"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def canonical_name(self) -> str:
        """Our name for the event; one that nobody here records stays as it was given, and is never heard."""
        try:
            return CATALOGUE.canonical(self.trigger)
        except ValidationError:
            return self.trigger

    @property
    def is_known(self) -> bool:
        """Whether anything here records such an event. Omneo's clients set up others as well."""
        return CATALOGUE.named(self.event_name or self.canonical_name()) is not None

    def asked(self) -> Condition | None:
        """The condition, ready to be asked of an event. Raises ConditionInvalid for one whose facts went."""
        return None if self.condition is None else condition_on(self.event_name, self.condition)

    @transaction.atomic
    def tally(self, *, delivered: int, failed: int, at: datetime) -> None:
        """Count what became of some attempts, the failed ones since the last delivered. Too many in a row pause the webhook.

        Records `webhook.paused`, so that it is known since when, and says so once.
        """
        changes = {"last_tried_at": at, "failures_in_a_row": failed if delivered else F("failures_in_a_row") + failed}
        if delivered:
            changes["last_delivered_at"] = at
        Webhook.objects.filter(pk=self.pk).update(**changes)
        most = settings.DELIVERY_FAILURES_BEFORE_PAUSE
        tired = Webhook.objects.filter(pk=self.pk, paused_at=None, failures_in_a_row__gte=most)
        if failed and tired.update(paused_at=at):
            payload = {"trigger": self.trigger, "url": self.url, "failures": most}
            Event.objects.record("webhook.paused", at=at, cause=Cause(), subject=self, payload=payload)

    def resume(self, *, at: datetime, cause: Cause) -> None:
        """Go on sending, what waited first. A webhook that goes on already stays as it is."""
        with transaction.atomic():
            paused = Webhook.objects.filter(pk=self.pk).exclude(paused_at=None)
            if paused.update(paused_at=None, failures_in_a_row=0):
                payload = {"trigger": self.trigger, "url": self.url}
                Event.objects.record("webhook.resumed", at=at, cause=cause, subject=self, payload=payload)
        self.paused_at, self.failures_in_a_row = None, 0

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from simple_history.models import HistoricalRecords

from cxmanager.refusals import Refusal
from profiles.events.catalogue import CATALOGUE, canonical
from reactions.models.explained import Explained
from reactions.models.scheduled import Scheduled
from reactions.models.written import Written
from reactions.refusals import refusal
from reactions.schedule import Schedule


class ReactionQuerySet(models.QuerySet):
    def living(self) -> "ReactionQuerySet":
        return self.filter(deleted_at=None)

    def triggers(self) -> "ReactionQuerySet":
        return self.living().filter(kind=Reaction.Kind.TRIGGER)

    def automations(self) -> "ReactionQuerySet":
        return self.living().filter(kind=Reaction.Kind.AUTOMATION)

    def hearing(self) -> "ReactionQuerySet":
        """The triggers that are switched on."""
        return self.triggers().filter(is_active=True)


class Reaction(Written, Scheduled, Explained):
    """What happens by itself, when an event occurs or when it is time: its actions, in order (behaviour.md 8)."""

    class Kind(models.TextChoices):
        TRIGGER = "trigger", "When something happens"
        AUTOMATION = "automation", "When it is time"

    kind = models.CharField(max_length=16, choices=Kind, default=Kind.TRIGGER)
    name = models.CharField(max_length=191, help_text="What you call it. Example: Birthday coffee.")
    description = models.TextField(blank=True, help_text="What it does for the customer, in a sentence or two.")
    notes = models.TextField(blank=True, help_text="For colleagues: why it is as it is. Customers never see this.")
    trigger = models.CharField("when", max_length=64, blank=True, help_text="The event that starts it.")
    is_active = models.BooleanField(
        "switched on", default=False, help_text="Only what happens while it is switched on starts it."
    )
    switched_on_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReactionQuerySet.as_manager()
    # When it is due follows from what it is; that it was due is no change of it.
    history = HistoricalRecords(excluded_fields=["next_at", "last_at"])

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_at"], name="reactions_reaction_due", condition=Q(is_active=True, deleted_at=None)
            ),
            models.Index(
                fields=["trigger"], name="reactions_reaction_hearing", condition=Q(is_active=True, deleted_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(switched_on_at__isnull=False),
                name="reactions_reaction_on_since_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError for an event that there is not or that is no customer's, and for a time that is not said."""
        if self.kind == self.Kind.AUTOMATION:
            self.trigger = ""
            if not self.frequency:
                raise ValidationError({"frequency": "Choose how often it is due."})
            self.forget_other_times()
            self.check_schedule()
            return
        try:
            self.trigger = canonical(self.trigger)
        except ValidationError as error:
            raise ValidationError({"trigger": error}) from error
        if CATALOGUE.named(self.trigger).customer == "never":
            raise ValidationError(
                {"trigger": f"“{self.trigger}” is no customer's, so there is nobody to do something for."}
            )

    def check_schedule(self) -> None:
        """Raises ValidationError by field where something of the times is missing."""
        try:
            self.schedule  # noqa: B018 It is checked as it is made.
        except ValidationError as error:
            said = error.message_dict
            raise ValidationError({"day_of_month" if name == "day" else name: said[name] for name in said}) from error

    @property
    def starts_when(self) -> str | Schedule:
        """What starts it: the event, or the times."""
        return self.schedule if self.kind == self.Kind.AUTOMATION else self.trigger

    def start_from(self, moment: datetime) -> None:
        """Let what happens, or is due, from this moment on start it. Raises Refusal `never_due`. Not saved."""
        self.switched_on_at = moment
        if self.kind == self.Kind.AUTOMATION:
            self.next_at = self.first_after(moment)
            if self.next_at is None:
                raise refusal("never_due")

    def why_not_run_now(self) -> Refusal | None:
        """Why an automation cannot be started beside its times, or None."""
        return None if self.is_active else refusal("switched_off")

    def why_not_switched_on(self) -> Refusal | None:
        """What is missing before it can be switched on, or None."""
        if not self.actions.exists():
            return refusal("no_actions")
        return None

    @transaction.atomic
    def switch_on(self, *, at: datetime) -> None:
        """Let what happens from now on start it. Raises Refusal: no_actions, never_due. Asking again changes nothing."""
        if self.is_active:
            return
        no = self.why_not_switched_on()
        if no is not None:
            raise no
        self.start_from(at)
        self.is_active = True
        self.save(update_fields=["is_active", "switched_on_at", "next_at", "updated_at"])

    @transaction.atomic
    def switch_off(self) -> None:
        """Let nothing start it any more, and end what waits. What runs have done stays done."""
        self.is_active, self.switched_on_at, self.next_at = False, None, None
        self.save(update_fields=["is_active", "switched_on_at", "next_at", "updated_at"])

    @transaction.atomic
    def remove(self, *, at: datetime) -> None:
        """Take it off all lists; its runs stay on record."""
        self.switch_off()
        self.deleted_at = at
        self.save(update_fields=["deleted_at", "updated_at"])

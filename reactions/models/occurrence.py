from datetime import datetime

from django.db import models, transaction
from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from cxmanager.refusals import Refusal
from jobs.models import Job
from reactions.models.run import Run
from reactions.refusals import refusal

KIND = "reactions.automation"


class Occurrence(models.Model):
    """One time that an automation was due: it goes through its audience in steps, each customer once."""

    class State(models.TextChoices):
        GOING_ON = "going_on", "Going on"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    reaction = models.ForeignKey("reactions.Reaction", models.PROTECT, related_name="occurrences")
    due_at = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.GOING_ON)
    event = models.ForeignKey("profiles.Event", models.PROTECT, related_name="+")
    matched = models.PositiveIntegerField(default=0, help_text="How many customers it was for when it started.")
    chosen = models.PositiveIntegerField(default=0, help_text="For how many of them a run was written so far.")
    key = models.CharField(max_length=64, null=True, help_text="Of one that somebody started: the press of the button.")
    last_profile = models.UUIDField(null=True, help_text="Where the next step begins.")

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["reaction", "due_at"], name="reactions_occurrence_once_for_each_time"),
            models.UniqueConstraint(fields=["reaction", "key"], name="reactions_occurrence_once_for_each_press"),
        ]

    def __str__(self) -> str:
        return f"{self.reaction}, {localtime(self.due_at):%-d %b %Y, %H:%M}"

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody ran it beside its times."""
        return self.event.user_id is not None or self.event.token_id is not None

    @property
    def is_waited_for(self) -> bool:
        """Whether everybody is chosen, and some have not had their turn yet. One query."""
        return self.state == self.State.DONE and self.runs.filter(state__in=Run.DUE).exists()

    def why_not_paused(self) -> Refusal | None:
        """Why it cannot be paused, or None."""
        goes_on = self.state == self.State.GOING_ON or self.is_waited_for
        return None if goes_on else refusal("not_going_on")

    def why_not_resumed(self) -> Refusal | None:
        """Why it cannot go on, or None."""
        if self.state != self.State.PAUSED:
            return refusal("not_paused")
        return None if self.reaction.is_active else refusal("switched_off")

    @transaction.atomic
    def pause(self) -> "Occurrence":
        """Choose nobody more, and let the runs that wait, wait. Returns it, fresh. Raises Refusal `not_going_on`."""
        fresh = self.in_turn()
        no = fresh.why_not_paused()
        if no is not None:
            raise no
        fresh.state = self.State.PAUSED
        fresh.save(update_fields=["state"])
        return fresh

    @transaction.atomic
    def resume(self, *, at: datetime) -> "Occurrence":
        """Go on where it was. Returns it, fresh. Raises Refusal: not_paused, switched_off."""
        fresh = self.in_turn()
        no = fresh.why_not_resumed()
        if no is not None:
            raise no
        # Whoever was to be chosen may have been before: then it was the runs that waited.
        is_chosen = fresh.ended_at is not None
        fresh.state = self.State.DONE if is_chosen else self.State.GOING_ON
        fresh.save(update_fields=["state"])
        if not is_chosen:
            fresh.enqueue(at=at)
        return fresh

    def enqueue(self, *, at: datetime) -> Job:
        """The job that goes through the audience."""
        return Job.objects.enqueue(KIND, at=at, total=self.matched, occurrence=self.pk)

    def in_turn(self) -> "Occurrence":
        """As it is now, locked until the transaction ends: whoever pauses waits for the step that is under way."""
        rows = Occurrence.objects.select_for_update(of=("self",)).select_related("reaction", "event")
        return rows.get(pk=self.pk)

from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q

from cxmanager.refusals import Refusal
from reactions.refusals import refusal


class RunQuerySet(models.QuerySet):
    def next_due(self, *, at: datetime) -> "Run | None":
        """The oldest run to do now, locked until the transaction ends, or None.

        What waits for the first time is done in the order of the events for each customer: a later one waits for the
        earlier. What failed and is tried again holds up nobody, and neither does what is paused.
        """
        goes_on = Q(occurrence=None) | ~Q(occurrence__state="paused")
        waiting = Run.objects.filter(goes_on, state=Run.State.WAITING)
        earlier = waiting.filter(profile=OuterRef("profile"), pk__lt=OuterRef("pk"))
        rows = self.filter(goes_on, ~Exists(earlier), state__in=Run.DUE, next_at__lte=at).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        return rows.select_related("event", "profile", "reaction", "occurrence").first()


class Run(models.Model):
    """One firing of a reaction, for an event or for a customer whose turn it is: what each step saw, decided and made. Written by the worker, never edited."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RETRYING = "retrying", "To be tried again"
        DONE = "done", "Done"
        FILTERED = "filtered", "Passed over"
        REFUSED = "refused", "Refused"
        PARKED = "parked", "Given up"
        SWITCHED_OFF = "switched_off", "Switched off before"

    DUE = (State.WAITING, State.RETRYING)

    # Neither this nor the customer has an index of its own: those of their latest begin with them.
    reaction = models.ForeignKey("reactions.Reaction", models.PROTECT, related_name="runs", db_index=False)
    event = models.ForeignKey("profiles.Event", models.CASCADE, related_name="+")
    occurrence = models.ForeignKey(
        "reactions.Occurrence", models.PROTECT, null=True, related_name="runs", db_index=False
    )
    profile = models.ForeignKey("profiles.Profile", models.CASCADE, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    steps = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(default=0, help_text="How long its steps took, all attempts together.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [("replay_run", "Can go on with runs that stopped")]
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="reactions_run_due", condition=Q(state__in=["waiting", "retrying"])),
            models.Index(fields=["profile", "id"], name="reactions_run_waiting", condition=Q(state="waiting")),
            models.Index(fields=["reaction", "-id"], name="reactions_run_of_reaction"),
            models.Index(fields=["profile", "-id"], name="reactions_run_of_profile"),
            # Nearly all are done: how many are not is counted by this, and the others are the rest.
            models.Index(
                fields=["occurrence", "state"], name="reactions_run_of_occurrence", condition=~Q(state="done")
            ),
            models.Index(fields=["-id"], name="reactions_run_parked", condition=Q(state="parked")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reaction", "event"], condition=Q(occurrence=None), name="reactions_run_once_for_each_event"
            ),
            models.UniqueConstraint(fields=["occurrence", "profile"], name="reactions_run_once_for_each_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} #{self.pk}"

    def why_not_replayed(self) -> Refusal | None:
        """Why it cannot be done once more, or None."""
        if self.state in self.DUE:
            return refusal("still_waiting")
        if self.state == self.State.DONE:
            return refusal("already_done")
        return None

    @transaction.atomic
    def replay(self, *, at: datetime) -> "Run":
        """Let the worker go on with it where it stopped: what it did before stays done and is not done twice.

        Returns it, fresh. Raises Refusal: still_waiting, already_done.
        """
        run = Run.objects.select_for_update(of=("self",)).get(pk=self.pk)
        no = run.why_not_replayed()
        if no is not None:
            raise no
        run.state, run.attempts, run.next_at, run.ended_at, run.error = self.State.RETRYING, 0, at, None, ""
        run.save(update_fields=["state", "attempts", "next_at", "ended_at", "error"])
        return run

    @property
    def done(self) -> set[int]:
        """The keys of the actions that are behind it."""
        return {step["action_id"] for step in self.steps if step["outcome"] == "done"}

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q

from jobs.poking import poke


class LeaseLost(Exception):
    """Another worker carries the job on: this one must stop and undo its open step."""


class Cancelled(Exception):
    """Somebody asked the job to stop. What earlier steps wrote stays."""


class JobQuerySet(models.QuerySet):
    def due(self, *, at: datetime) -> "JobQuerySet":
        """Jobs to start now, and jobs whose worker has not been heard of since its lease ended."""
        waiting = Q(state=Job.State.QUEUED, run_at__lte=at)
        abandoned = Q(state=Job.State.RUNNING, leased_until__lt=at)
        return self.filter(waiting | abandoned)

    def enqueue(self, kind: str, *, at: datetime, user=None, total: int | None = None, **arguments) -> "Job":
        """Write the job in the caller's transaction: it starts only if that commits. `arguments` must be JSON."""
        job = self.create(kind=kind, arguments=arguments, run_at=at, created_at=at, created_by=user, total=total)
        poke("jobs")
        return job

    def begin(self, kind: str, *, worker: str, at: datetime, user=None, **arguments) -> "Job":
        """A job that the caller does at once, in the foreground. If the caller dies, a worker carries it on."""
        leased_until = at + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        begun = {"state": Job.State.RUNNING, "leased_by": worker, "leased_until": leased_until, "attempts": 1}
        return self.create(
            kind=kind, arguments=arguments, run_at=at, created_at=at, started_at=at, created_by=user, **begun
        )

    def claim(self, *, worker: str, at: datetime) -> "Job | None":
        """Take the oldest due job for this worker, or None. Two workers never get the same one."""
        with transaction.atomic():
            rows = self.due(at=at).order_by("run_at", "pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            job = rows.first()
            if job is None:
                return None
            job.state, job.leased_by, job.attempts = Job.State.RUNNING, worker, job.attempts + 1
            job.started_at = job.started_at or at
            job.leased_until = at + timedelta(seconds=settings.JOB_LEASE_SECONDS)
            job.save(update_fields=["state", "leased_by", "attempts", "started_at", "leased_until"])
            return job


class Job(models.Model):
    """One piece of long work. Its handler works in steps; each step's effect and its `checkpoint()` are one transaction.

    So a worker that dies between two steps loses nothing, and the one that carries on repeats nothing.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    OVER = (State.DONE, State.FAILED, State.CANCELLED)

    kind = models.CharField(max_length=100, help_text="The registered handler, such as profiles.import.")
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True, help_text="Where the next step begins.")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    is_cancel_requested = models.BooleanField(default=False)
    leased_by = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    run_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["run_at", "id"], name="jobs_job_open", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["kind", "-id"], name="jobs_job_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while the total is not known."""
        if self.state == self.State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    def checkpoint(self, *, at: datetime, done: int, cursor: dict | None = None, total: int | None = None) -> None:
        """Say how far the job is and renew the lease. Call it inside the step's transaction, last.

        Raises LeaseLost when another worker took the job, Cancelled when somebody asked it to stop: either undoes the step.
        """
        changes = {"done": done, "leased_until": at + timedelta(seconds=settings.JOB_LEASE_SECONDS)}
        if cursor is not None:
            changes["cursor"] = cursor
        if total is not None:
            changes["total"] = total
        held = Job.objects.filter(
            pk=self.pk, state=self.State.RUNNING, leased_by=self.leased_by, attempts=self.attempts
        )
        if not held.filter(is_cancel_requested=False).update(**changes):
            raise Cancelled if held.filter(is_cancel_requested=True).exists() else LeaseLost
        for name, value in changes.items():
            setattr(self, name, value)

    def request_cancel(self) -> bool:
        """Stop a waiting job at once and a running one after its current step. False when it is already over."""
        waiting = Job.objects.filter(pk=self.pk, state=self.State.QUEUED)
        if waiting.update(state=self.State.CANCELLED, is_cancel_requested=True, finished_at=F("run_at")):
            return True
        return bool(Job.objects.filter(pk=self.pk, state=self.State.RUNNING).update(is_cancel_requested=True))

    def end(self, state: str, *, at: datetime, result: dict | None = None, error: str = "") -> None:
        """Close the job if this worker still holds it. Raises LeaseLost otherwise."""
        held = Job.objects.filter(
            pk=self.pk, state=self.State.RUNNING, leased_by=self.leased_by, attempts=self.attempts
        )
        changes = {"state": state, "finished_at": at, "error": error, "leased_until": None}
        if result is not None:
            changes["result"] = result
        if not held.update(**changes):
            raise LeaseLost
        for name, value in changes.items():
            setattr(self, name, value)

    def retry_later(self, error: str, *, at: datetime) -> None:
        """After an unexpected error: wait twice as long each time, then give up as failed."""
        if self.attempts >= self.max_attempts:
            self.end(self.State.FAILED, at=at, error=error)
            return
        held = Job.objects.filter(
            pk=self.pk, state=self.State.RUNNING, leased_by=self.leased_by, attempts=self.attempts
        )
        pause = timedelta(seconds=2**self.attempts)
        if not held.update(state=self.State.QUEUED, error=error, run_at=at + pause, leased_until=None):
            raise LeaseLost

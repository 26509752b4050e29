from pathlib import PurePath

from django.conf import settings
from django.core.files.storage import storages
from django.db import models

from jobs.models import Job
from profiles.cause import Cause, Door

UPLOADS = "imports"


def private_storage():
    return storages["private"]


def upload_path(instance: "ProfileImport", filename: str) -> str:
    """Under a name of our own: what the uploader called it is kept in `name` and never becomes a path."""
    suffix = PurePath(filename).suffix.lower()
    return f"{UPLOADS}/profiles{suffix if suffix in ('.csv', '.xlsx', '.txt', '.tsv') else ''}"


class ProfileImport(models.Model):
    """One file of customers, or of what else can be imported: what its columns are, how far it is, what came of it.

    Kept as the history of imports. Which kinds there are is in `profiles.importing.kinds`.
    """

    class Stage(models.TextChoices):
        UPLOADED = "uploaded", "Columns to match"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Ready to run"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    COUNTS = ("created", "updated", "unchanged", "refused")

    kind = models.CharField(max_length=32, default="profiles", editable=False)
    name = models.CharField("file", max_length=255)
    file = models.FileField(storage=private_storage, upload_to=upload_path, max_length=255, editable=False)
    size = models.PositiveBigIntegerField(default=0, editable=False, help_text="In bytes.")
    format = models.CharField(max_length=100, blank=True, editable=False)
    header = models.JSONField(default=list, editable=False)
    columns = models.JSONField(default=list, editable=False, help_text="What each column is; empty means ignored.")
    match = models.CharField("matched by", max_length=200, default="email", editable=False)
    is_all_or_nothing = models.BooleanField("all or nothing", default=False, editable=False)
    options = models.JSONField(default=dict, editable=False, help_text="What else was chosen, as its kind offers.")
    stage = models.CharField(max_length=16, choices=Stage, default=Stage.UPLOADED, editable=False)
    rows = models.PositiveBigIntegerField(null=True, editable=False)
    created = models.PositiveBigIntegerField(default=0, editable=False)
    updated = models.PositiveBigIntegerField(default=0, editable=False)
    unchanged = models.PositiveBigIntegerField(default=0, editable=False)
    refused = models.PositiveBigIntegerField(default=0, editable=False)
    preview = models.JSONField(default=dict, editable=False, help_text="Counts and first refusals of the check.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name="started by",
    )
    token = models.ForeignKey("access.ApiToken", models.SET_NULL, null=True, related_name="+", editable=False)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField("uploaded at", auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    contents_deleted_at = models.DateTimeField(
        null=True, editable=False, help_text="When the file, the refused rows and what the preview quotes were deleted."
    )

    class Meta:
        # Importing is one permission for each kind.
        default_permissions = ()
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering = ["-id"]
        permissions = [("export_profiles", "Can export profiles to a file")]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> str:
        """The stage, and how its job ended when that was not well: uploaded … done, failed, cancelled. Lapsed: never run."""
        if self.contents_deleted_at is not None and self.stage in (self.Stage.UPLOADED, self.Stage.CHECKED):
            return "lapsed"
        if self.job is not None and self.stage in (self.Stage.CHECKING, self.Stage.RUNNING):
            if self.job.state in (Job.State.FAILED, Job.State.CANCELLED):
                return str(self.job.state)
            if self.job.state == Job.State.QUEUED:
                return "waiting"
        return self.stage

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "failed", "cancelled", "lapsed")

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has it, or will."""
        return self.status in ("waiting", "checking", "running")

    @property
    def cause(self) -> Cause:
        """What the events of its rows name as their cause."""
        return Cause(door=Door.IMPORT, user=self.user, token=self.token, reason=f"Import {self.pk}: {self.name}"[:500])


class RefusedRow(models.Model):
    """A row that an import left out, and why: what the file of refused rows is made of."""

    profile_import = models.ForeignKey(ProfileImport, models.CASCADE, related_name="refused_rows", db_index=False)
    number = models.PositiveBigIntegerField("row")
    cells = models.JSONField(default=list)
    reasons = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        ordering = ["profile_import", "number"]
        constraints = [
            models.UniqueConstraint(fields=["profile_import", "number"], name="profiles_row_is_refused_once")
        ]

    def __str__(self) -> str:
        return f"Row {self.number}"

    @property
    def sentence(self) -> str:
        """“Row 7: …”, as people read it."""
        return f"Row {self.number}: {' '.join(self.reasons)}"

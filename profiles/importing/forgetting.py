"""What an import keeps of the people in its file goes after a while, and when one of them may have asked for it.

Nobody can tell from a file whom it names: a name without an e-mail, a phone written another way, a row that was left out.
So every erasure ends the keeping of all files that were uploaded before it (docs/decisions).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from cxmanager.imports import previews
from jobs.housekeeping import tidies
from jobs.models import Job
from profiles.models import Profile, ProfileImport
from profiles.models.profile_import import UPLOADS

Stage = ProfileImport.Stage
UNDER_WAY = Q(stage__in=[Stage.CHECKING, Stage.RUNNING], job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
# What went wrong may quote the row, or what the database said of it.
ERROR_DELETED = "What went wrong is no longer kept, nor is the file."


@tidies("import_contents")
def forget_outlived(*, at: datetime) -> int:
    """Delete the contents of all imports that may be kept no longer. Returns of how many; those under way wait until they are over."""
    return sum(forget(number, at=at) for number in outlived(at=at).values_list("pk", flat=True))


@tidies("import_previews")
def forget_previews(*, at: datetime) -> int:
    """Delete files that were shown as a preview and never confirmed, after a day or when a person was erased since."""
    return previews.forget(before=max(filter(None, [at - timedelta(days=1), last_erasure()])))


@tidies("import_strays")
def forget_strays(*, at: datetime) -> int:
    """Delete files whose import was never written, because its transaction was taken back. None of those takes an hour."""
    known = ProfileImport.objects.exclude(file="").values_list("file", flat=True)
    return previews.delete_in(UPLOADS, before=at - timedelta(hours=1), keeping=set(known))


def last_erasure() -> datetime | None:
    return Profile.objects.filter(erased_at__isnull=False).aggregate(last=Max("erased_at"))["last"]


def outlived(*, at: datetime) -> QuerySet[ProfileImport]:
    """Imports that are over, and older than `IMPORT_RETENTION_DAYS` or than the last erasure of a person."""
    ends = [at - timedelta(days=settings.IMPORT_RETENTION_DAYS), last_erasure()]
    kept = ProfileImport.objects.filter(contents_deleted_at=None).exclude(UNDER_WAY)
    return kept.filter(created_at__lte=max(filter(None, ends)))


@transaction.atomic
def forget(number: int, *, at: datetime) -> bool:
    """Delete the import's file, header, refused rows and what its preview quotes; the counts stay as its history.

    False when that was done, or it was started since. The file goes first: a commit that fails leaves a row that is tried
    again, never a file that nobody knows of.
    """
    rows = ProfileImport.objects.filter(pk=number, contents_deleted_at=None).exclude(UNDER_WAY)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        return False
    if row.file:
        row.file.storage.delete(row.file.name)
    row.refused_rows.all().delete()
    Job.objects.filter(pk=row.job_id).exclude(error="").update(error=ERROR_DELETED)
    row.file, row.header, row.contents_deleted_at = "", [], at
    row.preview = {name: count for name, count in row.preview.items() if name in ProfileImport.COUNTS}
    row.save(update_fields=["file", "header", "preview", "contents_deleted_at", "updated_at"])
    return True

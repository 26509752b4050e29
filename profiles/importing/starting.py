"""From an upload to a job: the steps that every door takes, in this order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import transaction

from cxmanager.nearness import did_you_mean
from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles.importing.columns import FileColumns
from profiles.importing.kinds import KINDS, columns_of, kind_of
from profiles.importing.opening import file_deleted
from profiles.importing.reading import Table, unreadable
from profiles.importing.spreadsheet import as_csv, is_spreadsheet
from profiles.models import ProfileImport

# A file so small is checked while one waits.
CHECKED_AT_ONCE_BYTES = 400_000


def upload(
    file: BinaryIO,
    *,
    name: str,
    kind: str = "profiles",
    match: str = "",
    is_all_or_nothing: bool = False,
    options: dict | None = None,
    mapping: dict[str, str] | None = None,
    user=None,
    token=None,
) -> ProfileImport:
    """Keep the file, with its columns recognised by their headers, or as `mapping` says: {column in the file: what it is}.

    Raises Refusal `unreadable_file`, `unknown_mapping`; then nothing is kept.
    """
    what = KINDS[kind]
    size = file.seek(0, 2)
    if size is None:
        size = file.tell()
    if size > settings.MAX_IMPORT_BYTES:
        raise unreadable(f"The file has {size:,} bytes; at most {settings.MAX_IMPORT_BYTES:,} are read.")
    was_spreadsheet = is_spreadsheet(file)
    content = as_csv(file) if was_spreadsheet else file
    try:
        table = Table(content)
        if next(table.rows(), None) is None:
            raise unreadable(f"The file has column names and no {what.several} below them.")
        columns = mapped(what.columns, table.header, mapping or {}, match=match)
        content.seek(0)
        row = ProfileImport(
            name=PurePath(name.replace("\\", "/").replace("\x00", "")).name[-255:] or f"{kind}.csv",
            kind=kind,
            options=options or {},
            size=size,
            format="XLSX" if was_spreadsheet else str(table.format),
            header=table.header,
            columns=list(columns.keys),
            match=columns.match,
            is_all_or_nothing=is_all_or_nothing,
            user=user,
            token=token,
        )
        row.file.save(f"{kind}.csv", File(content), save=False)
    finally:
        if was_spreadsheet:
            content.close()
    row.save(force_insert=True)
    return row


def mapped(kind: type[FileColumns], header: list[str], mapping: dict[str, str], *, match: str) -> FileColumns:
    """The columns, those of the mapping read as if they were called so; empty leaves one out. Raises Refusal `unknown_mapping`."""
    for title, key in mapping.items():
        if title not in header:
            near = did_you_mean(title, header)
            raise Refusal(f"The file has no column “{title}”.{near}", code="unknown_mapping")
        if key and not kind.is_key(key):
            raise Refusal(f"“{key}” is nothing that a column can be.", code="unknown_mapping")
    columns = kind.suggested([mapping.get(title, title) for title in header], match=match)
    return replace(columns, header=tuple(header))


def match_columns(
    profile_import: ProfileImport, columns: FileColumns, *, is_all_or_nothing: bool, options: dict | None = None
) -> None:
    """Say what each column is. Raises Refusal when the file cannot be imported so, or it is too late to say."""
    refuse_started(profile_import)
    no = columns.why_not_usable()
    if no is not None:
        raise no
    profile_import.columns, profile_import.match = list(columns.keys), columns.match
    profile_import.is_all_or_nothing, profile_import.stage = is_all_or_nothing, ProfileImport.Stage.UPLOADED
    profile_import.options = options or {}
    profile_import.save(update_fields=["columns", "match", "is_all_or_nothing", "options", "stage", "updated_at"])


def start_check(profile_import: ProfileImport, *, clock: Callable[[], datetime]) -> None:
    """Find out what the import would do: at once for a small file, else in the background. Raises Refusal."""
    refuse_started(profile_import)
    if profile_import.size <= CHECKED_AT_ONCE_BYTES:
        kind_of(profile_import).check_now(profile_import, clock=clock)
        return
    enqueue(profile_import, kind_of(profile_import).check_job, ProfileImport.Stage.CHECKING, at=clock())


def start(profile_import: ProfileImport, *, at: datetime) -> None:
    """Run the import in the background. Raises Refusal when it runs or ran already, or its columns are not usable."""
    refuse_started(profile_import)
    no = columns_of(profile_import).why_not_usable()
    if no is not None:
        raise no
    enqueue(profile_import, kind_of(profile_import).run_job, ProfileImport.Stage.RUNNING, at=at)


@transaction.atomic
def enqueue(profile_import: ProfileImport, kind: str, stage: str, *, at: datetime) -> None:
    # The row is locked, so that two clicks start one job.
    locked = ProfileImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=profile_import.pk)
    refuse_started(locked)
    profile_import.job = Job.objects.enqueue(
        kind, at=at, user=profile_import.user, total=profile_import.rows, profile_import=profile_import.pk
    )
    profile_import.stage = stage
    profile_import.save(update_fields=["job", "stage", "updated_at"])


@transaction.atomic
def begin(profile_import: ProfileImport, *, worker: str, at: datetime) -> Job:
    """Run the import in the foreground: returns the job for `run`."""
    profile_import.job = Job.objects.begin(
        kind_of(profile_import).run_job,
        worker=worker,
        at=at,
        user=profile_import.user,
        profile_import=profile_import.pk,
    )
    profile_import.stage = ProfileImport.Stage.RUNNING
    profile_import.save(update_fields=["job", "stage", "updated_at"])
    return profile_import.job


def refuse_started(profile_import: ProfileImport) -> None:
    status = profile_import.status
    if status == "done" or profile_import.stage == ProfileImport.Stage.RUNNING:
        raise Refusal("This import was started already. Upload the file again to import it again.", code="started")
    if profile_import.is_under_way:
        raise Refusal("This file is being checked. Wait until that is done.", code="being_checked")
    if profile_import.contents_deleted_at is not None:
        raise file_deleted()


def cancel(profile_import: ProfileImport) -> bool:
    """Stop after the current step; what earlier steps wrote stays. False when there is nothing to stop."""
    return profile_import.job is not None and profile_import.job.request_cancel()


def remove(profile_import: ProfileImport) -> None:
    """Delete the import with its file and refused rows; what was imported stays. Raises Refusal while it is under way."""
    if profile_import.is_under_way:
        raise Refusal("This import is under way. Cancel it first.", code="under_way")
    file, storage = profile_import.file.name, profile_import.file.storage
    with transaction.atomic():
        profile_import.delete()
        if file:
            transaction.on_commit(lambda: storage.delete(file))

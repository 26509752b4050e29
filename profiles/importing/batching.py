"""Customers sent as documents: kept as a file like any import's, and taken in one after the other in the background."""

import json
from collections.abc import Callable
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction

from jobs.models import Job
from profiles.cause import Cause
from profiles.importing.running import StepResult, Tally
from profiles.importing.working import Clock, finish, note, the_import_of
from profiles.models import ProfileImport

KIND = "profiles.batch"
NAME = "Batch over the API"


class DocumentRefused(Exception):
    """This customer is left out. The arguments are the sentences that say why."""


# (document, what it is matched by, at=, cause=) → created, updated or unchanged. Raises DocumentRefused, having written nothing.
Take = Callable[..., str]


def queue_batch(documents: list[dict], *, match: str, at: datetime, user=None, token=None) -> ProfileImport:
    """Take in these customers in the background. `match` is email, id, or the handle of an identity."""
    lines = "\n".join(json.dumps(one) for one in documents).encode()
    row = ProfileImport(
        name=NAME,
        size=len(lines),
        format="JSON",
        header=["profile"],
        match=match,
        stage=ProfileImport.Stage.RUNNING,
        rows=len(documents),
        user=user,
        token=token,
    )
    row.file.save("profiles.json", ContentFile(lines), save=False)
    with transaction.atomic():
        row.save(force_insert=True)
        row.job = Job.objects.enqueue(KIND, at=at, user=user, total=row.rows, profile_import=row.pk)
        row.save(update_fields=["job"])
    return row


def run_batch(job: Job, take: Take, *, clock: Clock) -> dict:
    """Take in every document, or carry on where another worker stopped. Returns the counts.

    Each is a transaction of its own with the job's checkpoint, as its own request would have been: no lock is held from one
    customer to the next, and none is taken in twice.
    """
    profile_import = the_import_of(job)
    with profile_import.file.open("rb") as file:
        documents = [json.loads(line) for line in file]
    for number in range(job.cursor.get("document", 0) + 1, len(documents) + 1):
        with transaction.atomic():
            at, document = clock(), documents[number - 1]
            note(profile_import, result_of(number, document, take, profile_import, at=at))
            job.checkpoint(at=at, done=number, cursor={"document": number}, total=len(documents))
    with transaction.atomic():
        finish(profile_import, rows=len(documents))
        job.checkpoint(at=clock(), done=len(documents))
    profile_import.refresh_from_db()
    return {name: getattr(profile_import, name) for name in ("rows", *ProfileImport.COUNTS)}


def result_of(number: int, document: dict, take: Take, profile_import: ProfileImport, *, at: datetime) -> StepResult:
    cause: Cause = profile_import.cause
    try:
        became = take(document, profile_import.match, at=at, cause=cause)
    except DocumentRefused as refused:
        return StepResult(Tally(refused=1), [(number, [json.dumps(document)], list(refused.args))])
    return StepResult(Tally(**{became: 1}))

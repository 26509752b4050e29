"""A file of purchases as a job: laid down, then written lot by lot, each with its counts and `checkpoint()` in one transaction.

The job's cursor says which run its rows were laid down under, how far that is, and then how many of them are written.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from cxmanager.refusals import Refusal
from jobs.models import Cancelled, Job
from profiles.importing.kinds import columns_of
from profiles.importing.opening import table_of
from profiles.importing.running import StepResult
from profiles.importing.working import Preview, finish, note, the_import_of
from profiles.models import ProfileImport
from transactions.importing import running
from transactions.importing.staging import Step, batches, cleaned, forget
from transactions.importing.writing import Result

MATCH_RETURNS, EARN = "match_returns", "earn"
Clock = Callable[[], datetime]


class File:
    """The import's file, opened, with what was chosen for it."""

    def __init__(self, row: ProfileImport, table, *, clock: Clock):
        """Raises Refusal when its columns are not usable."""
        self.row, self.table, self.columns, self.clock = row, table, columns_of(row), clock
        no = self.columns.why_not_usable()
        if no is not None:
            raise no
        self.matches_returns = bool(row.options.get(MATCH_RETURNS))
        self.writer = running.Writer(
            self.columns,
            matches_returns=self.matches_returns,
            earns=bool(row.options.get(EARN)),
            cause=row.cause,
            clock=clock,
        )

    def steps(self, *, after: int = 0) -> Iterator[Step]:
        return cleaned(self.table, self.columns, matches_returns=self.matches_returns, at=self.clock(), after=after)


@contextmanager
def file_of(row: ProfileImport, *, clock: Clock) -> Iterator[File]:
    with table_of(row) as table:
        yield File(row, table, clock=clock)


def refused_in(step: Step) -> StepResult:
    return Result(refused=step.refused).as_step()


# --- Trying it out ----------------------------------------------------------------------------------------------------


def tried_out(file: File, run: UUID) -> Iterator[StepResult]:
    """What each step would do. Nothing stays but the rows laid down, which the caller forgets."""
    for step in file.steps():
        with transaction.atomic():
            step.lay_down(run=run, at=file.clock())
        yield refused_in(step)
    for groups in batches(run, size=running.lines_in_a_lot()):
        yield file.writer.try_out(groups).as_step()


def check(job: Job, *, clock: Clock) -> dict:
    """Try the whole file out and keep what it would do as the preview. Returns the counts."""
    row, preview = the_import_of(job), Preview()
    if job.cursor:
        # Of a worker that was killed; a check begins anew.
        forget(UUID(job.cursor["run"]))
    run = uuid7()
    with transaction.atomic():
        job.checkpoint(at=clock(), done=0, cursor={"run": str(run)})
    with file_of(row, clock=clock) as file, forgetting(run), rarely_collecting():
        for result in tried_out(file, run):
            preview.add(result)
            with transaction.atomic():
                job.checkpoint(at=clock(), done=preview.tally.rows, total=row.rows)
        with transaction.atomic():
            preview.keep(row)
            job.checkpoint(at=clock(), done=preview.tally.rows)
    return vars(preview.tally)


def check_now(row: ProfileImport, *, clock: Clock) -> None:
    """The same in the caller's own time, for a file of a few rows."""
    run, preview = uuid7(), Preview()
    with file_of(row, clock=clock) as file, forgetting(run):
        for result in tried_out(file, run):
            preview.add(result)
        preview.keep(row)


@contextmanager
def forgetting(run: UUID) -> Iterator[None]:
    try:
        yield
    finally:
        forget(run)


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """In a worker: what is made by the hundred thousand holds no cycles, and looking for some takes a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


# --- Doing it ---------------------------------------------------------------------------------------------------------


def run(job: Job, *, clock: Clock, on_step: Callable[[Job], None] = lambda job: None) -> dict:
    """Import the file, or carry on where another worker stopped. Returns the counts. Raises Refusal when it cannot be imported."""
    row = the_import_of(job)
    try:
        with file_of(row, clock=clock) as file, rarely_collecting():
            lay_down(job, file, on_step=on_step)
            write(job, file, on_step=on_step)
    except (Cancelled, Refusal):
        if "run" in job.cursor:
            forget(UUID(job.cursor["run"]))
        raise
    row.refresh_from_db()
    return {name: getattr(row, name) for name in ("rows", *ProfileImport.COUNTS)}


def lay_down(job: Job, file: File, *, on_step: Callable[[Job], None]) -> None:
    """Clean all rows and lay them down, beginning below the last that was."""
    cursor = job.cursor or {"run": str(uuid7()), "row": 0, "rows": 0, "refused": 0}
    if "written" in cursor:
        return
    for step in file.steps(after=cursor["row"]):
        cursor = cursor | {"row": step.last, "rows": cursor["rows"] + step.rows}
        cursor["refused"] += len(step.refused)
        with transaction.atomic():
            at = file.clock()
            step.lay_down(run=UUID(cursor["run"]), at=at)
            note(file.row, refused_in(step))
            job.checkpoint(at=at, done=cursor["rows"], cursor=cursor)
        on_step(job)
    with transaction.atomic():
        job.checkpoint(at=file.clock(), done=cursor["refused"], cursor=cursor | {"written": 0}, total=cursor["rows"])


def write(job: Job, file: File, *, on_step: Callable[[Job], None]) -> None:
    """Write what is laid down, lot by lot, beginning behind the last that was."""
    key = UUID(job.cursor["run"])
    for groups in batches(key, size=running.lines_in_a_lot(), after=job.cursor["written"]):
        with transaction.atomic():
            note(file.row, file.writer.write(groups).as_step())
            cursor = job.cursor | {"written": job.cursor["written"] + sum(len(one.rows) for one in groups)}
            job.checkpoint(at=file.clock(), done=cursor["refused"] + cursor["written"], cursor=cursor)
        on_step(job)
    with transaction.atomic():
        forget(key)
        finish(file.row, rows=job.cursor["rows"])
        job.checkpoint(at=file.clock(), done=job.cursor["rows"], total=job.cursor["rows"])

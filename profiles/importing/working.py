"""An import as a job: each step's rows, counts, refused rows and `checkpoint()` in one transaction.

A worker that is killed between or within steps loses nothing; the one that carries on begins below the last row written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles.importing.bulk import insert_rows
from profiles.importing.columns import Columns
from profiles.importing.deciding import Outcome, Rules
from profiles.importing.exporting import birth_date
from profiles.importing.heartbeat import Heartbeat
from profiles.importing.opening import file_deleted, table_of
from profiles.importing.running import Importer, NotYourTurn, StepResult, Tally, types_of
from profiles.importing.stored import BIRTHDAY
from profiles.models import ProfileImport, RefusedRow

Clock = Callable[[], datetime]
FIRST_PROBLEMS = 50
FIRST_EXAMPLES = 8
LONGEST_SHOWN = 80
# They follow from what the row says, and say it again.
DERIVED = {"mobile_phone_e164", "mobile_phone_national", "mobile_phone_country"}
NAMES = {"first_name", "last_name"}


@contextmanager
def importer_of(profile_import: ProfileImport) -> Iterator[Importer]:
    """The import's file, opened and read through once. Raises Refusal when it cannot be imported."""
    columns = Columns(keys=tuple(profile_import.columns), match=profile_import.match)
    with table_of(profile_import) as table:
        yield Importer(table, columns, cause=profile_import.cause)


def the_import_of(job: Job) -> ProfileImport:
    return ProfileImport.objects.select_related("user", "token").get(pk=job.arguments["profile_import"])


def check(job: Job, *, clock: Clock) -> dict:
    """Try the whole file out and keep what it would do as the preview. Returns the counts."""
    profile_import = the_import_of(job)
    with importer_of(profile_import) as importer:
        preview = Preview()
        for result in importer.try_out(clock=clock):
            preview.add(result)
            with transaction.atomic():
                job.checkpoint(at=clock(), done=preview.tally.rows, total=importer.scan.rows)
        with transaction.atomic():
            preview.keep(profile_import)
            job.checkpoint(at=clock(), done=preview.tally.rows)
    return vars(preview.tally)


def check_now(profile_import: ProfileImport, *, clock: Clock) -> None:
    """The same in the caller's own time, for a file of a few rows."""
    with importer_of(profile_import) as importer:
        preview = Preview()
        for result in importer.try_out(clock=clock):
            preview.add(result)
        preview.keep(profile_import)


class Preview:
    """What a file would do: counts, the first problems, and the first customers it would make or change."""

    def __init__(self):
        self.tally = Tally()
        self.problems: list[dict] = []
        self.examples: list[dict] = []

    def add(self, result: StepResult) -> None:
        self.tally.add(result.tally)
        # Not every kind of file is gone through from its top.
        found = [{"row": number, "reasons": reasons} for number, _, reasons in result.refused]
        self.problems = sorted([*self.problems, *found], key=lambda one: one["row"])[:FIRST_PROBLEMS]
        for decisions in result.decisions:
            outcomes = [*decisions.created, *decisions.updated]
            for outcome in outcomes[: FIRST_EXAMPLES - len(self.examples)]:
                self.examples.append(example_of(outcome))

    @transaction.atomic
    def keep(self, profile_import: ProfileImport) -> None:
        """Raises Refusal `file_deleted` when the file was deleted meanwhile: then nothing that it said is kept either."""
        if ProfileImport.objects.select_for_update().get(pk=profile_import.pk).contents_deleted_at is not None:
            raise file_deleted()
        profile_import.preview = {**vars(self.tally), "problems": self.problems, "examples": self.examples}
        profile_import.rows, profile_import.stage = self.tally.rows, ProfileImport.Stage.CHECKED
        profile_import.save(update_fields=["preview", "rows", "stage", "updated_at"])


def example_of(outcome: Outcome) -> dict:
    """One customer of the preview: who, whether new, and each thing that would be set: (what, before, after)."""
    told = {**outcome.before, **outcome.values}
    who = " ".join(part for part in (told.get("first_name"), told.get("last_name")) if part) or told.get("email") or ""
    silent = {*BIRTHDAY, *(DERIVED if outcome.before else DERIVED | NAMES)}
    changes = [
        (name.removesuffix("_id").replace("_", " "), shown(before), shown(after))
        for name, (before, after) in outcome.changes.items()
        if name not in silent and (name in outcome.row.values or name in outcome.row.extra)
    ]
    if any(name in outcome.changes for name in BIRTHDAY):
        before, after = (birth_date(*(fields.get(name) for name in BIRTHDAY)) for fields in (outcome.before, told))
        changes.append(("birth date", before, after))
    changes += [(f"identity in {handle}", "", identifier) for handle, identifier in outcome.identities]
    changes += [("tag", "", tag) for tag in outcome.tags]
    changes += [(f"{one.namespace} · {one.handle}", shown(one.before), shown(one.value)) for one in outcome.attributes]
    return {"row": outcome.row.number, "is_new": not outcome.before, "who": who, "changes": changes}


def shown(value) -> str:
    """A value as the preview shows it."""
    if isinstance(value, dict):
        value = ", ".join(f"{name.replace('_', ' ')}: {one}" for name, one in value.items())
    return "" if value is None else str(value)[:LONGEST_SHOWN]


def run(job: Job, *, clock: Clock, on_step: Callable[[Job], None] = lambda job: None) -> dict:
    """Import the file, or carry on where another worker stopped. Returns the counts. Raises Refusal when it cannot be imported."""
    profile_import = the_import_of(job)
    with importer_of(profile_import) as importer:
        job.total = importer.scan.rows
        if profile_import.is_all_or_nothing:
            run_whole(job, profile_import, importer, clock=clock, on_step=on_step)
        else:
            run_in_steps(job, profile_import, importer, clock=clock, on_step=on_step)
    profile_import.refresh_from_db()
    return {name: getattr(profile_import, name) for name in ("rows", *ProfileImport.COUNTS)}


def run_in_steps(job: Job, profile_import: ProfileImport, importer: Importer, *, clock: Clock, on_step) -> None:
    rules = Rules(importer.columns, types=types_of(importer.columns))
    for step, rows in importer.steps(after=job.cursor.get("row", 0)):
        while True:
            try:
                with transaction.atomic():
                    note(profile_import, importer.write_step(step, rows, rules, at=clock()))
                    done = job.done + step.count
                    job.checkpoint(at=clock(), done=done, cursor={"row": step.last}, total=importer.scan.rows)
                break
            except NotYourTurn:
                job.checkpoint(at=clock(), done=job.done)
        on_step(job)
    with transaction.atomic():
        finish(profile_import, rows=importer.scan.rows)
        job.checkpoint(at=clock(), done=importer.scan.rows, total=importer.scan.rows)


def run_whole(job: Job, profile_import: ProfileImport, importer: Importer, *, clock: Clock, on_step) -> None:
    """All or nothing: tried out first, so that most failures cost nobody a lock; then written in one transaction."""
    total = 2 * importer.scan.rows
    profile_import.refused_rows.all().delete()
    refused = done = 0
    for result in importer.try_out(clock=clock):
        done += result.tally.rows
        refused += result.tally.refused
        with transaction.atomic():
            keep_refused(profile_import, result)
            ProfileImport.objects.filter(pk=profile_import.pk).update(refused=refused)
            job.checkpoint(at=clock(), done=done, total=total)
        on_step(job)
    if refused:
        raise nothing_imported(refused, importer.scan.rows)
    while True:
        try:
            with Heartbeat(job, clock=clock) as heartbeat, transaction.atomic():
                write_all(profile_import, importer, heartbeat, done=done, clock=clock)
                heartbeat.stop()
                finish(profile_import, rows=importer.scan.rows)
                job.checkpoint(at=clock(), done=total, total=total)
            return
        except NotYourTurn:
            job.checkpoint(at=clock(), done=done)


def write_all(profile_import: ProfileImport, importer: Importer, heartbeat, *, done: int, clock: Clock) -> None:
    """Every step in the caller's transaction. Raises Refusal for the first row that is refused after all."""
    rules = Rules(importer.columns, types=types_of(importer.columns))
    for step, rows in importer.steps():
        result = importer.write_step(step, rows, rules, at=clock())
        if result.refused:
            number, _, reasons = result.refused[0]
            raise Refusal(
                f"Nothing was imported: row {number} was refused since the file was checked. {' '.join(reasons)}",
                code="nothing_imported",
            )
        note(profile_import, result)
        done += step.count
        heartbeat.tell(done)


def nothing_imported(refused: int, rows: int) -> Refusal:
    what = "rows has" if refused == 1 else "rows have"
    return Refusal(
        f"Nothing was imported: {refused:,} of {rows:,} {what} something wrong, and it was to be all or nothing.",
        code="nothing_imported",
    )


def note(profile_import: ProfileImport, result: StepResult) -> None:
    """Add a step to the import's counts and refused rows, in the step's transaction."""
    keep_refused(profile_import, result)
    added = {name: F(name) + count for name, count in vars(result.tally).items() if count}
    if added:
        ProfileImport.objects.filter(pk=profile_import.pk).update(**added)


def keep_refused(profile_import: ProfileImport, result: StepResult) -> None:
    insert_rows(
        RefusedRow,
        ["number", "cells", "reasons"],
        result.refused,
        constants={"profile_import_id": profile_import.pk},
    )


def finish(profile_import: ProfileImport, *, rows: int) -> None:
    profile_import.stage, profile_import.rows = ProfileImport.Stage.DONE, rows
    profile_import.save(update_fields=["stage", "rows", "updated_at"])

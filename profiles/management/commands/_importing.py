"""What the commands that import a file share: the foreground job, the bar on a terminal, the counts as JSON on the last line."""

import json
import sys
import time
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from cxmanager.refusals import Refusal
from jobs.models import Cancelled, Job, LeaseLost
from jobs.working import worker_name
from profiles.importing.kinds import KINDS, columns_of
from profiles.importing.refused import refused_rows
from profiles.importing.starting import begin, remove, upload
from profiles.models import ProfileImport

BAR = 30


class ImportCommand(BaseCommand):
    kind = ""

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="CSV or XLSX, the column names in its first row.")
        parser.add_argument("--refused", type=Path, help="Write the refused rows and why to this CSV file.")

    def handle(self, *, file: Path, **options):
        begun = time.monotonic()
        try:
            with file.open("rb") as content:
                counts = self.counts_of(content, name=file.name, **options)
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - begun
        rate = round(counts["rows"] / seconds) if seconds else 0
        self.stdout.write(json.dumps({**counts, "seconds": round(seconds, 3), "rows_per_second": rate}))

    def counts_of(self, content: BinaryIO, *, name: str, **options) -> dict:
        raise NotImplementedError

    def do_import(self, content: BinaryIO, *, name: str, refused: Path | None, **chosen) -> dict:
        """As a job in the foreground, whose import is kept in the history. `chosen` is what `upload` takes."""
        row = upload(content, name=name, kind=self.kind, **chosen)
        job = begin(row, worker=worker_name(), at=now())
        try:
            counts = KINDS[self.kind].run(job, clock=now, on_step=self.show)
        except KeyboardInterrupt:
            job.end(Job.State.CANCELLED, at=now())
            raise CommandError("Stopped. What was written stays; run it again to carry on.") from None
        except Refusal as error:
            job.end(Job.State.FAILED, at=now(), error=str(error))
            if not row.refused_rows.exists():
                # The file was no such list: there is nothing to remember.
                row.refresh_from_db()
                remove(row)
            raise
        except (Cancelled, LeaseLost) as error:
            what = "It was cancelled" if isinstance(error, Cancelled) else "A background worker carries it on"
            raise CommandError(f"{what}.") from error
        finally:
            self.end_bar()
            self.write_refused(row, refused)
        job.end(Job.State.DONE, at=now(), result=counts)
        self.say(row)
        return counts

    def say(self, row: ProfileImport) -> None:
        """What else is to be known of the import, on the error stream."""
        for warning in columns_of(row).warnings():
            self.stderr.write(warning)

    def write_refused(self, row: ProfileImport, path: Path | None) -> None:
        if path is not None and row.pk is not None:
            with path.open("w", encoding="utf-8", newline="") as out:
                out.writelines(refused_rows(row))

    def show(self, job: Job) -> None:
        self.bar(job.done, job.total or 0)

    def bar(self, done: int, total: int) -> None:
        """One line that is written over, on a terminal only."""
        if not sys.stderr.isatty():
            return
        share = min(1.0, done / total) if total else 0
        filled = round(share * BAR)
        self.stderr.write(f"\r{'█' * filled}{'░' * (BAR - filled)} {share:4.0%}  {done:,} of {total:,}", ending="")
        self.stderr.flush()

    def end_bar(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")

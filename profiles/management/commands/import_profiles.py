"""`manage.py import_profiles FILE`: the same importer as the back office's, in the foreground."""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from cxmanager.refusals import Refusal
from jobs.models import Cancelled, Job, LeaseLost
from jobs.working import worker_name
from profiles.cause import Cause, Door
from profiles.importing.columns import Columns
from profiles.importing.reading import Table
from profiles.importing.refused import refused_rows, refused_writer
from profiles.importing.running import Importer, Tally
from profiles.importing.spreadsheet import as_csv, is_spreadsheet
from profiles.importing.starting import begin, remove, upload
from profiles.importing.working import run
from profiles.models import ProfileImport

BAR = 30


class Command(BaseCommand):
    help = "Import customers from a CSV or XLSX file. The last line printed is JSON with the counts."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="CSV or XLSX, the column names in its first row.")
        parser.add_argument(
            "--match",
            default="",
            help="What tells who a row is about: email, id or identity:HANDLE. Default: the id, else the e-mail.",
        )
        parser.add_argument(
            "--all-or-nothing", action="store_true", help="Write nothing when any row has something wrong."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and write nothing.")
        parser.add_argument("--refused", type=Path, help="Write the refused rows and why to this CSV file.")

    def handle(self, *, file: Path, match: str, all_or_nothing: bool, dry_run: bool, refused: Path | None, **options):
        begun = time.monotonic()
        try:
            with file.open("rb") as content:
                if dry_run:
                    counts = self.try_out(content, match=match, refused=refused)
                else:
                    counts = self.do_import(
                        content, name=file.name, match=match, all_or_nothing=all_or_nothing, refused=refused
                    )
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - begun
        rate = round(counts["rows"] / seconds) if seconds else 0
        self.stdout.write(json.dumps({**counts, "seconds": round(seconds, 3), "rows_per_second": rate}))

    def do_import(self, content, *, name: str, match: str, all_or_nothing: bool, refused: Path | None) -> dict:
        profile_import = upload(content, name=name, match=match, is_all_or_nothing=all_or_nothing)
        job = begin(profile_import, worker=worker_name(), at=now())
        try:
            counts = run(job, clock=now, on_step=self.show)
        except KeyboardInterrupt:
            job.end(Job.State.CANCELLED, at=now())
            raise CommandError("Stopped. What was written stays; run it again to carry on.") from None
        except Refusal as error:
            job.end(Job.State.FAILED, at=now(), error=str(error))
            if not profile_import.refused_rows.exists():
                # The file was no list of customers: there is nothing to remember.
                profile_import.refresh_from_db()
                remove(profile_import)
            raise
        except (Cancelled, LeaseLost) as error:
            what = "It was cancelled" if isinstance(error, Cancelled) else "A background worker carries it on"
            raise CommandError(f"{what}.") from error
        finally:
            self.end_bar()
            self.write_refused(profile_import, refused)
        job.end(Job.State.DONE, at=now(), result=counts)
        return counts

    def write_refused(self, profile_import: ProfileImport, path: Path | None) -> None:
        if path is not None and profile_import.pk is not None:
            with path.open("w", encoding="utf-8", newline="") as out:
                out.writelines(refused_rows(profile_import))

    def try_out(self, content, *, match: str, refused: Path | None) -> dict:
        with ExitStack() as open_files:
            if is_spreadsheet(content):
                content = open_files.enter_context(as_csv(content))
            table = Table(content)
            importer = Importer(table, Columns.suggested(table.header, match=match), cause=Cause(door=Door.IMPORT))
            writer = None
            if refused is not None:
                writer = refused_writer(
                    open_files.enter_context(refused.open("w", encoding="utf-8", newline="")), table.header
                )
            tally = Tally()
            for result in importer.try_out(clock=now):
                tally.add(result.tally)
                if writer is not None:
                    writer.writerows(result.refused)
                self.bar(tally.rows, importer.scan.rows)
        self.end_bar()
        return {"rows": tally.rows, **vars(tally)}

    def show(self, job: Job) -> None:
        self.bar(job.done, job.total or 0)

    def bar(self, done: int, total: int) -> None:
        """One line that is written over, on a terminal only."""
        if not sys.stderr.isatty():
            return
        share = min(1.0, done / total) if total else 1.0
        filled = round(share * BAR)
        self.stderr.write(f"\r{'█' * filled}{'░' * (BAR - filled)} {share:4.0%}  {done:,} of {total:,}", ending="")
        self.stderr.flush()

    def end_bar(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")

"""`manage.py import_transactions FILE`: sales and returns from a file, one row for each line (api.md 1)."""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from cxmanager.refusals import Refusal
from profiles.cause import Cause, Door
from profiles.importing.reading import Table
from profiles.importing.refused import refused_writer
from profiles.importing.spreadsheet import as_csv, is_spreadsheet
from transactions.importing.running import Tally, run

BAR = 30


class Command(BaseCommand):
    help = (
        "Import sales and returns from a CSV or XLSX file, one row for each line. "
        "The last line printed is JSON with the counts of rows."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="CSV or XLSX, the column names in its first row.")
        parser.add_argument(
            "--match-returns",
            action="store_true",
            help="Take a quantity below zero as a return of the customer's latest earlier sale of that SKU with enough left.",
        )
        parser.add_argument("--refused", type=Path, help="Write the refused rows and why to this CSV file.")

    def handle(self, *, file: Path, match_returns: bool, refused: Path | None, **options):
        begun = time.monotonic()
        cause = Cause(door=Door.IMPORT, reason=f"Import of {file.name}"[:500])
        try:
            with ExitStack() as open_files:
                content = open_files.enter_context(file.open("rb"))
                if is_spreadsheet(content):
                    content = open_files.enter_context(as_csv(content))
                table = Table(content)
                tally = run(table, matches_returns=match_returns, cause=cause, clock=now, on_step=self.show)
                self.end_line()
                if refused is not None:
                    self.write_refused(table, tally, refused)
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - begun
        counts = {name: getattr(tally, name) for name in ("rows", "created", "updated", "unchanged")}
        counts |= {"refused": len(tally.refused), "seconds": round(seconds, 3)}
        self.stdout.write(json.dumps(counts | {"rows_per_second": round(tally.rows / seconds) if seconds else 0}))

    def write_refused(self, table: Table, tally: Tally, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = refused_writer(out, table.header)
            writer.writerows(
                (number, cells, tally.refused[number]) for number, cells in table.rows() if number in tally.refused
            )

    def show(self, tally: Tally) -> None:
        """One line that is written over, on a terminal only."""
        if sys.stderr.isatty():
            share = min(1.0, tally.done / tally.rows) if tally.rows else 0
            filled = round(share * BAR)
            bar = f"{'█' * filled}{'░' * (BAR - filled)}"
            self.stderr.write(f"\r{bar} {share:4.0%}  {tally.done:,} of {tally.rows:,} rows", ending="")
            self.stderr.flush()

    def end_line(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")

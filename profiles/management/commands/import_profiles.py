"""`manage.py import_profiles FILE`: the same importer as the back office's, in the foreground."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from django.utils.timezone import now

from profiles.cause import Cause, Door
from profiles.importing.columns import Columns
from profiles.importing.reading import Table
from profiles.importing.refused import refused_writer
from profiles.importing.running import Importer, Tally
from profiles.importing.spreadsheet import as_csv, is_spreadsheet
from profiles.management.commands._importing import ImportCommand


class Command(ImportCommand):
    kind = "profiles"
    help = "Import customers from a CSV or XLSX file. The last line printed is JSON with the counts."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--match",
            default="",
            help="What tells who a row is about: email, id or identity:HANDLE. Default: the id, else the e-mail.",
        )
        parser.add_argument(
            "--all-or-nothing", action="store_true", help="Write nothing when any row has something wrong."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and write nothing.")

    def counts_of(
        self,
        content: BinaryIO,
        *,
        name: str,
        match: str,
        all_or_nothing: bool,
        dry_run: bool,
        refused: Path | None,
        **options,
    ) -> dict:
        if dry_run:
            return self.try_out(content, match=match, refused=refused)
        return self.do_import(content, name=name, refused=refused, match=match, is_all_or_nothing=all_or_nothing)

    def try_out(self, content: BinaryIO, *, match: str, refused: Path | None) -> dict:
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

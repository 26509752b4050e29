"""`manage.py import_transactions FILE`: the same importer as the back office's, in the foreground (api.md 1)."""

from pathlib import Path
from typing import BinaryIO

from profiles.management.commands._importing import ImportCommand
from profiles.models import ProfileImport
from transactions.importing.columns import EARN_LABEL, MATCH_LABEL
from transactions.importing.staging import NO_SALE_NAMED
from transactions.importing.working import EARN, MATCH_RETURNS


class Command(ImportCommand):
    kind = "transactions"
    help = (
        "Import sales and returns from a CSV or XLSX file, one row for each line. "
        "The last line printed is JSON with the counts of rows."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--match-returns",
            action="store_true",
            help=f"{MATCH_LABEL}: take a quantity below zero as a return of the customer's latest earlier sale of that SKU with enough left.",
        )
        parser.add_argument(
            "--earn",
            action="store_true",
            help=f"{EARN_LABEL}: points and rewards by the rules of today, for purchases that are new here.",
        )

    def counts_of(
        self, content: BinaryIO, *, name: str, match_returns: bool, earn: bool, refused: Path | None, **options
    ) -> dict:
        chosen = {MATCH_RETURNS: match_returns, EARN: earn}
        return self.do_import(content, name=name, refused=refused, options=chosen)

    def say(self, row: ProfileImport) -> None:
        super().say(row)
        reasons = row.refused_rows.values_list("reasons", flat=True).iterator(chunk_size=2_000)
        if any(NO_SALE_NAMED in one for one in reasons):
            self.stderr.write("For returns that name no sale there is --match-returns.")

"""The file of refused rows: the rows as they came, and in the last column why each was left out. It can be corrected and imported again."""

import csv
from collections.abc import Iterator
from io import TextIOBase

from cxmanager.imports import escaped
from profiles.importing.kinds import kind_of
from profiles.importing.opening import table_of
from profiles.importing.running import Refused, kept
from profiles.models import ProfileImport

REASONS = "reasons"


class Echo:
    """What a csv writer writes to when each line is wanted as it is made."""

    def write(self, line: str) -> str:
        return line


class RefusedWriter:
    """Writes the header, then rows as (number, cells, reasons). Text that a spreadsheet would run is escaped."""

    def __init__(self, out, header: list[str]):
        self.writer, self.width = csv.writer(out), len(header)
        self.head = self.writer.writerow([*(escaped(one) for one in header), REASONS])

    def line(self, refused: Refused) -> str:
        number, cells, reasons = refused
        # A row with too many cells keeps them all: cutting them off would hide what was wrong.
        filled = [*cells, *[""] * (self.width - len(cells))]
        return self.writer.writerow(
            [*(escaped(cell) for cell in filled), escaped(f"Row {number}: {' '.join(reasons)}")]
        )

    def writerows(self, rows: list[Refused]) -> None:
        for row in rows:
            self.line(row)


def refused_writer(out: TextIOBase, header: list[str]) -> RefusedWriter:
    return RefusedWriter(out, header)


def refused_rows(profile_import: ProfileImport) -> Iterator[str]:
    """The file, line by line, with a mark at its start by which spreadsheets know UTF-8."""
    writer = RefusedWriter(Echo(), profile_import.header)
    yield f"\ufeff{writer.head}"
    rows = profile_import.refused_rows.order_by("number").values_list("number", "cells", "reasons")
    for row in with_cells(profile_import, rows.iterator(chunk_size=2_000)):
        yield writer.line(row)


def with_cells(profile_import: ProfileImport, rows: Iterator[Refused]) -> Iterator[Refused]:
    """The rows, in order, with their cells; a kind that notes only their numbers has them read from the file."""
    if kind_of(profile_import).keeps_cells or profile_import.contents_deleted_at is not None:
        yield from rows
        return
    with table_of(profile_import) as table:
        read = table.rows()
        for number, _, reasons in rows:
            yield number, kept(next((cells for place, cells in read if place == number), [])), reasons

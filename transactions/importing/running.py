"""One file of transactions, from its first row to its last."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from profiles.cause import Cause
from profiles.importing.bulk import is_postgresql
from profiles.importing.reading import Table
from profiles.importing.running import is_worth_repeating
from transactions.importing.columns import Columns
from transactions.importing.staging import Group, batches, stage
from transactions.importing.writing import Lot, Result
from transactions.models import StagedLine

ATTEMPTS = 5


@dataclass
class Tally:
    """How many rows did what; the reasons for those that were refused, by their number."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: dict[int, list[str]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.created += result.created
        self.updated += result.updated
        self.unchanged += result.unchanged
        self.refused |= result.refused

    @property
    def done(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.refused)


def run(
    table: Table,
    *,
    matches_returns: bool,
    cause: Cause,
    clock: Callable[[], datetime],
    on_step: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Import the file. What is there already is left as it is, so that a run that was stopped is carried on by another.

    Raises Refusal when the file is no list of transactions.
    """
    columns, tally, key, catalogue = Columns.of(table.header), Tally(), None, {}
    try:
        for staged in stage(table, columns, matches_returns=matches_returns, at=clock()):
            key, tally.rows, tally.refused = staged.run, staged.rows, staged.refused
            on_step(tally)
        if key is not None:
            for groups in batches(key, size=lines_in_a_lot()):
                tally.add(
                    written(
                        groups, columns, matches_returns=matches_returns, catalogue=catalogue, cause=cause, clock=clock
                    )
                )
                on_step(tally)
    finally:
        forget(key)
    return tally


def lines_in_a_lot() -> int:
    """How many lines share a transaction. On SQLite everybody else waits for it."""
    return 4_000 if is_postgresql() else 1_000


def written(
    groups: list[Group],
    columns: Columns,
    *,
    matches_returns: bool,
    catalogue: dict,
    cause: Cause,
    clock: Callable[[], datetime],
) -> Result:
    """Write one lot in a transaction of its own; again when another caller was faster with something of it."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                lot = Lot(
                    groups,
                    customer=columns.customer,
                    matches_returns=matches_returns,
                    catalogue=catalogue,
                    at=clock(),
                    cause=cause,
                )
                return lot.write()
        except (IntegrityError, OperationalError) as error:
            if attempt == ATTEMPTS or not (isinstance(error, IntegrityError) or is_worth_repeating(error)):
                raise
            catalogue.clear()
    raise AssertionError("The last attempt returns or raises.")


def forget(run: UUID | None) -> None:
    """The rows as they were read are needed no longer."""
    if run is not None:
        rows = StagedLine.objects.filter(run=run)
        rows._raw_delete(rows.db)

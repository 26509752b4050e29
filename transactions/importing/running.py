"""One lot of a file of transactions after the other: written, or tried out."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction

from profiles.cause import Cause
from profiles.importing.bulk import is_postgresql
from profiles.importing.running import is_worth_repeating
from transactions.importing.columns import Columns
from transactions.importing.staging import Group
from transactions.importing.writing import Lot, Result

ATTEMPTS = 5
MOST_REMEMBERED = 20_000


def lines_in_a_lot() -> int:
    """How many lines share a transaction. On SQLite everybody else waits for it."""
    return 4_000 if is_postgresql() else 1_000


class Writer:
    """Writes the lots of one file."""

    def __init__(
        self,
        columns: Columns,
        *,
        matches_returns: bool,
        cause: Cause,
        clock: Callable[[], datetime],
        earns: bool = False,
    ):
        """`earns` tells followers of what is written, as of what a till sends (transactions.following)."""
        self.columns, self.matches_returns, self.cause, self.clock = columns, matches_returns, cause, clock
        self.earns = earns
        # The lines that earlier lots have met.
        self.catalogue: dict = {}

    def write(self, groups: list[Group]) -> Result:
        """Write one lot in the caller's transaction; again when another caller was faster with something of it."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._lot(groups).write()
            except (IntegrityError, OperationalError) as error:
                if attempt == ATTEMPTS or not (isinstance(error, IntegrityError) or is_worth_repeating(error)):
                    raise
                self.catalogue.clear()
        raise AssertionError("The last attempt returns or raises.")

    def try_out(self, groups: list[Group]) -> Result:
        """What writing this lot alone would do. It is done and taken back, so that no rule can be asked otherwise."""
        # What it puts into the catalogue is taken back as well.
        self.catalogue.clear()
        with transaction.atomic():
            result = self._lot(groups).write(is_trial=True)
            transaction.set_rollback(True)
        self.catalogue.clear()
        return result

    def _lot(self, groups: list[Group]) -> Lot:
        if len(self.catalogue) > MOST_REMEMBERED:
            self.catalogue.clear()
        return Lot(
            groups,
            customer=self.columns.match,
            matches_returns=self.matches_returns,
            earns=self.earns,
            catalogue=self.catalogue,
            at=self.clock(),
            cause=self.cause,
        )

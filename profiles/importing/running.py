"""One file, step after step: what it would do, and doing it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from jobs.beside import spare_processors
from profiles.cause import Cause
from profiles.importing.bulk import is_postgresql
from profiles.importing.cleaning import Recipe, Row
from profiles.importing.cleaning_ahead import Step, cleaned_ahead, cleaned_here
from profiles.importing.columns import CUSTOM, Columns, address_of, type_told
from profiles.importing.deciding import Decisions, Rules, decide
from profiles.importing.reading import Table
from profiles.importing.scanning import Scan, scan, steps_of
from profiles.importing.stored import look_up
from profiles.importing.writing import write
from profiles.models import CustomAttribute, Location, Profile

# Starting a process costs half a second, about what cleaning so many rows does.
WORTH_A_PROCESS = 20_000
ATTEMPTS = 5
# The turn of an import to write: a number of our own among PostgreSQL's advisory locks.
TURN = 0x1A9047
SERIALIZATION_FAILURES = {"40P01", "40001"}
LOCK_NOT_AVAILABLE = "55P03"
LONGEST_CELL_KEPT = 2_000

Refused = tuple[int, list[str], list[str]]


class NotYourTurn(Exception):
    """Another import has been writing for a while. Undo the step, say that you are alive, and ask again."""


@dataclass
class Tally:
    """How many rows did what."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.refused

    def add(self, other: "Tally") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused


@dataclass
class StepResult:
    """What one step did. `refused` are (row number, cells, reasons), in order; `decisions` are kept of a trial only."""

    tally: Tally = field(default_factory=Tally)
    refused: list[Refused] = field(default_factory=list)
    decisions: list[Decisions] = field(default_factory=list)


def rows_in_a_step() -> int:
    """How many rows share a transaction. On SQLite everybody else waits for it."""
    return 4_000 if is_postgresql() else 1_000


class Importer:
    """A file that is opened and whose columns are known, ready to be tried or written."""

    def __init__(self, table: Table, columns: Columns, *, cause: Cause):
        """Reads the file once through. Raises Refusal when the columns are not usable or the file breaks off."""
        no = columns.why_not_usable()
        if no is not None:
            raise no
        self.table, self.columns, self.cause = table, columns, cause
        self.scan: Scan = scan(table, columns)

    def steps(self, *, after: int = 0) -> Iterator[tuple[Step, list[Row]]]:
        """Each step's rows as read and as cleaned, below that row number. Cleans ahead in other processes when it pays."""
        steps = steps_of(self.table, self.columns, self.scan, size=rows_in_a_step(), after=after)
        recipe, processes = recipe_for(self.columns), spare_processors()
        if self.scan.rows < WORTH_A_PROCESS or processes < 1:
            return cleaned_here(steps, recipe)
        return cleaned_ahead(steps, recipe, processes=processes)

    def try_out(self, *, clock: Callable[[], datetime]) -> Iterator[StepResult]:
        """What each step would do. Writes nothing."""
        rules = Rules(self.columns, types=types_of(self.columns), taken_in_trial=set())
        for step, rows in self.steps():
            result = repeated(step)
            pending, at = rows, clock()
            while pending:
                decisions = decide(pending, look_up(pending, self.columns), rules, at=at)
                count(decisions, step, result)
                result.decisions.append(decisions)
                pending = decisions.again
            yield result

    def write_step(self, step: Step, rows: list[Row], rules: Rules, *, at: datetime) -> StepResult:
        """Write one step in the caller's transaction. Raises NotYourTurn while another import is writing."""
        take_turn()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._write_once(step, rows, rules, at=at)
            except (IntegrityError, OperationalError) as error:
                # Somebody else took an address or number of this step since it was looked up: look again.
                if attempt == ATTEMPTS or not (isinstance(error, IntegrityError) or is_worth_repeating(error)):
                    raise
        raise AssertionError("The last attempt returns or raises.")

    def _write_once(self, step: Step, rows: list[Row], rules: Rules, *, at: datetime) -> StepResult:
        result = repeated(step)
        pending = rows
        while pending:
            decisions = self._decide_on_locked(pending, rules, at=at)
            write(decisions, self.columns, at=at, cause=self.cause)
            count(decisions, step, result)
            pending = decisions.again
        return result

    def _decide_on_locked(self, rows: list[Row], rules: Rules, *, at: datetime) -> Decisions:
        """Decided on the customers as they are now: those that will change are locked, so that no other change is lost."""
        locked: set = set()
        while True:
            decisions = decide(rows, look_up(rows, self.columns), rules, at=at)
            changing = {outcome.id for outcome in decisions.updated}
            if changing <= locked:
                return decisions
            list(
                Profile.objects.select_for_update(no_key=True).filter(pk__in=changing).order_by("pk").values_list("pk")
            )
            locked |= changing


def recipe_for(columns: Columns) -> Recipe:
    """What cleaning takes from the models and the database. One query when the file has locations."""
    fields = {field.attname: field for field in Profile._meta.concrete_fields}
    locations: dict[str, int] = {}
    if {"joined_location", "preferred_location"} & columns.by_key.keys():
        rows = list(Location.objects.order_by("pk").values_list("pk", "name", "external_id", "external_code"))
        # What tills send goes before what other systems call it, and that before its name.
        for part in (1, 2, 3):
            locations |= {row[part].strip(): row[0] for row in reversed(rows) if row[part]}
    allowed = [one for one in Profile.Type if one != Profile.Type.DELETED]
    return Recipe(
        columns=columns,
        country=settings.DEFAULT_COUNTRY.upper(),
        limits={name: one.max_length for name, one in fields.items() if one.max_length},
        types={name.lower(): str(one.value) for one in allowed for name in (one.value, str(one.label))},
        locations=locations,
    )


def types_of(columns: Columns) -> dict[tuple[str, str], str]:
    """The types of the retailer's own attributes: as the header says, else as other customers have them. One query for each such column."""
    types = {}
    for key in columns.by_key:
        if key.startswith(CUSTOM):
            namespace, handle = address_of(key)
            held = CustomAttribute.objects.filter(namespace=namespace, handle=handle).order_by()
            types[namespace, handle] = type_told(key) or next(iter(held.values_list("type", flat=True)[:1]), "string")
    return types


def repeated(step: Step) -> StepResult:
    """The step's rows that are refused before anything else, because an earlier row is about the same customer."""
    result = StepResult()
    for number, cells, first in step.repeats:
        reason = f"Row {first} is about the same customer, and only the first is taken."
        result.refused.append((number, kept(cells), [reason]))
    result.tally.refused = len(step.repeats)
    return result


def count(decisions: Decisions, step: Step, result: StepResult) -> None:
    """Add what was decided to the step's result."""
    tally = result.tally
    tally.created += len(decisions.created)
    tally.updated += len(decisions.updated)
    tally.unchanged += decisions.unchanged
    tally.refused += len(decisions.refused)
    if decisions.refused:
        cells = dict(step.rows)
        result.refused += [(number, kept(cells[number]), reasons) for number, reasons in decisions.refused]
        result.refused.sort()


def kept(cells: list[str]) -> list[str]:
    """The cells as they are kept for the file of refused rows: what no database holds and what nobody reads left out."""
    return [cell[:LONGEST_CELL_KEPT].replace("\x00", "") for cell in cells]


def take_turn() -> None:
    """Imports write one step at a time, so that two of one file can never wait for one another. Held until the transaction ends."""
    if not is_postgresql():
        # SQLite lets in one writer anyway.
        return
    patience = max(1, settings.JOB_LEASE_SECONDS // 3)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{patience}s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
            cursor.execute("SET LOCAL lock_timeout = 0")
    except OperationalError as error:
        if state_of(error) == LOCK_NOT_AVAILABLE:
            raise NotYourTurn from error
        raise


def is_worth_repeating(error: OperationalError) -> bool:
    return state_of(error) in SERIALIZATION_FAILURES


def state_of(error: Exception) -> str | None:
    """PostgreSQL's five letters for what went wrong."""
    return getattr(error.__cause__, "sqlstate", None)

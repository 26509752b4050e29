"""A file's rows, cleaned, laid down to be read customer by customer."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby, islice
from uuid import UUID

from django.db.models import Count, F, Q

from jobs.housekeeping import tidies
from jobs.models import Job
from profiles.importing.bulk import among, insert_rows
from profiles.importing.reading import Table
from profiles.models import Location
from transactions.importing.cleaning import Cleaner
from transactions.importing.columns import MATCH_LABEL, Columns
from transactions.models import StagedLine

ROWS_AT_ONCE = 5_000
COLUMNS = ("number", "is_anonymous", "customer", "is_return", "external_id", "values")
LEFT_OVER_AFTER = timedelta(hours=1)
NO_SALE_NAMED = f"A quantity below zero is a return: name its sale in the column returns, or choose “{MATCH_LABEL}”."


@dataclass
class Group:
    """The rows of one transaction. `customer` is the text by which the file calls them; empty for nobody's."""

    customer: str
    is_return: bool
    external_id: str
    rows: list[tuple[int, dict]] = field(default_factory=list)
    # Nobody's, where other rows of the file with its number are somebody's.
    is_halved: bool = False

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.rows]

    @cached_property
    def said(self) -> dict:
        """What the rows say of their transaction: of each thing what the first row says that says anything."""
        said = {}
        for _, values in reversed(self.rows):
            said.update(values)
        return said


@dataclass
class Step:
    """Some rows of the file, cleaned: how many, the last one's number, and the reasons for those that were refused, by number."""

    rows: int
    last: int
    lines: list[tuple] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)

    def lay_down(self, *, run: UUID, at: datetime) -> None:
        insert_rows(StagedLine, COLUMNS, self.lines, constants={"run": run, "staged_at": at})


def cleaned(table: Table, columns: Columns, *, matches_returns: bool, at: datetime, after: int = 0) -> Iterator[Step]:
    """The file's rows below row number `after`, five thousand at a time."""
    cleaner = Cleaner(columns, locations=locations_by_name(), at=at)
    rows = (row for row in table.rows() if row[0] > after)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        step = Step(rows=len(some), last=some[-1][0])
        for number, cells in some:
            line, reasons = laid(number, cells, cleaner, matches_returns=matches_returns)
            if reasons:
                step.refused[number] = reasons
            else:
                step.lines.append(line)
        yield step


def laid(number: int, cells: list[str], cleaner: Cleaner, *, matches_returns: bool) -> tuple[tuple, list[str]]:
    """The row's columns in the staging table, and why it is refused, if it is."""
    values, reasons = cleaner.clean(cells)
    is_return = bool(values.get("returns")) or values.get("type") == "return"
    if values.get("quantity", "").startswith("-"):
        if not is_return and not matches_returns:
            reasons.append(NO_SALE_NAMED)
        values["quantity"], is_return = values["quantity"].removeprefix("-"), True
    # Both stand beside the others.
    customer, external_id = values.pop(cleaner.columns.match, ""), values.pop("external_id", None)
    return (number, not customer, customer, is_return, external_id, values), reasons


def locations_by_name() -> dict[str, int]:
    """What a file may call each location: the code that tills send, before its external id, before its name."""
    rows = list(Location.objects.order_by("pk").values_list("pk", "name", "external_id", "external_code"))
    return {row[part].strip(): row[0] for part in (1, 2, 3) for row in reversed(rows) if row[part]}


def batches(run: UUID, *, size: int, after: int = 0) -> Iterator[list[Group]]:
    """The transactions of the run, in lots of at least `size` rows, never one customer's in two lots; nobody's may be.

    Always in one order, in which the first `after` rows are left out: those that were written before.
    """
    ordered = StagedLine.objects.filter(run=run).order_by(*StagedLine.ORDER)
    keys = array("q", ordered.values_list("pk", flat=True).iterator(chunk_size=10_000))
    carried: list[Group] = []
    halved = None
    for start in range(after, len(keys), size):
        groups = carried + grouped(keys[start : start + size])
        groups = joined(groups)
        if not groups[-1].customer:
            halved = halved_numbers(run) if halved is None else halved
            for one in groups:
                one.is_halved = not one.customer and one.external_id in halved
        last = groups[-1]
        carried = [one for one in groups if one.customer == last.customer] if last.customer else [last]
        ready = groups[: len(groups) - len(carried)]
        if ready:
            yield ready
    if carried:
        yield carried


def halved_numbers(run: UUID) -> set[str]:
    """The numbers that rows of somebody's and rows of nobody's have. Two queries."""
    staged = StagedLine.objects.filter(run=run)
    if not staged.filter(is_anonymous=False).exists():
        return set()
    counted = staged.values("external_id")
    counted = counted.annotate(rows=Count("pk"), nobodys=Count("pk", filter=Q(is_anonymous=True)))
    return set(counted.filter(nobodys__gt=0, rows__gt=F("nobodys")).values_list("external_id", flat=True))


def grouped(keys: array) -> list[Group]:
    rows = StagedLine.objects.filter(among(StagedLine, "id", keys)).order_by(*StagedLine.ORDER)
    rows = rows.values_list("customer", "is_return", "external_id", "number", "values")
    return [
        Group(*key, rows=[(number, values) for *_, number, values in lines])
        for key, lines in groupby(rows, key=lambda row: row[:3])
    ]


def joined(groups: list[Group]) -> list[Group]:
    """A transaction that was cut between two reads is one again."""
    whole: list[Group] = []
    for one in groups:
        before = whole[-1] if whole else None
        if before and (before.customer, before.is_return, before.external_id) == (
            one.customer,
            one.is_return,
            one.external_id,
        ):
            before.rows += one.rows
        else:
            whole.append(one)
    return whole


@tidies("staged_lines")
def forget_left_over(*, at: datetime) -> int:
    """Delete what imports have left that nobody carries on. Returns how many rows. They hold addresses of customers."""
    under_way = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING], cursor__has_key="run")
    runs = [UUID(cursor["run"]) for cursor in under_way.values_list("cursor", flat=True)]
    left_over = StagedLine.objects.filter(staged_at__lt=at - LEFT_OVER_AFTER).exclude(run__in=runs)
    return left_over._raw_delete(left_over.db)


def forget(run: UUID) -> None:
    """The rows as they were read are needed no longer."""
    rows = StagedLine.objects.filter(run=run)
    rows._raw_delete(rows.db)

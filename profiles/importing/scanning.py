"""Going through a file once before anything is done with it: how many rows, whether it can be read to its end, who is in it twice."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from profiles.importing.cleaning import match_key
from profiles.importing.cleaning_ahead import Raw, Step
from profiles.importing.columns import Columns
from profiles.importing.reading import Table

# Sorted one after the other, so that a million hashes are never Python objects at one time.
PARTS = 64


@dataclass(frozen=True)
class Scan:
    rows: int
    # Hashes of what occurs more than once in the column that customers are matched by.
    repeated: frozenset[int]


def scan(table: Table, columns: Columns) -> Scan:
    """Read all rows. Eight bytes a row are kept. Raises Refusal when the file breaks off."""
    key_of, rows = match_key(columns), 0
    parts = [array("q") for _ in range(PARTS)]
    for _, cells in table.rows():
        rows += 1
        if key := key_of(cells):
            hashed = hash(key)
            parts[hashed % PARTS].append(hashed)
    return Scan(rows=rows, repeated=frozenset(one for part in parts for one in occurring_twice(part)))


def occurring_twice(hashes: array) -> Iterator[int]:
    for one, following in pairwise(sorted(hashes)):
        if one == following:
            yield one


def steps_of(table: Table, columns: Columns, scan: Scan, *, size: int, after: int = 0) -> Iterator[Step]:
    """The rows below row number `after`, `size` at a time. A row about the customer of an earlier row names that row."""
    key_of = match_key(columns)
    first: dict[str, int] = {}
    rows: list[Raw] = []
    repeats: list[tuple[int, list[str], int]] = []
    number = after
    for number, cells in table.rows():
        key = key_of(cells) if scan.repeated else ""
        is_repeated = key and hash(key) in scan.repeated and first.setdefault(key, number) != number
        if number <= after:
            continue
        if is_repeated:
            repeats.append((number, cells, first[key]))
        else:
            rows.append((number, cells))
        if len(rows) + len(repeats) >= size:
            yield Step(rows, repeats, number)
            rows, repeats = [], []
    if rows or repeats:
        yield Step(rows, repeats, number)

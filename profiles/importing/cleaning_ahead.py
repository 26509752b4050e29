"""Cleaning the next rows in processes of their own while these are being written."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NamedTuple

from jobs.beside import Beside, pipe_given
from profiles.importing.cleaning import Cleaner, Recipe, Row

Raw = tuple[int, list[str]]


class Step(NamedTuple):
    """Rows that are written in one transaction."""

    rows: list[Raw]
    # Rows whose customer an earlier row is about, with the number of that row.
    repeats: list[tuple[int, list[str], int]]
    # The number of the last row.
    last: int

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.repeats)


def cleaned_here(steps: Iterable[Step], recipe: Recipe) -> Iterator[tuple[Step, list[Row]]]:
    """Each step's rows as read, and as cleaned, in order."""
    cleaner = Cleaner(recipe)
    for step in steps:
        yield step, [cleaner.clean(number, cells) for number, cells in step.rows]


def cleaned_ahead(steps: Iterable[Step], recipe: Recipe, *, processes: int) -> Iterator[tuple[Step, list[Row]]]:
    """The same, cleaned by other processes while the caller works on the steps before.

    Each process has one step at a time, so neither end of its pipe ever waits for the other to be read. They end when
    their pipe does: with the loop, or with the death of this process. Raises ProcessDied when one of them did.
    """
    ahead = [Helper(recipe) for _ in range(processes)]
    try:
        under_way: deque[tuple[Helper, Step]] = deque()
        steps = iter(steps)
        for helper in ahead:
            helper.take(next(steps, None), under_way)
        while under_way:
            helper, step = under_way.popleft()
            rows = [Row._make(row) for row in helper.receive()]
            helper.take(next(steps, None), under_way)
            yield step, rows
    finally:
        for helper in ahead:
            helper.end()


class Helper(Beside):
    """One cleaning process."""

    def __init__(self, recipe: Recipe):
        super().__init__("profiles.importing.cleaning_ahead", recipe)

    def take(self, step: Step | None, under_way: deque) -> None:
        if step is not None:
            self.pipe.send(step.rows)
            under_way.append((self, step))


def clean_until_closed(pipe: Connection) -> None:
    """What a cleaning process does: the recipe comes first, then one step after the other."""
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        cleaner = Cleaner(pipe.recv())
        while True:
            pipe.send([tuple(cleaner.clean(number, cells)) for number, cells in pipe.recv()])


if __name__ == "__main__":
    clean_until_closed(pipe_given())

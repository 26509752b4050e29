"""Cleaning the next rows in processes of their own while these are being written."""

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import NamedTuple

from profiles.importing.cleaning import Cleaner, Recipe, Row

PROJECT = Path(__file__).resolve().parents[2]
MOST_PROCESSES = 4

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


def spare_processors() -> int:
    """How many processes may clean beside this one; none on a machine with one processor."""
    return min(MOST_PROCESSES, (os.cpu_count() or 1) - 1)


def cleaned_here(steps: Iterable[Step], recipe: Recipe) -> Iterator[tuple[Step, list[Row]]]:
    """Each step's rows as read, and as cleaned, in order."""
    cleaner = Cleaner(recipe)
    for step in steps:
        yield step, [cleaner.clean(number, cells) for number, cells in step.rows]


def cleaned_ahead(steps: Iterable[Step], recipe: Recipe, *, processes: int) -> Iterator[tuple[Step, list[Row]]]:
    """The same, cleaned by other processes while the caller works on the steps before.

    Each process has one step at a time, so neither end of its pipe ever waits for the other to be read. They end when
    their pipe does: with the loop, or with the death of this process. Raises EOFError when one of them died.
    """
    ahead = [Helper(recipe) for _ in range(processes)]
    try:
        under_way: deque[tuple[Helper, Step]] = deque()
        steps = iter(steps)
        for helper in ahead:
            helper.take(next(steps, None), under_way)
        while under_way:
            helper, step = under_way.popleft()
            rows = [Row._make(row) for row in helper.pipe.recv()]
            helper.take(next(steps, None), under_way)
            yield step, rows
    finally:
        for helper in ahead:
            helper.end()


class Helper:
    """One cleaning process and the pipe to it."""

    def __init__(self, recipe: Recipe):
        self.pipe, theirs = Pipe()
        # Started anew, not forked: a copy of this process would share its database connection and stop at its locks.
        self.process = subprocess.Popen(  # noqa: S603 Our own module, and the number of a pipe.
            [sys.executable, "-m", "profiles.importing.cleaning_ahead", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=PROJECT,
        )
        theirs.close()
        self.pipe.send(recipe)

    def take(self, step: Step | None, under_way: deque) -> None:
        if step is not None:
            self.pipe.send(step.rows)
            under_way.append((self, step))

    def end(self) -> None:
        self.pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def clean_until_closed(pipe: Connection) -> None:
    """What a cleaning process does: the recipe comes first, then one step after the other."""
    # Ctrl-C is for the process that writes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        cleaner = Cleaner(pipe.recv())
        while True:
            pipe.send([tuple(cleaner.clean(number, cells)) for number, cells in pipe.recv()])


if __name__ == "__main__":
    clean_until_closed(Connection(int(sys.argv[1])))

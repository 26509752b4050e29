"""A back-test of many sales is done by several processes, each with customers of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from earning.backtesting.asking import Comparison
from earning.backtesting.reading import Share, moments_of, read_sales
from earning.backtesting.tallying import Tally
from earning.models import BackTest
from jobs.beside import Beside, spare_processors

# Starting a process costs about what asking the rules about so many sales does.
WORTH_A_PROCESS = 20_000
# How long nothing is heard of the others before the job says that it is alive.
PATIENCE = 2.0


@dataclass(slots=True)
class Found:
    """What some customers would have been given, and of how many sales and lines."""

    live: Tally = field(default_factory=Tally)
    draft: Tally = field(default_factory=Tally)
    sales: int = 0
    lines: int = 0

    def merge(self, other: "Found") -> None:
        """Add what other customers would have been given."""
        self.live.merge(other.live)
        self.draft.merge(other.draft)
        self.sales += other.sales
        self.lines += other.lines


@dataclass(frozen=True, slots=True)
class Order:
    """What a process beside this one is told: the back-test, its share, as of when, and in which database."""

    test: int
    share: Share
    at: datetime
    database: str


class Other(Beside):
    """A process with a share of its own: how many sales it has done, and at last what it found."""

    def __init__(self, order: Order):
        super().__init__("earning.backtesting.beside", order)
        self.done = 0
        self.found: Found | None = None

    def listen(self, *, seconds: float = 0) -> None:
        """Take what it has said. Waits so long at most; raises ProcessDied."""
        while self.found is None and self.pipe.poll(seconds):
            said = self.receive()
            if isinstance(said, Found):
                self.found, self.done = said, said.sales
            else:
                self.done = said
            seconds = 0


def shares_of(comparison: Comparison, sales: int) -> int:
    """Into how many shares so many sales are worth to be split. What all customers use up together is asked in one order, by one."""
    if comparison.has_limits_for_all:
        return 1
    return 1 + min(spare_processors(), sales // WORTH_A_PROCESS)


def ask_together(test: BackTest, comparison: Comparison, found: Found, *, shares: int, at: datetime) -> Iterator[int]:
    """Ask about all sales, with other processes where there are more shares than one. Says again and again how many are done."""
    database = connection.settings_dict["NAME"]
    others = [Other(Order(test.pk, Share(number, shares), at, database)) for number in range(1, shares)]
    try:
        for done in ask(test, comparison, found, Share(0, shares), at=at):
            for other in others:
                other.listen()
            yield done + sum(other.done for other in others)
        for other in others:
            while other.found is None:
                other.listen(seconds=PATIENCE)
                yield found.sales + sum(one.done for one in others)
    finally:
        for other in others:
            other.end()
    for other in others:
        found.merge(other.found)


def ask(test: BackTest, comparison: Comparison, found: Found, share: Share, *, at: datetime) -> Iterator[int]:
    """Ask about the sales of one share, some thousand at a time, and say after each how many there were until then."""
    first, after = moments_of(test.program, test.starts_on, test.ends_on)
    found.live, found.draft = comparison.live.tally, comparison.draft.tally
    for chunk in read_sales(test.program, comparison.rules, first, after, at=at, share=share):
        for sold in chunk:
            comparison.ask(sold)
            found.lines += len(sold.purchase.lines)
        found.sales += len(chunk)
        yield found.sales

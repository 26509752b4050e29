"""Sales at the counter, as the other tests of transactions make them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from profiles.models import Location
from transactions.models import Aggregation, Transaction


@pytest.fixture
def fitzroy(db) -> Location:
    return Location.objects.create(name="Fitzroy", type="store", external_code="FIT", timezone="Australia/Melbourne")


@pytest.fixture
def website(db) -> Location:
    return Location.objects.create(name="Online shop", type="online", external_code="WEB")


def line(sku: str = "KNIT", quantity="1", price="10.00", **given) -> dict:
    """A line of a document."""
    values = {"sku": sku, "name": sku.title(), "quantity": Decimal(quantity), "price_sell": Decimal(price)}
    return values | given


def on(day: int, month: int = 5, year: int = 2026) -> datetime:
    """Noon of that day, UTC."""
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
def sell(member, at, cause) -> Callable[..., Transaction]:
    """sell(line(…), line(…), external_id="S1"): the member's, unless `profile` says otherwise."""

    def run(*lines: dict, profile=member, **document) -> Transaction:
        document = {"items": list(lines) or [line()], "timezone": "UTC", "transacted_at": at} | document
        return Transaction.objects.record(profile, document, at=at, cause=cause)

    return run


@pytest.fixture
def take_back(sell) -> Callable[..., Transaction]:
    """take_back("S1", line(…)): a return of the sale with that external id."""

    def run(sale: str, *lines: dict, **document) -> Transaction:
        return sell(*lines, type="return", returns=sale, **{"profile": None} | document)

    return run


@pytest.fixture
def figures(member) -> Callable[[], Aggregation]:
    """The member's figures as they stand."""
    return lambda: Aggregation.objects.get(profile=member)

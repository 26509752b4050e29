"""Real threads, each with a connection of its own, let go at the same moment. PostgreSQL only: SQLite admits one writer at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, connections

from benefits.models import Benefit, GlobalCounter, Redemption

LONGEST_WAIT = 30


def pytest_collection_modifyitems(items):
    """Every test of this directory is a race, and its transactions are real ones."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.races)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(autouse=True)
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("A race proves nothing on SQLite. Name a PostgreSQL by TEST_DATABASE_URL.")


@pytest.fixture
def at_once() -> Callable[[list[Callable]], list]:
    """Run the calls in as many threads, started together. Returns what each returned or raised, in their order."""

    def run(calls: list[Callable]) -> list:
        barrier = Barrier(len(calls), timeout=LONGEST_WAIT)

        def one(call: Callable):
            try:
                connection.ensure_connection()
                barrier.wait()
                return call()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result(timeout=2 * LONGEST_WAIT) for future in [pool.submit(one, call) for call in calls]]

    return run


@pytest.fixture
def without_constraints(transactional_db):
    """The two constraints that hold what the conditional updates promise are gone."""
    constraints = [
        (model, one)
        for model, name in [
            (Benefit, "benefits_benefit_within_max_redemptions"),
            (GlobalCounter, "benefits_counter_within_allowance"),
        ]
        for one in model._meta.constraints
        if one.name == name
    ]
    with connection.schema_editor() as editor:
        for model, one in constraints:
            editor.remove_constraint(model, one)
    yield
    Redemption.objects.all().delete()
    Benefit.objects.all().delete()
    GlobalCounter.objects.all().delete()
    with connection.schema_editor() as editor:
        for model, one in constraints:
            editor.add_constraint(model, one)

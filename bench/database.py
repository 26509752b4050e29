"""A PostgreSQL database of a benchmark's own, made before and dropped after."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Migrated and empty, on the server that DATABASE_URL names. Raises SystemExit on SQLite: figures there say nothing."""
    if connection.vendor != "postgresql":
        raise SystemExit(
            "Benchmarks need PostgreSQL: set DATABASE_URL to a database of a server where they may make one."
        )
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"cxmanager_bench_{name}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)

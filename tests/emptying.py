"""How all tables are emptied after a test with real transactions.

On SQLite by DELETE, which the triggers of the ledger refuse: they are taken out before. On PostgreSQL TRUNCATE would make
the files of some hundred and thirty tables anew, for the few rows that a test leaves: they are deleted as well, without
triggers, where the role may do that. What stands on every installation is made again by post_migrate, which Django sends
after it.
"""

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations


def install(patch: pytest.MonkeyPatch) -> None:
    """Have Django's flush do that, as long as the patch lasts."""
    empty = {"sqlite": delete_without_triggers, "postgresql": delete_on_postgresql}[connection.vendor]
    patch.setattr(type(connection.ops), "execute_sql_flush", empty)


def delete_without_triggers(operations: BaseDatabaseOperations, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'earning%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    BaseDatabaseOperations.execute_sql_flush(operations, statements)


def delete_on_postgresql(operations: BaseDatabaseOperations, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (may_leave_triggers_out,) = cursor.fetchone()
    if may_leave_triggers_out:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        statements = ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{one}"' for one in tables)]
    BaseDatabaseOperations.execute_sql_flush(operations, statements)

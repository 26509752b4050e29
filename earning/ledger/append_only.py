"""The database itself keeps the ledger: nothing of it is deleted, and what a row says for good is never written again.

Triggers on PostgreSQL and SQLite. They are made after every migrate, because SQLite loses those of a table that a
migration rebuilds.
"""

from django.apps import AppConfig
from django.db import connections

# table → what may never change of a row. The rest is whose card it is on (merging), what is left, and words about people.
KEPT = {
    "earning_credit": ("id", "unit", "kind", "value", "earned_at", "source_id", "answers_id", "created_at"),
    "earning_debit": ("id", "program_id", "unit", "kind", "amount", "owed", "at", "reverses_id"),
    "earning_allocation": ("id", "debit_id", "credit_id", "amount"),
}
SAYS = "The ledger is append-only."
FUNCTION = f"""
CREATE OR REPLACE FUNCTION earning_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def keep(*, app_config: AppConfig, using: str, **_) -> None:
    """Receiver of post_migrate: make the triggers, where the tables are there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = KEPT.keys() & set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql" and tables:
            cursor.execute(FUNCTION)
        for table in sorted(tables):
            for statement in triggers_of(table, connection.vendor):
                cursor.execute(statement)


def triggers_of(table: str, vendor: str) -> list[str]:
    if vendor == "postgresql":
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in KEPT[table])
        does = "FOR EACH ROW {when} EXECUTE FUNCTION earning_is_append_only()"
        return [
            f"CREATE OR REPLACE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table} {does.format(when='')}",
            f"CREATE OR REPLACE TRIGGER {table}_is_kept BEFORE UPDATE ON {table} {does.format(when=f'WHEN ({changed})')}",
        ]
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in KEPT[table])
    does = f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_is_not_deleted BEFORE DELETE ON {table} {does}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_is_kept BEFORE UPDATE ON {table} WHEN {changed} {does}",
    ]

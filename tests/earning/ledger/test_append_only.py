"""The database refuses what no code of ours does, by whatever way it is asked."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from earning.ledger.append_only import KEPT, triggers_of
from earning.models import Allocation, Credit


@pytest.fixture
def ledger(card, at, cause):
    card.credit(Decimal(100), at=at, cause=cause)
    return card.spend(Decimal(30), at=at, cause=cause)


def refuses(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        assert "append-only" in str(error)
        return True
    return False


@pytest.mark.usefixtures("ledger")
class TestTheLedger:
    @pytest.mark.parametrize("table", KEPT)
    def test_keeps_every_row(self, table):
        assert refuses(f"DELETE FROM {table}")

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE earning_credit SET value = value + 1",
            "UPDATE earning_credit SET unit = 'AUD'",
            "UPDATE earning_credit SET kind = 'opening'",
            "UPDATE earning_credit SET earned_at = created_at, created_at = NULL",
            "UPDATE earning_credit SET source_id = id",
            "UPDATE earning_debit SET amount = amount + 1",
            "UPDATE earning_debit SET owed = 1",
            "UPDATE earning_debit SET kind = 'expiry'",
            "UPDATE earning_allocation SET amount = amount + 1",
            "UPDATE earning_allocation SET credit_id = credit_id + 1",
        ],
    )
    def test_keeps_what_a_row_says(self, sql):
        assert refuses(sql)

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE earning_credit SET note = 'x', meta = NULL, external_id = 'P-1', extended_at = created_at",
            "UPDATE earning_credit SET remaining = 60 WHERE remaining = 70",
            "UPDATE earning_debit SET reason = '', transaction_id = NULL",
            "UPDATE earning_allocation SET amount = amount",
        ],
    )
    def test_lets_be_written_what_may_change(self, sql):
        assert not refuses(sql)

    def test_holds_against_the_orm_as_well(self):
        for rows in (Credit.objects.all(), Allocation.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows._raw_delete("default")

    def test_making_the_triggers_again_changes_nothing(self):
        with connection.cursor() as cursor:
            for table in KEPT:
                for statement in triggers_of(table, connection.vendor):
                    cursor.execute(statement)
        assert refuses("DELETE FROM earning_credit")


@pytest.mark.django_db(transaction=True)
def test_after_all_was_emptied_they_are_there_again(card, at, cause):
    """The test before this one emptied all tables, and this one will."""
    card.credit(Decimal(100), at=at, cause=cause)

    assert refuses("DELETE FROM earning_credit")

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from earning.ledger.append_only import KEPT
from earning.ledger.checking import drift


@pytest.fixture
def ledger(card, other_card, at, cause):
    told = {"at": at, "cause": cause}
    credit = card.credit(Decimal(100), **told)
    card.spend(Decimal(30), **told)
    card.transfer(other_card, Decimal(20), **told)
    card.reverse(credit, Decimal(10), **told)
    return card


@pytest.fixture
def without_triggers(db):
    """As somebody does who means to cheat."""
    on = " ON {}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for table in KEPT:
            for name in ("is_kept", "is_not_deleted"):
                cursor.execute(f"DROP TRIGGER {table}_{name}{on.format(table)}")


def checked() -> tuple[int, list[str]]:
    """How it ended, and what it said."""
    said = StringIO()
    try:
        call_command("check_ledger", stdout=said)
    except SystemExit as end:
        return end.code, said.getvalue().splitlines()
    return 0, said.getvalue().splitlines()


def test_a_ledger_that_agrees_ends_with_0(ledger):
    assert checked() == (0, ["The ledger agrees with itself: 2 credits and 3 debits."])


def test_an_empty_one_does(db):
    assert checked() == (0, ["The ledger agrees with itself: 0 credits and 0 debits."])


@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "UPDATE earning_credit SET remaining = 41 WHERE kind = 'earn'",
            [
                "Credit {credit}: 59 points of it are gone, and its allocations say 60 points.",
                "Card {card}: its balance says 40 points active, and its ledger 41 points.",
            ],
        ),
        (
            "UPDATE earning_balance SET spent = 29.9999 WHERE spent = 30",
            ["Card {card}: its balance says 29.9999 points spent, and its ledger 30 points."],
        ),
        (
            "UPDATE earning_debit SET amount = 31 WHERE kind = 'spend'",
            [
                "Debit {debit}: 31 points were there to be taken, and its allocations say 30 points.",
                "Card {card}: its balance says 30 points spent, and its ledger 31 points.",
            ],
        ),
        (
            "UPDATE earning_debit SET amount = 21 WHERE kind = 'transfer'",
            [
                "Debit {transfer}: 21 points were there to be taken, and its allocations say 20 points.",
                "Debit {transfer}: 21 points were transferred, and 20 points arrived.",
            ],
        ),
        (
            "DELETE FROM earning_balance WHERE earned = 0",
            ["Card {other}: it has credits or debits, and no balance of them."],
        ),
        (
            "UPDATE earning_debit SET amount = 101, owed = 91 WHERE kind = 'reversal'",
            [
                "Credit {credit}: 101 points were taken back of it, which gave 100 points.",
                "Card {card}: its balance says 0 points debt, and its ledger 91 points.",
                "Card {card}: its balance says 10 points reversed, and its ledger 101 points.",
            ],
        ),
    ],
)
def test_what_does_not_agree_is_said_in_words_and_ends_with_1(sql, said, ledger, other_card):
    with connection.cursor() as cursor:
        cursor.execute(sql)

    names = {
        "card": ledger.pk,
        "other": other_card.pk,
        "credit": ledger.credits.get(kind="earn").pk,
        "debit": ledger.debits.get(kind="spend").pk,
        "transfer": ledger.debits.get(kind="transfer").pk,
    }
    assert checked() == (1, [one.format(**names) for one in said])


@pytest.mark.usefixtures("without_triggers")
def test_of_many_only_the_first_are_named(card, at, cause):
    for _ in range(25):
        card.credit(Decimal(10), at=at, cause=cause)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE earning_credit SET remaining = 9")

    said = list(drift())

    assert len(said) == 22
    assert said[20] == "And 5 more like this."

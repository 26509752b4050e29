"""The figures worked out anew: by the command, and by the worker as days drop out of the last year."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jobs.housekeeping import TIDYING
from profiles.models import Event
from tests.declared import undeclared_rows
from tests.transactions.conftest import line, on
from transactions.models import Aggregation, Transaction, TransactionClaim


def recalculate(**options) -> dict:
    out = StringIO()
    call_command("recalculate_aggregations", stdout=out, **options)
    return json.loads(out.getvalue())


def test_the_command_puts_right_what_is_wrong(sell, member, other_member):
    sell()
    sell(profile=other_member)
    Aggregation.objects.update(spend_all=5)
    told = recalculate(profile=str(member.pk))
    assert (told["customers"], told["changed"]) == (1, 1)
    told = recalculate()
    assert (told["customers"], told["changed"]) == (2, 1)
    assert set(Aggregation.objects.values_list("spend_all", flat=True)) == {Decimal(10)}
    assert recalculate()["changed"] == 0


@pytest.mark.parametrize("wrong", ["me", "01932f1e-7a3b-7c11-9a57-0d6f3a1b2c3d"])
def test_nobody_is_not_recalculated(db, wrong):
    with pytest.raises(CommandError):
        recalculate(profile=wrong)


def test_a_day_drops_out_of_the_last_year(sell, figures):
    sell(line(price="100"), transacted_at=on(3, 5, 2025))
    sell(line(price="1"), transacted_at=on(1))
    assert figures().spend_12m_now == 101
    follow = TIDYING["aggregations_of_the_last_year"]
    assert follow(at=on(2)) == 0
    assert follow(at=on(3)) == 1
    assert (figures().spend_12m_now, figures().spend_12m) == (1, 101)
    assert Event.objects.filter(name="aggregation.updated").latest("id").payload["spend_12m"] == "101.00"
    assert undeclared_rows() == []
    assert follow(at=on(3)) == 0


def test_a_receipt_that_came_with_a_file_is_found(sell, member, at, cause):
    asked = {"receipt_ref": "R-1", "transacted_on": at.date(), "total": Decimal(10)}
    claim = TransactionClaim.objects.ask(member, **asked, at=at, cause=cause)
    sale = sell(profile=None)
    Transaction.objects.update(receipt_ref="R-1")
    assert TIDYING["claimed_receipts"](at=at) == 1
    claim.refresh_from_db()
    assert claim.claimed_transaction == sale

"""A receipt without a customer finds the one who shows it."""

from datetime import date

import pytest

from cxmanager.refusals import Refusal
from profiles.models import Event
from tests.transactions.conftest import line
from transactions.models import TransactionClaim


@pytest.fixture
def ask(member, at, cause):
    def run(profile=member, **given):
        asked = {"receipt_ref": "R-1", "transacted_on": date(2026, 5, 1), "total": 10, "location_external_code": "FIT"}
        return TransactionClaim.objects.ask(profile, **asked | given, at=at, cause=cause)

    return run


def test_a_receipt_that_is_there_is_claimed_at_once(sell, ask, fitzroy, member, figures):
    sale = sell(profile=None, receipt_ref="R-1", location=fitzroy)
    claim = ask()
    sale.refresh_from_db()
    assert (claim.status, claim.attempts, claim.claimed_transaction, sale.profile) == ("claimed", 1, sale, member)
    assert figures().spend_all == 10
    told = Event.objects.get(name="transaction.created", profile=member)
    assert told.payload["is_claimed"] is True
    assert ask().pk == claim.pk


@pytest.mark.parametrize(
    "wrong",
    [{"receipt_ref": "R-2"}, {"total": 11}, {"transacted_on": date(2026, 5, 2)}, {"location_external_code": "NEW"}],
)
def test_a_receipt_that_is_another_is_waited_for(wrong, sell, ask, fitzroy):
    sell(profile=None, receipt_ref="R-1", location=fitzroy)
    assert ask(**wrong).status == "pending"


def test_a_receipt_that_arrives_later_finds_who_waits(sell, ask, fitzroy, member, figures):
    claim = ask()
    sale = sell(profile=None, receipt_ref="R-1", location=fitzroy)
    claim.refresh_from_db()
    assert (sale.profile, claim.status, claim.attempts, figures().spend_all) == (member, "claimed", 2, 10)


def test_somebody_elses_receipt_is_not_given(sell, ask, fitzroy, other_member, member):
    sell(profile=None, receipt_ref="R-1", location=fitzroy)
    assert ask(other_member).status == "claimed"
    assert ask(member).status == "rejected"


def test_staff_claim_with_the_returns(sell, take_back, member, at, cause, figures):
    sale = sell(line(quantity=2), profile=None, external_id="S1")
    back = take_back("S1", line())
    sale.claim(member, at=at, cause=cause)
    back.refresh_from_db()
    assert (back.profile, figures().spend_all) == (member, 10)
    with pytest.raises(Refusal) as no:
        sale.claim(member, at=at, cause=cause)
    assert no.value.code == "already_claimed"

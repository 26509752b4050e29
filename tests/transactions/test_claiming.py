"""A receipt without a customer finds the one who shows it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from profiles.models import Event, Location
from tests.transactions.conftest import line
from transactions.models import Transaction, TransactionClaim


@pytest.fixture(autouse=True)
def fitzroy(fitzroy):
    return fitzroy


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
    [{"receipt_ref": "R-2"}, {"total": 11}, {"transacted_on": date(2026, 4, 30)}, {"location_external_code": "WEB"}],
)
def test_a_receipt_that_is_another_is_waited_for(wrong, sell, ask, fitzroy, website):
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


@pytest.mark.parametrize(
    ("wrong", "place", "sentence"),
    [
        (
            {"location_external_code": "fitt"},
            "transaction_location_external_code",
            "There is no shop with the code “fitt”. Did you mean “FIT”?",
        ),
        (
            {"location_external_code": "Timbuktu"},
            "transaction_location_external_code",
            "There is no shop with the code “Timbuktu”.",
        ),
        (
            # It is the evening of 1 May in Melbourne.
            {"transacted_on": date(2026, 5, 2)},
            "transaction_transacted_at",
            "This day has not begun. Where the receipt was printed it is 1 May 2026.",
        ),
        (
            {"transacted_on": date(2026, 5, 3), "timezone": "Pacific/Kiritimati"},
            "transaction_transacted_at",
            "This day has not begun. Where the receipt was printed it is 2 May 2026.",
        ),
    ],
)
def test_what_no_receipt_could_ever_meet_is_not_waited_for(wrong, place, sentence, ask):
    with pytest.raises(ValidationError) as error:
        ask(**wrong)
    assert error.value.message_dict == {place: [sentence]}
    assert not TransactionClaim.objects.exists()


def test_the_day_of_a_receipt_is_the_shops(ask, fitzroy, at, settings):
    Location.objects.update(external_id="shop-1")
    tomorrow = {"transacted_on": date(2026, 5, 2)}
    assert ask(**tomorrow, timezone="Pacific/Kiritimati").status == "pending"
    Location.objects.update(timezone="Pacific/Kiritimati")
    assert ask(**tomorrow, location_external_code="shop-1").status == "pending"
    settings.TIME_ZONE = "Pacific/Kiritimati"
    assert ask(**tomorrow, location_external_code="").status == "pending"


def test_a_shop_that_customers_are_not_shown_is_not_named(ask):
    Location.objects.update(is_published=False)
    with pytest.raises(ValidationError) as error:
        ask(location_external_code="FITT")
    assert error.value.messages == ["There is no shop with the code “FITT”."]


def owners() -> set:
    return set(Transaction.objects.values_list("profile__first_name", flat=True))


def test_who_claims_a_return_gets_its_sale_with_all_that_came_back(
    sell, take_back, member, other_member, at, cause, figures
):
    sale = sell(line(quantity=3), profile=None, external_id="S1")
    back, other = take_back("S1", line()), take_back("S1", line())
    back.claim(member, at=at, cause=cause)
    assert owners() == {member.first_name}
    assert (back.profile, figures().spend_all) == (member, 10)
    told = Event.objects.filter(profile=member, name__startswith="transaction.").order_by("id")
    assert [(one.name, one.payload["is_claimed"]) for one in told] == [
        ("transaction.created", True),
        *[("transaction.returned", True)] * 2,
    ]
    for one in (sale, back, other):
        with pytest.raises(Refusal) as no:
            one.claim(other_member, at=at, cause=cause)
        assert no.value.code == "already_claimed"


def test_who_brings_goods_back_gets_the_sale_that_was_nobodys(sell, take_back, member, other_member, figures):
    sale = sell(line(quantity=3), profile=None, external_id="S1")
    earlier = take_back("S1", line())
    take_back("S1", line(), profile=member, external_id="R2")
    assert owners() == {member.first_name}
    sale.refresh_from_db()
    earlier.refresh_from_db()
    assert sale.claimed_at and earlier.claimed_at and figures().spend_all == 10
    with pytest.raises(Refusal) as no:
        take_back("S1", line(), profile=other_member)
    assert no.value.code == "other_customers_sale"


def test_a_return_that_is_there_already_claims_nothing(sell, take_back, member):
    sell(line(quantity=3), profile=None, external_id="S1")
    take_back("S1", line(), external_id="R1")
    take_back("S1", line(), external_id="R1", profile=member)
    assert owners() == {None}


def test_a_return_that_is_given_to_a_customer_brings_its_sale(
    sell, take_back, member, other_member, at, cause, figures
):
    sell(line(quantity=3), profile=None, external_id="S1")
    back, other = take_back("S1", line()), take_back("S1", line())
    back.change({"receipt_ref": "R-9"}, profile=member, at=at, cause=cause)
    assert owners() == {member.first_name}
    assert (back.profile, back.receipt_ref, figures().spend_all) == (member, "R-9", 10)
    assert back.claimed_at == at
    for profile in (other_member, None):
        with pytest.raises(Refusal) as no:
            other.change({}, profile=profile, at=at, cause=cause)
        assert no.value.code == "other_customers_sale"


def test_a_return_that_hears_of_its_sale_later_has_its_customer(sell, member, other_member, at, cause, figures):
    sell(line(quantity=2), external_id="S1")
    sell(line(quantity=2), profile=None, external_id="S2")
    nobodys, theirs = (sell(line(), type="return", profile=one) for one in (None, member))
    nobodys.change({"returns": "S1"}, at=at, cause=cause)
    theirs.change({"returns": "S2"}, at=at, cause=cause)
    assert owners() == {member.first_name}
    assert figures().spend_all == 20
    sell(line(), profile=other_member, external_id="S3")
    with pytest.raises(Refusal) as no:
        sell(line(), type="return").change({"returns": "S3"}, at=at, cause=cause)
    assert no.value.code == "other_customers_sale"

from datetime import date, timedelta
from decimal import Decimal

import pytest

from earning.ledger.balances import ending, live
from earning.models import Credit
from profiles.conditions.condition import Condition
from profiles.models import Profile
from tests.earning.ledgers import balance


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


def sums(card, at) -> dict:
    return {name: value for name, value in live([card.pk], at=at)[card.pk, "points"].items() if value}


class TestLive:
    def test_says_what_the_worker_will_have_written(self, card, told, at):
        card.credit(Decimal(10), pending_days=3, **told)
        card.credit(Decimal(20), expires_at=at + timedelta(days=3), **told)
        card.credit(Decimal(40), **told)
        for days in range(5):
            seen = sums(card, at + timedelta(days=days))
            if days == 2:
                assert seen == {"active": 60, "pending": 10, "earned": 70}
        assert seen == {"active": 50, "earned": 70, "expired": 20}
        assert Credit.objects.filter(state="active").count() == 2

        card.settle(at=at + timedelta(days=4))

        assert balance(card) == seen

    def test_what_is_owed_is_repaid_in_it_too(self, card, told, at):
        card.program.return_policy = "unlimited"
        card.program.save()
        spent = card.credit(Decimal(100), **told)
        card.spend(Decimal(100), **told)
        card.reverse(spent, **told)
        card.credit(Decimal(130), pending_days=3, **told)

        seen = sums(card, at + timedelta(days=3))

        assert seen == {"active": 30, "earned": 230, "spent": 100, "reversed": 100}

    def test_costs_two_queries_for_any_number(self, card, other_card, told, at, django_assert_num_queries):
        for one in (card, other_card):
            one.credit(Decimal(20), expires_at=at + timedelta(days=3), **told)
            one.credit(Decimal(5), unit="AUD", **told)

        with django_assert_num_queries(2):
            found = live([card.pk, other_card.pk], at=at + timedelta(days=3))
        assert {key[1]: value["active"] for key, value in found.items()} == {"points": 0, "AUD": 5}
        assert len(found) == 4


def test_what_ends_when_by_the_programs_days(card, told, at):
    card.program.timezone = "Australia/Melbourne"
    card.program.save()
    # 20:00 UTC is the next morning in Melbourne.
    for points, end in ((10, at + timedelta(hours=8)), (20, at + timedelta(hours=20)), (40, at + timedelta(days=9))):
        card.credit(Decimal(points), expires_at=end, **told)
    card.credit(Decimal(80), **told)
    card.spend(Decimal(5), **told)

    assert ending([card.pk], at=at) == {card.pk: [(date(2026, 5, 2), 25), (date(2026, 5, 10), 40)]}
    assert ending([card.pk], at=at + timedelta(days=1)) == {card.pk: [(date(2026, 5, 10), 40)]}


@pytest.mark.usefixtures("other_card")
class TestFacts:
    @pytest.fixture(autouse=True)
    def used(self, card, told):
        card.program.point_value = Decimal("0.01")
        card.program.save()
        card.credit(Decimal(1500), **told)
        card.credit(Decimal(120), pending_days=3, **told)
        card.credit(Decimal(50), needs_approval=True, **told)
        card.spend(Decimal(300), **told)
        card.credit(Decimal("25.50"), unit="AUD", **told)
        card.credit(Decimal(99), unit="EUR", **told)

    @pytest.mark.parametrize(
        ("fact", "value"),
        [
            ("point_balance", 1200),
            ("point_balance_dollars", 12),
            ("reward_balance", 25.5),
            ("combined_balance_dollars", 37.5),
            ("points_pending", 120),
            ("points_pending_approval", 50),
            ("points_debt", 0),
            ("points_earned", 1620),
            ("points_spent", 300),
            ("points_expired", 0),
        ],
    )
    def test_are_what_is_on_the_card_and_0_for_who_has_none(self, fact, value, member, other_member, at):
        for profile, expected in ((member, value), (other_member, 0)):
            condition = Condition.of({"==": [{"var": fact}, expected]})
            assert condition.holds_for(profile, at=at) is True
            assert profile in Profile.objects.filter(condition.q(at=at))
            assert not Condition.of({">": [{"var": fact}, expected]}).holds_for(profile, at=at)

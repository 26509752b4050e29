from datetime import timedelta

import pytest

from benefits.models import Benefit, Redemption
from cxmanager.refusals import Refusal
from profiles.models import Event

WINDOW = timedelta(minutes=10)


@pytest.fixture
def used(issued, at, cause) -> Redemption:
    return issued.redeem(at=at, cause=cause)


class TestReverse:
    def test_gives_the_use_back_everywhere(self, used, coffee, at, cause):
        used.reverse(at=at, cause=cause)

        assert Benefit.objects.get().redemptions == 0
        assert coffee.counters.totals()["used"] == 0
        assert Redemption.objects.get().reversed_at == at
        assert Event.objects.filter(name="benefit.reversed").count() == 1

    def test_lets_the_benefit_be_used_again(self, used, issued, at, cause):
        used.reverse(at=at, cause=cause)

        assert Benefit.objects.get().why_not_redeemable(at=at) is None

    def test_refuses_twice_and_gives_back_once(self, used, coffee, at, cause):
        used.reverse(at=at, cause=cause)

        with pytest.raises(Refusal, match="already reversed"):
            used.reverse(at=at, cause=cause)

        assert coffee.counters.totals()["used"] == 0

    def test_is_open_to_the_last_second_of_the_window(self, used, at):
        assert used.why_not_reversible(at=at + WINDOW) is None
        assert used.why_not_reversible(at=at + WINDOW + timedelta(seconds=1)).code == "reversal_window_closed"
        assert used.why_not_reversible(at=at + timedelta(days=400), is_any_age_allowed=True) is None

    def test_refuses_after_the_window_and_writes_nothing(self, used, coffee, at, cause):
        with pytest.raises(Refusal, match="too old"):
            used.reverse(at=at + timedelta(minutes=11), cause=cause)

        assert Redemption.objects.get().reversed_at is None
        assert coffee.counters.totals()["used"] == 1


class TestGiveBack:
    @pytest.fixture
    def three(self, coffee, member, at, cause) -> Redemption:
        coffee.max_redemptions = 5
        coffee.save()
        return coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause, count=3)

    def test_gives_back_some_at_any_time(self, three, coffee, at, cause):
        three.give_back(2, at=at + timedelta(days=30), cause=cause)

        assert Benefit.objects.get().redemptions == 1
        assert coffee.counters.totals()["used"] == 1
        assert (three.returned, three.is_reversed) == (2, False)

    @pytest.mark.parametrize("count", [0, -1, 4])
    def test_refuses_more_than_there_is(self, three, coffee, at, cause, count):
        with pytest.raises(Refusal, match="not that many uses"):
            three.give_back(count, at=at, cause=cause)

        assert coffee.counters.totals()["used"] == 3

    def test_reversing_afterwards_gives_back_only_the_rest(self, three, coffee, at, cause):
        three.give_back(2, at=at, cause=cause)

        three.reverse(at=at, cause=cause)

        assert coffee.counters.totals()["used"] == 0
        assert Benefit.objects.get().redemptions == 0

from datetime import UTC, datetime, timedelta

import pytest

from benefits.models import Benefit, Redemption
from cxmanager.refusals import Refusal
from profiles.models import Event


class TestRedeem:
    def test_writes_a_redemption_an_event_and_both_counters(self, issued, coffee, at, cause):
        redemption = issued.redeem(at=at, cause=cause, transaction_external_id="T-1")

        assert (redemption.count, redemption.redeemed_at, redemption.user) == (1, at, cause.user)
        assert Benefit.objects.get().redemptions == 1
        assert coffee.counters.totals() == {"used": 1, "issued": 1}
        event = Event.objects.get(name="benefit.redeemed")
        assert (event.profile_id, event.subject_id, event.actor) == (issued.profile_id, str(issued.pk), "Clara")
        assert event.payload["transaction_external_id"] == "T-1"

    def test_refuses_a_second_use_and_writes_nothing(self, issued, coffee, at, cause):
        issued.redeem(at=at, cause=cause)

        with pytest.raises(Refusal) as refused:
            issued.redeem(at=at, cause=cause)

        assert refused.value.as_json() == {"code": "fully_redeemed", "message": "This benefit has no uses left."}
        assert Redemption.objects.count() == 1
        assert coffee.counters.totals()["used"] == 1

    def test_rolls_back_the_use_when_the_shared_counter_refuses(self, coffee, member, other_member, at, cause):
        coffee.max_global_redemptions = 1
        coffee.save()
        first, second = coffee.issue(member, at=at, cause=cause), coffee.issue(other_member, at=at, cause=cause)
        first.redeem(at=at, cause=cause)

        with pytest.raises(Refusal, match="All uses of this benefit have been taken"):
            second.redeem(at=at, cause=cause)

        second.refresh_from_db()
        assert second.redemptions == 0
        assert Redemption.objects.count() == 1


class TestExpiry:
    def test_is_the_last_second_of_the_last_day_where_the_customer_is(self, coffee, member, cause):
        evening = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)  # already 2 May in Melbourne

        benefit = coffee.issue(member, at=evening, cause=cause, timezone="Australia/Melbourne")

        assert benefit.expires_at == datetime(2026, 6, 1, 13, 59, 59, tzinfo=UTC)

    def test_bounds_redemption_to_the_second(self, issued, cause):
        end = issued.expires_at

        assert issued.why_not_redeemable(at=end - timedelta(seconds=1)) is None
        assert issued.why_not_redeemable(at=end).code == "expired"

from datetime import timedelta

import pytest

from benefits.api.described import RedemptionShape
from benefits.models import Benefit
from profiles.models import Event

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v3/redemptions"


@pytest.fixture
def redemption(coffee, member, at, cause):
    """Three of five uses, at noon."""
    coffee.max_redemptions, coffee.max_global_redemptions = 5, 100
    coffee.save()
    return coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause, count=3, transaction_external_id="T-1")


class TestRead:
    def test_one_all_and_of_a_profile(self, api, redemption, member, other_member):
        data = api.get(f"{URL}/{redemption.pk}").json()["data"]

        assert set(data) == set(RedemptionShape().fields)
        assert (data["profile"]["full_name"], data["transaction"]["external_id"]) == ("Maria Membrino", "T-1")
        assert api.get(URL).json()["data"] == [data]
        assert api.get(f"/api/v3/profiles/{member.pk}/redemptions").json()["data"] == [data]
        assert api.get(f"/api/v3/profiles/{member.pk}/redemptions/{redemption.pk}").json()["data"] == data
        assert api.get(f"/api/v3/profiles/{other_member.pk}/redemptions").json()["data"] == []
        assert api.get(f"/api/v3/profiles/{other_member.pk}/redemptions/{redemption.pk}").status_code == 404
        assert api.get(f"{URL}?filter[profile_id]={other_member.pk}").json()["data"] == []

    def test_costs_the_same_for_one_and_for_many(
        self, api, redemption, coffee, member, at, cause, django_assert_num_queries
    ):
        api.get(URL)
        with django_assert_num_queries(4):
            assert len(api.get(URL).json()["data"]) == 1
        for _ in range(29):
            coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)
        api.get(URL)
        with django_assert_num_queries(4):
            assert len(api.get(f"{URL}?page[size]=500").json()["data"]) == 30


class TestReversal:
    def test_gives_the_uses_back_everywhere(self, api, redemption, coffee):
        answer = api.post(f"{URL}/{redemption.pk}/reversal")

        assert answer.status_code == 200
        data = answer.json()["data"]
        assert (data["reversed_at"], data["profile_id"]) == ("2026-05-01 12:00:00", str(redemption.profile_id))
        assert data["items"][0]["type_attributes"]["redemptions_remaining"] == 5
        assert coffee.counters.totals()["used"] == 0
        assert Event.objects.filter(name="benefit.reversed").count() == 1
        again = api.post(f"{URL}/{redemption.pk}/reversal")
        assert (again.status_code, again.json()["code"]) == (409, "already_reversed")

    def test_is_refused_after_ten_minutes_whatever_the_token_may_do(self, api, redemption, clock, at):
        clock.move_to(at + timedelta(minutes=10, seconds=1))

        answer = api.post(f"{URL}/{redemption.pk}/reversal")

        assert (answer.status_code, answer.json()["code"]) == (409, "reversal_window_closed")
        assert Benefit.objects.get().redemptions == 3


class TestReturn:
    def test_gives_some_back_at_any_time(self, api, redemption, clock, at, coffee):
        clock.move_to(at + timedelta(days=300))

        answer = api.post(f"{URL}/{redemption.pk}/benefit/return", {"count": 2}, format="json")

        assert answer.status_code == 200
        assert (answer.json()["data"]["count"], answer.json()["data"]["returned"]) == (3, 2)
        assert Benefit.objects.get().redemptions == 1
        assert coffee.counters.totals()["used"] == 1
        more = api.post(f"{URL}/{redemption.pk}/benefit/return", {"count": 2}, format="json")
        assert (more.status_code, more.json()["code"]) == (409, "nothing_to_return")

    @pytest.mark.parametrize("count", [0, -1, 1.5, "x", None, 10**20, [], True])
    def test_refuses_what_is_no_count(self, api, redemption, count):
        assert api.post(f"{URL}/{redemption.pk}/benefit/return", {"count": count}, format="json").status_code == 422
        assert Benefit.objects.get().redemptions == 3


@pytest.mark.parametrize(
    ("method", "path"), [("get", ""), ("get", "/1"), ("post", "/1/reversal"), ("post", "/1/benefit/return")]
)
def test_needs_its_scope(scoped, method, path, db):
    assert getattr(scoped("redeem-benefits"), method)(URL + path).status_code == 403


def test_answers_404_for_what_is_not_there(api, db):
    for path in ("/1", "/abc", "/99999999999999999999"):
        assert api.get(URL + path).status_code == 404
    assert api.post(f"{URL}/1/reversal").status_code == 404
    assert api.post(f"{URL}/1/benefit/return").status_code == 404

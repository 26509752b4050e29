from datetime import timedelta

import pytest

from benefits.api.described import RedemptionShape
from benefits.models import Redemption
from profiles.models import Event, Location

pytestmark = pytest.mark.usefixtures("clock")


class TestRedeem:
    def test_with_no_body_at_all(self, api, url, issued):
        answer = api.post(f"{url}/{issued.pk}/redeem")

        assert answer.status_code == 201
        data = answer.json()["data"]
        assert set(data) == set(RedemptionShape().fields)
        assert data["profile_id"] == str(issued.profile_id)
        assert (data["type"], data["count"], data["redeem_at"]) == ("benefit", 1, "2026-05-01 12:00:00")
        (item,) = data["items"]
        assert (item["id"], item["type_attributes"]["redemptions_remaining"]) == (issued.pk, 0)
        assert item["type_attributes"]["why_not_redeemable"]["code"] == "fully_redeemed"
        assert Redemption.objects.get().pk == data["id"]

    def test_with_an_empty_body_of_json_and_by_its_older_name(self, api, url, coffee, member, at, cause):
        coffee.max_redemptions = 3
        coffee.save()
        benefit = coffee.issue(member, at=at, cause=cause)

        assert api.post(f"{url}/{benefit.pk}/redeem", "", content_type="application/json").status_code == 201
        assert api.post(f"{url}/{benefit.pk}/redeem/", {}, format="json").status_code == 201
        assert api.post(f"{url}/{benefit.pk}/redemptions").status_code == 201
        assert api.post(f"{url}/{benefit.pk}/redeem").json()["code"] == "fully_redeemed"

    def test_keeps_what_the_till_says(self, api, url, coffee, member, at, cause):
        coffee.max_redemptions, coffee.value = 5, 4
        coffee.save()
        shop = Location.objects.create(name="Fitzroy")
        benefit = coffee.issue(member, at=at, cause=cause)
        sent = {
            "count": 3,
            "location_id": shop.pk,
            "transaction_external_id": "T-1",
            "transaction_receipt_ref": "R-1",
            "meta": {"lane": 4},
        }

        data = api.post(f"{url}/{benefit.pk}/redeem", sent, format="json").json()["data"]

        assert {name: data[name] for name in sent} == sent
        assert (data["location"]["name"], data["total"]) == ("Fitzroy", 12.0)
        # Later it is told of in the same words.
        assert data["profile"]["full_name"] == "Maria Membrino"
        assert api.get(f"/api/v3/redemptions/{data['id']}").json()["data"] == data
        event = Event.objects.get(name="benefit.redeemed")
        assert (event.location, event.payload["count"], event.token.name) == (shop, 3, "Till")

    @pytest.mark.parametrize(
        "sent",
        [
            {"count": 0},
            {"count": -1},
            {"count": 1.5},
            {"count": "many"},
            {"count": True},
            {"count": None},
            {"count": 10**30},
            {"location_id": 0},
            {"location_id": 12345},
            {"transaction_external_id": "x" * 192},
            {"transaction_external_id": ["a"]},
            {"meta": "x"},
            {"meta": [1]},
            [],
            [1],
            "text",
            7,
        ],
    )
    def test_refuses_what_does_not_fit_and_uses_nothing(self, api, url, issued, sent):
        answer = api.post(f"{url}/{issued.pk}/redeem", sent, format="json")

        assert answer.status_code == 422, answer.json()
        assert not Redemption.objects.exists()
        issued.refresh_from_db()
        assert issued.redemptions == 0

    def test_refuses_with_the_reason_of_the_rule(self, api, url, coffee, member, issued, at, cause, clock):
        def refused(benefit, **sent):
            answer = api.post(f"{url}/{benefit.pk}/redeem", sent, format="json")
            assert answer.status_code == 409
            assert answer.json()["errors"] == {}
            return answer.json()["code"]

        assert refused(issued, count=2) == "fully_redeemed"
        assert refused(coffee.issue(member, at=at, issued_at=at + timedelta(hours=1), cause=cause)) == "not_issued_yet"
        assert refused(coffee.issue(member, at=at, cause=cause).revoke(at=at, cause=cause)) == "revoked"
        coffee.max_global_redemptions = 1
        coffee.save()
        coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)
        assert refused(issued) == "globally_redeemed"
        coffee.archive()
        assert refused(issued) == "archived"
        clock.move_to(issued.expires_at)
        assert refused(issued) == "expired"
        assert Redemption.objects.count() == 1

    def test_costs_few_queries(self, api, url, coffee, member, at, cause, django_assert_num_queries):
        coffee.max_redemptions = 2
        coffee.save()
        benefit = coffee.issue(member, at=at, cause=cause)
        api.post(f"{url}/{benefit.pk}/redeem")
        # One to read, a savepoint and its release in this test's transaction, four to write.
        with django_assert_num_queries(7):
            assert api.post(f"{url}/{benefit.pk}/redeem").status_code == 201

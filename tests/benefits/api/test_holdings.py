from datetime import timedelta

import pytest

from benefits.api.described import BenefitShape, WhyShape
from benefits.explaining import claim_clauses
from benefits.models import Benefit, BenefitDefinition
from profiles.models import Event, Location

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def claimable(coffee) -> BenefitDefinition:
    coffee.is_claimable = True
    coffee.save()
    return coffee


class TestRead:
    def test_shows_why_one_cannot_be_redeemed(self, api, url, issued, at, cause):
        issued.redeem(at=at, cause=cause)

        (row,) = api.get(url).json()["data"]

        assert row["why_not_redeemable"] == {"code": "fully_redeemed", "message": "This benefit has no uses left."}
        assert (row["is_redeemable"], row["redemptions_remaining"]) == (False, 0)
        assert set(row) == set(BenefitShape().fields)

    @pytest.mark.parametrize("whose", ["/profiles/{profile}/benefits", "/benefits"])
    def test_by_status(self, api, whose, coffee, member, issued, at, cause):
        old = coffee.issue(member, at=at, issued_at=at - timedelta(days=90), cause=cause)
        used = coffee.issue(member, at=at, cause=cause)
        used.redeem(at=at, cause=cause)
        taken = coffee.issue(member, at=at, cause=cause).revoke(at=at, cause=cause)
        later = coffee.issue(member, at=at, issued_at=at + timedelta(days=1), cause=cause)

        address = f"/api/v3{whose}".format(profile=member.pk)
        found = {
            status: [row["id"] for row in api.get(f"{address}?filter[status]={status}").json()["data"]]
            for status in ("active", "redeemable", "expired", "redeemed", "revoked")
        }

        assert found == {
            "active": [issued.pk, used.pk, later.pk],
            "redeemable": [issued.pk],
            "expired": [old.pk],
            "redeemed": [used.pk],
            "revoked": [taken.pk],
        }
        assert api.get(f"{address}?filter[status]=lost").status_code == 422

    def test_costs_the_same_for_one_and_for_many(self, api, url, issued, member, at, cause, django_assert_num_queries):
        api.get(url)
        with django_assert_num_queries(3):
            assert len(api.get(url).json()["data"]) == 1
        for number in range(499):
            definition = issued.definition if number > 20 else other_definition(number)
            definition.issue(member, at=at, cause=cause)
        api.get(f"{url}?page[size]=500")
        with django_assert_num_queries(3):
            assert len(api.get(f"{url}?page[size]=500").json()["data"]) == 500

    def test_sees_at_once_what_was_saved_elsewhere(self, api, url, issued, coffee, clock):
        api.get(url)
        clock.shift(1)
        coffee.name = "Flat white"
        coffee.save()

        assert api.get(url).json()["data"][0]["definition"]["name"] == "Flat white"

    def test_belongs_to_the_profile_of_the_path(self, api, url, issued, other_member):
        theirs = f"/api/v3/profiles/{other_member.pk}/benefits/{issued.pk}"

        assert api.get(f"{url}/{issued.pk}").json()["data"]["id"] == issued.pk
        for method, path in [
            ("get", ""),
            ("put", ""),
            ("delete", ""),
            ("get", "/why"),
            ("post", "/redeem"),
            ("post", "/redemptions"),
            ("post", "/extend"),
            ("post", "/revoke"),
        ]:
            assert getattr(api, method)(theirs + path).status_code == 404
        issued.refresh_from_db()
        assert (issued.redemptions, issued.revoked_at) == (0, None)

    @pytest.mark.parametrize("profile", ["nobody", "92d7fbd9-0000-4000-8000-000000000000", "0"])
    def test_answers_404_for_a_profile_that_is_not_there(self, api, db, profile):
        for path in ("", "/claimable", "/1", "/claimable/1/why-not"):
            assert api.get(f"/api/v3/profiles/{profile}/benefits{path}").status_code == 404
        for path in ("/issue", "/claim", "/claim-redeem", "/1/redeem", "/1/claim"):
            answer = api.post(f"/api/v3/profiles/{profile}/benefits{path}", {"definition": "1"}, format="json")
            assert answer.status_code == 404

    def test_of_a_deleted_profile_is_gone(self, api, url, issued, member, at):
        member.deleted_at = at
        member.save()

        assert api.get(url).status_code == 404
        assert api.get(f"{url}/{issued.pk}").status_code == 404
        assert api.post(f"{url}/{issued.pk}/redeem").status_code == 404


def other_definition(number: int) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name=f"Tea {number}", handle=f"tea-{number}")


class TestIssue:
    def test_records_who_where_and_why(self, api, url, coffee, manager):
        shop = Location.objects.create(name="Fitzroy")

        answer = api.post(
            f"{url}/issue",
            {"definition": "free-coffee", "reason": "Sorry.", "location_id": shop.pk, "external_id": "E-1"},
            format="json",
        )

        assert answer.status_code == 201
        assert (answer.json()["data"]["external_id"], answer.json()["data"]["claimed_at"]) == ("E-1", None)
        event = Event.objects.get(name="benefit.issued")
        assert (event.user, event.actor, event.location, event.reason) == (manager, "Till", shop, "Sorry.")

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"definition": "none"},
            {"definition": "x" * 100_000},
            {"definition": None},
            {"location_id": 99_999},
            {"location_id": 10**40},
            {"location_id": "shop"},
            {"reason": "x" * 501},
            {"expires_at": "never"},
        ],
    )
    def test_refuses_what_does_not_fit(self, api, url, coffee, sent):
        body = ({"definition": "free-coffee"} | sent) if sent else {}

        assert api.post(f"{url}/issue", body, format="json").status_code == 422
        assert not Benefit.objects.exists()


class TestClaim:
    def test_lists_claims_and_lists_no_more(self, api, url, claimable):
        (offered,) = api.get(f"{url}/claimable").json()["data"]
        assert offered["id"] == str(claimable.pk)

        answer = api.post(f"{url}/claim", {"definition": offered["handle"], "timezone": "Asia/Tokyo"}, format="json")

        assert answer.status_code == 201
        data = answer.json()["data"]
        assert (data["claimed_at"], data["timezone"]) == ("2026-05-01 12:00:00", "Asia/Tokyo")
        assert api.get(f"{url}/claimable").json()["data"] == []
        again = api.post(f"{url}/claim", {"definition": offered["id"]}, format="json")
        assert (again.status_code, again.json()["code"]) == (409, "already_held")
        assert Benefit.objects.count() == 1

    def test_the_older_form(self, api, url, claimable):
        answer = api.post(f"{url}/{claimable.pk}/claim")

        assert answer.status_code == 201
        assert answer.json()["data"]["definition"]["id"] == str(claimable.pk)
        assert api.post(f"{url}/999/claim").status_code == 404

    def test_the_same_external_id_claims_once(self, api, url, claimable):
        body = {"definition": "free-coffee", "external_id": "C-1"}

        first, second = (api.post(f"{url}/claim", body, format="json").json()["data"]["id"] for _ in range(2))

        assert first == second
        assert Benefit.objects.count() == 1

    def test_and_redeem_at_once_or_neither(self, api, url, claimable, coffee):
        answer = api.post(f"{url}/claim-redeem", {"definition": "free-coffee"}, format="json")

        assert answer.status_code == 201
        assert answer.json()["data"]["items"][0]["type_attributes"]["redemptions_remaining"] == 0
        assert coffee.counters.totals() == {"used": 1, "issued": 1}
        coffee.max_global_redemptions, coffee.is_reclaimable = 1, True
        coffee.save()
        refused = api.post(f"{url}/claim-redeem", {"definition": "free-coffee"}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "no_allocation_left")
        assert coffee.counters.totals() == {"used": 1, "issued": 1}
        assert Benefit.objects.count() == 1

    def test_why_not_agrees_with_the_verb(self, api, url, claimable, member, at):
        path = f"{url}/claimable/free-coffee/why-not"
        assert all(clause["holds"] for clause in api.get(path).json()["data"])
        changes = [
            {"is_archived": True},
            {"is_claimable": False},
            {"is_published": False},
            {"claim_period_start_at": at + timedelta(seconds=1)},
            {"claim_period_end_at": at},
        ]
        for change in changes:
            definition = BenefitDefinition.objects.get()
            for name, value in change.items():
                setattr(definition, name, value)

            failed = [one["code"] for one in claim_clauses(definition, member, at=at) if not one["holds"]]

            assert failed[0] == definition.why_not_claimable(member, at=at).code
        api.post(f"{url}/claim", {"definition": "free-coffee"}, format="json")
        (failed,) = [one for one in api.get(path).json()["data"] if not one["holds"]]
        assert (failed["code"], failed["actual"]) == ("already_held", {"held": 1, "is_reclaimable": False})
        assert failed["text"] == "The customer has already claimed this benefit."


class TestExtendRevokeWhy:
    def test_extend_by_days_or_to_a_date(self, api, url, coffee, issued):
        assert api.post(f"{url}/{issued.pk}/extend", {"days": 2}, format="json").json()["code"] == "not_extendable"
        coffee.is_extendable, coffee.max_extensions = True, 2
        coffee.save()

        first = api.post(f"{url}/{issued.pk}/extend", {"days": 2}, format="json").json()["data"]
        second = api.post(f"{url}/{issued.pk}/extend", {"date": "2026-12-31 23:59:59"}, format="json").json()["data"]

        assert (first["expires_at"], second["expires_at"]) == ("2026-06-02 23:59:59", "2026-12-31 23:59:59")
        assert second["extended_at"] == "2026-05-01 12:00:00"
        third = api.post(f"{url}/{issued.pk}/extend", {"days": 2}, format="json")
        assert (third.status_code, third.json()["code"]) == (409, "already_extended")
        earlier = {"date": "2026-01-01"}
        coffee.max_extensions = 3
        coffee.save()
        assert api.post(f"{url}/{issued.pk}/extend", earlier, format="json").json()["code"] == "not_later"
        assert api.post(f"{url}/{issued.pk}/extend", {}, format="json").status_code == 422
        assert (
            api.post(f"{url}/{issued.pk}/extend", {"date": "9998-12-31", "days": 1}, format="json").status_code == 422
        )

    def test_revoke_needs_a_reason_and_is_done_once(self, api, url, issued):
        assert api.post(f"{url}/{issued.pk}/revoke", {}, format="json").status_code == 422

        data = api.post(f"{url}/{issued.pk}/revoke", {"reason": "A mistake."}, format="json").json()["data"]

        assert (data["revoked_at"], data["revoke_reason"]) == ("2026-05-01 12:00:00", "A mistake.")
        again = api.post(f"{url}/{issued.pk}/revoke", {"reason": "A mistake."}, format="json")
        assert (again.status_code, again.json()["code"]) == (409, "already_revoked")

    def test_why_leads_back_to_the_first_cause(self, api, url, coffee, member, at, cause):
        first = member.record("tag.added", at=at, cause=cause, payload={"tag": "vip"})
        benefit = coffee.issue(member, at=at, cause=cause.because_of(first))

        data = api.get(f"{url}/{benefit.pk}/why").json()["data"]

        assert set(data) == set(WhyShape().fields)
        assert data["text"] == "Benefit issued by Clara in the back office."
        assert [link["name"] for link in data["chain"]] == ["benefit.issued", "tag.added"]
        assert data["chain"][1]["event_id"] == first.pk

    def test_change_and_delete(self, api, url, issued):
        assert (
            api.put(f"{url}/{issued.pk}", {"external_id": "E-1"}, format="json").json()["data"]["external_id"] == "E-1"
        )
        assert api.delete(f"{url}/{issued.pk}").status_code == 204
        assert api.get(f"{url}/{issued.pk}").status_code == 404
        assert api.get(url).json()["data"] == []


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (["create-benefits"], "get", ""),
        (["create-benefits"], "get", "/1"),
        (["create-benefits"], "get", "/1/why"),
        (["create-benefits"], "get", "/claimable"),
        (["create-benefits"], "get", "/claimable/1/why-not"),
        (["read-benefits"], "put", "/1"),
        (["read-benefits"], "delete", "/1"),
        (["read-benefits"], "post", "/issue"),
        (["create-benefits"], "post", "/claim"),
        (["claim-benefits"], "post", "/claim-redeem"),
        (["redeem-benefits"], "post", "/claim-redeem"),
        (["create-benefits"], "post", "/1/claim"),
        (["create-benefits"], "post", "/1/redeem"),
        (["create-benefits"], "post", "/1/redemptions"),
        (["redeem-benefits"], "post", "/1/extend"),
        (["create-benefits"], "post", "/1/revoke"),
    ],
)
def test_needs_its_scope(scoped, url, scopes, method, path):
    assert getattr(scoped(*scopes), method)(url + path).status_code == 403

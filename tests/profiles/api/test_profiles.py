import pytest

from profiles.models import Event
from tests.profiles.api.conftest import DOCUMENT


class TestReading:
    def test_shows_the_whole_document(self, call, carlos):
        number = carlos["id"]
        stamps = {"created_at": "2026-05-01 12:00:00", "updated_at": "2026-05-01 12:00:00"}
        identity, address = carlos["identities"][0]["id"], carlos["addresses"][0]["id"]
        date = carlos["attributes"]["dates"][0]["id"]
        home = {
            "id": address,
            "address_line_1": "12 Gertrude Street",
            "address_line_2": None,
            "address_line_3": None,
            "company": None,
            "city": "Fitzroy",
            "state": "Victoria",
            "postcode": "3065",
            "country": "Australia",
            "iso": None,
            "iso_state": None,
            "latitude": None,
            "longitude": None,
            "is_default": False,
            "notes": None,
            "meta": None,
            "external_id": None,
            **stamps,
        }
        assert isinstance(address, str)
        assert carlos == {
            "id": number,
            "title": "Mr.",
            "first_name": "Carlos",
            "last_name": "Bar",
            "full_name": "Carlos Bar",
            "email": "carlos@example.com",
            "gender": "male",
            "currency": None,
            "profile_type": "active",
            "joined_at": "2026-05-01 12:00:00",
            "mobile_phone": "0491 570 006",
            "mobile_phone_country": "AU",
            "mobile_phone_national": "0491 570 006",
            "mobile_phone_national_prefix": "0",
            "mobile_phone_e164": "+61491570006",
            "secondary_phone": None,
            "birth_day": 29,
            "birth_month": 2,
            "birth_year": 1984,
            "birth_date": "1984-02-29",
            "birth_days": 303,
            "birth_days_past": 62,
            "next_birthday": "2027-02-28",
            "company": None,
            "occupation": None,
            "avatar_url": None,
            "is_completed": False,
            "joined_location_id": None,
            "joined_location": None,
            "preferred_location_id": None,
            "preferred_location": None,
            "tier_handle": None,
            "tier": None,
            "region": None,
            "reward_balance": 0,
            "point_balance": 0,
            "point_balance_dollars": 0,
            "combined_balance_dollars": 0,
            "identities": [
                {
                    "id": identity,
                    "handle": "zendesk",
                    "identifier": "XYZ",
                    "is_primary": True,
                    "is_active": True,
                    "merged_from": None,
                    "profile_id": number,
                    **stamps,
                }
            ],
            "tags": ["staff", "vip"],
            "statuses": [],
            "statuses_original": [],
            "attributes": {
                "comms": {"email_promo": True, "email_consent_updated_at": "2026-05-01 12:00:00"},
                "appearance": {"size_shoe": "42"},
                "dates": [
                    {
                        "id": date,
                        "profile_id": number,
                        "type": None,
                        "date": "2019-04-12",
                        "name": None,
                        "handle": "birthday",
                        "relationship": "child",
                        "is_recurring": False,
                        "recurring_schedule": None,
                        "note": None,
                        "description": None,
                        "role": None,
                        "meta": None,
                        **stamps,
                    }
                ],
            },
            "custom_attributes": {"comms": {"interests": "kids", "visits": 3}},
            "custom_fields": {},
            "address": home,
            "addresses": [home],
            "regions": [],
            **stamps,
        }
        assert call("get", f"profiles/{number}")["data"] == carlos
        assert call("get", f"profiles/{number}/")["data"] == carlos
        assert call("get", "profiles")["data"] == [carlos]

    def test_an_empty_profile_has_every_key(self, call, carlos):
        empty = call("post", "profiles", {}, expect=201)["data"]
        assert empty.keys() == carlos.keys()
        assert (empty["email"], empty["full_name"], empty["birth_days"], empty["address"]) == (None, None, None, None)
        assert (empty["custom_attributes"], empty["attributes"]) == ({}, {"comms": {}, "appearance": {}, "dates": []})

    @pytest.mark.parametrize("number", ["0190c3ad-38cd-7747-b7f3-6649c9c05c5d", "7", "x", "%00", "null", "0" * 400])
    def test_of_a_profile_that_is_not_there_is_a_404(self, call, number):
        assert call("get", f"profiles/{number}", expect=404) == {"message": "Not Found"}


class TestListing:
    @pytest.mark.parametrize(
        "query",
        [
            "filter[email]=CARLOS@example.com",
            "filter[mobile_phone_e164]=%2B61491570006",
            "filter[mobile_phone]=0491570006",
            "filter[profile_type]=active&filter[tags.handle]=vip",
            "filter[identities.identifier]=XYZ",
            "filter[identities.handle]=zendesk&filter[identities.identifier]=XYZ",
            "filter[identities.identifier][in]=ABC,XYZ",
            "filter[tags.handle][in]=vip,staff",
            "filter[created_at][gte]=2026-05-01&filter[last_name]=Bar",
            "search=carl",
            "search=XYZ",
            "search=0491570006",
        ],
    )
    def test_finds_by(self, call, carlos, other_member, query):
        assert [one["id"] for one in call("get", f"profiles?{query}")["data"]] == [carlos["id"]]

    def test_takes_handle_and_identifier_of_the_same_identity(self, call, carlos):
        call("post", f"profiles/{carlos['id']}/identities", {"handle": "card", "identifier": "1"}, expect=201)
        assert call("get", "profiles?filter[identities.handle]=card&filter[identities.identifier]=XYZ")["data"] == []

    @pytest.mark.parametrize(
        ("query", "place"),
        [
            ("filter[shoe]=1", "filter[shoe]"),
            ("filter[profile_type]=good", "filter[profile_type]"),
            ("filter[birth_year]=99999999999999999999", "filter[birth_year]"),
            ("filter[id]=x", "filter[id]"),
            ("filter[mobile_phone][gte]=1", "filter[mobile_phone][gte]"),
            ("filter[identities.shoe]=1", "filter[identities.shoe]"),
            ("filter[email]=%00", "filter[email]"),
            ("search=%00", "search"),
            ("sort=shoe", "sort"),
            ("include=shoe", "include"),
            ("page[size]=x", "page[size]"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, call, query, place):
        answer = call("get", f"profiles?{query}", expect=422)
        assert (answer["message"], list(answer["errors"])) == ("The given data was invalid.", [place])

    def test_sorts_and_pages(self, call, carlos, other_member):
        newest = call("get", "profiles?sort=-created_at&page[size]=1")
        oldest = call("get", "profiles?page[size]=1")
        assert {newest["data"][0]["id"], oldest["data"][0]["id"]} == {carlos["id"], str(other_member.pk)}
        assert (newest["meta"]["total"], newest["meta"]["per_page"], newest["meta"]["last_page"]) == (2, 1, 2)

    def test_costs_the_same_for_1_and_30_and_500(self, call, carlos, django_assert_num_queries, at, cause):
        call("get", "profiles")

        def one_more(number: int) -> None:
            call(
                "post",
                "profiles",
                DOCUMENT
                | {
                    "email": f"c{number}@example.com",
                    "mobile_phone": None,
                    "identities": [{"handle": "zendesk", "identifier": str(number)}],
                },
                expect=201,
            )

        with django_assert_num_queries(8):
            call("get", "profiles?page[size]=500&include=identities")
        for number in range(29):
            one_more(number)
        with django_assert_num_queries(8):
            assert len(call("get", "profiles?page[size]=500")["data"]) == 30
        with django_assert_num_queries(7):
            call("get", f"profiles/{carlos['id']}")


class TestSyncing:
    def test_tells_of_one_again(self, call, member):
        assert call("get", f"profiles/{member.pk}/resync")["data"]["id"] == str(member.pk)
        assert Event.objects.get(name="profile.updated").payload == {"changes": {}, "resync": True}

    def test_tells_of_all_in_the_background(self, call, member, other_member):
        from jobs.working import run_one

        call("delete", f"profiles/{member.pk}", expect=204)
        assert call("post", "profiles/sync") == {"data": {"message": "Profiles queued for sync."}}
        assert not Event.objects.filter(name="profile.updated").exists()

        assert run_one(worker="w").state == "done"
        told = Event.objects.get(name="profile.updated")
        assert (told.profile, told.actor, told.payload) == (other_member, "Till", {"changes": {}, "resync": True})

    def test_tells_of_those_changed_since(self, call, member):
        from jobs.working import run_one

        call("post", "profiles/sync", {"updated_at": "2100-01-01"})
        assert run_one(worker="w").state == "done"
        assert not Event.objects.filter(name="profile.updated").exists()

    def test_refuses_a_wrong_moment(self, call):
        from jobs.models import Job

        assert list(call("post", "profiles/sync", {"updated_at": "soon"}, expect=422)["errors"]) == ["updated_at"]
        assert not Job.objects.exists()


class TestScope:
    def test_is_asked_for(self, db, manager, at, member):
        from datetime import UTC, datetime

        from rest_framework.test import APIClient

        from access.models import ApiToken

        end = datetime(2100, 1, 1, tzinfo=UTC)
        _, secret = ApiToken.objects.issue(name="T", user=manager, scopes=["read-identities"], at=at, expires_at=end)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        assert client.get("/api/v3/identities").status_code == 200
        for path in (
            "profiles",
            f"profiles/{member.pk}",
            "identities?include=profile",
            "identities/search-profile/1",
            "interactions",
        ):
            response = client.get(f"/api/v3/{path}")
            assert (response.status_code, response.json()) == (403, {"message": "This action is unauthorized."})
        assert APIClient().get("/api/v3/profiles").json() == {"message": "Unauthenticated."}

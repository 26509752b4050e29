import pytest
import time_machine

from profiles.models import Event, Profile

DOCUMENT = {
    "title": "Mr.",
    "first_name": "Carlos",
    "last_name": "Bar",
    "email": "Carlos@Example.com",
    "mobile_phone": "0491 570 006",
    "gender": "male",
    "birth_year": 1984,
    "birth_month": 2,
    "birth_day": 29,
    "identities": [{"handle": "zendesk", "identifier": "XYZ", "is_primary": True}],
    "tags": ["vip", "staff"],
    "addresses": [
        {
            "address_line_1": "12 Gertrude Street",
            "city": "Fitzroy",
            "state": "Victoria",
            "postcode": "3065",
            "country": "Australia",
        }
    ],
    "comms_attributes": {"email_promo": True},
    "appearance_attributes": {"size_shoe": 42},
    "dates_attributes": [{"handle": "birthday", "relationship": "child", "date": "2019-04-12 00:00:00"}],
    "custom_attributes": [
        {"namespace": "comms", "handle": "interests", "value": "kids"},
        {"namespace": "comms", "handle": "visits", "value": 3},
    ],
}


@pytest.fixture
def noon():
    with time_machine.travel("2026-05-01 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def carlos(call, noon) -> dict:
    return call("post", "profiles", DOCUMENT, expect=201)["data"]


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


class TestCreating:
    def test_is_told_with_who_did_it(self, call, carlos, manager):
        created = Event.objects.get(name="profile.created")
        assert (created.door, created.user, created.actor) == ("api", manager, "Till")
        names = list(Event.objects.order_by("id").values_list("name", flat=True))
        assert names == [
            *["profile.created", "consent.granted", "tag.added", "tag.added", "identity.created", "address.created"],
            *["date.created", "attribute.created", "attribute.created"],
        ]

    def test_a_taken_phone_says_it_in_omneos_words(self, call, carlos, untouched):
        untouched.start()
        answer = call("post", "profiles", {"mobile_phone": "+61 491 570 006"}, expect=422)
        assert answer["errors"] == {"mobile_phone": ["The phone number exists"]}
        untouched.check()

    def test_a_taken_email_is_refused_at_its_field(self, call, carlos, untouched):
        untouched.start()
        answer = call("post", "profiles", {"email": "CARLOS@EXAMPLE.COM", "tags": ["new"]}, expect=422)
        assert answer["errors"] == {"email": ["Another profile has this e-mail address."]}
        untouched.check()

    def test_something_wrong_in_what_is_nested_undoes_all(self, call, carlos, untouched):
        untouched.start()
        body = {
            "first_name": "Eve",
            "identities": [{"handle": "card", "identifier": "1"}, {"handle": "zendesk", "identifier": "XYZ"}],
        }
        answer = call("post", "profiles", body, expect=422)
        assert answer["errors"] == {"identities.1.identifier": ["Another profile has this identity."]}
        untouched.check()

    def test_names_locations_by_id_and_code(self, call):
        shop = call("post", "locations", {"name": "Fitzroy", "external_code": "FTZ"}, expect=201)["data"]
        body = {"joined_location_id": shop["id"], "preferred_location_external_code": "FTZ"}
        made = call("post", "profiles", body, expect=201)["data"]
        assert (made["joined_location_id"], made["preferred_location_id"]) == (shop["id"], shop["id"])
        assert made["joined_location"] == made["preferred_location"] == shop
        cleared = call("put", f"profiles/{made['id']}", {"joined_location_id": None})["data"]
        assert (cleared["joined_location_id"], cleared["preferred_location_id"]) == (None, shop["id"])

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"email": "x"}, "email"),
            ({"email": ["x@example.com"]}, "email"),
            ({"email": "a" * 200 + "@example.com"}, "email"),
            ({"first_name": {"a": 1}}, "first_name"),
            ({"first_name": "x" * 192}, "first_name"),
            ({"first_name": True}, "first_name"),
            ({"gender": "robot"}, "gender"),
            ({"gender": []}, "gender"),
            ({"profile_type": "deleted"}, "profile_type"),
            ({"profile_type": None}, "profile_type"),
            ({"profile_type": "gold"}, "profile_type"),
            ({"mobile_phone": "12"}, "mobile_phone"),
            ({"mobile_phone": "not a number"}, "mobile_phone"),
            ({"mobile_phone": "0491 570 006", "mobile_phone_country": "ZZ"}, "mobile_phone"),
            ({"mobile_phone_country": "AUS"}, "mobile_phone_country"),
            ({"joined_at": "yesterday"}, "joined_at"),
            ({"joined_at": "0000-01-01 00:00:00"}, "joined_at"),
            ({"joined_at": "99999-01-01 00:00:00"}, "joined_at"),
            ({"joined_at": "9999-12-31T23:59:59-14:00"}, "joined_at"),
            ({"joined_at": 5}, "joined_at"),
            ({"birth_day": 31, "birth_month": 2}, "birth_day"),
            ({"birth_day": 31}, "birth_day"),
            ({"birth_year": 0}, "birth_year"),
            ({"birth_year": 10**30}, "birth_year"),
            ({"birth_month": 13}, "birth_month"),
            ({"birth_date": "2020-02-30"}, "birth_date"),
            ({"birth_date": "0000-00-00"}, "birth_date"),
            ({"avatar_url": "javascript:alert(1)"}, "avatar_url"),
            ({"is_completed": None}, "is_completed"),
            ({"is_completed": {}}, "is_completed"),
            ({"joined_location_id": 999}, "joined_location_id"),
            ({"joined_location_id": 10**40}, "joined_location_id"),
            ({"joined_location_external_id": "nowhere"}, "joined_location_external_id"),
            ({"identities": {"handle": "x"}}, "identities.non_field_errors"),
            ({"identities": [{"handle": "x"}]}, "identities.0.identifier"),
            ({"identities": ["x"]}, "identities.0.non_field_errors"),
            ({"identities": [{"handle": "x", "identifier": ""}]}, "identities.0.identifier"),
            (
                {"identities": [{"handle": "h", "identifier": str(n)} for n in range(201)]},
                "identities.non_field_errors",
            ),
            ({"tags": "vip"}, "tags"),
            ({"tags": ["x" * 192]}, "tags.0"),
            ({"tags": [{}]}, "tags.0"),
            ({"addresses": [{"city": "Fitzroy"}]}, "addresses.0.address_line_1"),
            ({"comms_attributes": []}, "comms_attributes.non_field_errors"),
            ({"comms_attributes": {"email_promo": "perhaps"}}, "comms_attributes.email_promo"),
            ({"comms_attributes": {"email_verification": "lost"}}, "comms_attributes.email_verification"),
            ({"comms_attributes": {"terms_accepted_at": "x"}}, "comms_attributes.terms_accepted_at"),
            ({"appearance_attributes": {"size_top": []}}, "appearance_attributes.size_top"),
            ({"dates_attributes": [{"handle": "x", "date": "99999-01-01"}]}, "dates_attributes.0.date"),
            ({"dates_attributes": [{"handle": "x"}]}, "dates_attributes.0.date"),
            ({"custom_attributes": "x"}, "custom_attributes.non_field_errors"),
            ({"custom_attributes": {"comms": "kids"}}, "custom_attributes.comms"),
            ({"custom_attributes": [{"namespace": "n", "handle": "h"}]}, "custom_attributes.0.value"),
            (
                {"custom_attributes": [{"namespace": "n", "handle": "h", "type": "integer", "value": "x"}]},
                "custom_attributes.0.value",
            ),
            (
                {"custom_attributes": [{"namespace": "n", "handle": "h", "type": "blob", "value": 1}]},
                "custom_attributes.0.type",
            ),
            ({"custom_attributes": {"": {"": 1}}}, "custom_attributes.0.namespace"),
            ({"first_name": "a\x00b"}, "body"),
        ],
    )
    def test_refuses_what_is_wrong_at_its_place_and_writes_nothing(self, call, member, untouched, body, place):
        untouched.start()
        for method, path, more in (("post", "profiles", {}), ("put", f"profiles/{member.pk}", {"title": "New"})):
            if method == "put" and place in {"identities.0.identifier", "addresses.0.address_line_1"}:
                continue
            answer = call(method, path, more | body, expect=422)
            assert answer["message"] == "The given data was invalid."
            assert place in answer["errors"], answer
        untouched.check()

    def test_takes_a_birth_date_whole(self, call):
        made = call("post", "profiles", {"birth_date": "1985-01-10"}, expect=201)["data"]
        assert (made["birth_year"], made["birth_month"], made["birth_day"]) == (1985, 1, 10)


class TestChanging:
    def test_sent_back_as_it_was_read_changes_nothing(self, call, carlos, untouched):
        untouched.start()
        assert call("put", f"profiles/{carlos['id']}", carlos)["data"] == carlos
        untouched.check()

    def test_changes_what_is_sent_and_leaves_the_rest(self, call, carlos):
        changed = call("patch", f"profiles/{carlos['id']}", {"first_name": "Carla", "gender": None})["data"]
        same = carlos | {"first_name": "Carla", "full_name": "Carla Bar", "gender": None}
        assert changed == same | {"updated_at": changed["updated_at"]}
        event = Event.objects.get(name="profile.updated")
        assert event.payload == {"changes": {"first_name": ["Carlos", "Carla"], "gender": ["male", ""]}}

    def test_adds_to_what_is_nested_and_replaces_tags(self, call, carlos):
        body = {
            "tags": ["vip", "new"],
            "identities": [
                {"handle": "card", "identifier": "1"},
                {"handle": "zendesk", "identifier": "XYZ", "is_active": False},
            ],
            "addresses": [{"id": carlos["addresses"][0]["id"], "city": "Collingwood"}],
            "comms_attributes": {"sms_promo": False},
            "appearance_attributes": {"size_shoe": None, "size_top": "M"},
            "dates_attributes": [{"handle": "birthday", "relationship": "child", "name": "Mia"}],
            "custom_attributes": {"comms": {"visits": 4}, "shop": {"vip": True}},
        }
        changed = call("put", f"profiles/{carlos['id']}", body)["data"]
        assert changed["tags"] == ["new", "vip"]
        assert [(one["handle"], one["is_active"]) for one in changed["identities"]] == [
            ("zendesk", False),
            ("card", True),
        ]
        assert [one["city"] for one in changed["addresses"]] == ["Collingwood"]
        assert (changed["attributes"]["comms"]["email_promo"], changed["attributes"]["comms"]["sms_promo"]) == (
            True,
            False,
        )
        assert changed["attributes"]["appearance"] == {"size_top": "M"}
        assert [(one["name"], one["date"]) for one in changed["attributes"]["dates"]] == [("Mia", "2019-04-12")]
        assert changed["custom_attributes"] == {"comms": {"interests": "kids", "visits": 4}, "shop": {"vip": True}}

    def test_an_address_of_somebody_else_is_refused(self, call, carlos, member, untouched):
        untouched.start()
        body = {"addresses": [{"id": carlos["addresses"][0]["id"], "city": "X"}]}
        answer = call("put", f"profiles/{member.pk}", body, expect=422)
        assert answer["errors"] == {"addresses.0.id": ["This profile has no such address."]}
        untouched.check()

    def test_an_identity_of_somebody_else_is_refused(self, call, carlos, member, untouched):
        untouched.start()
        answer = call("put", f"profiles/{member.pk}", {"identities": carlos["identities"]}, expect=422)
        assert answer["errors"] == {"identities.0.identifier": ["Another profile has this identity."]}
        untouched.check()

    def test_update_type(self, call, member):
        assert (
            call("put", f"profiles/{member.pk}/update-type", {"profile_type": "pending"})["data"]["profile_type"]
            == "pending"
        )
        for wrong in ({}, {"profile_type": "deleted"}, {"profile_type": 7}, {"profile_type": None}):
            assert list(call("put", f"profiles/{member.pk}/update-type", wrong, expect=422)["errors"]) == [
                "profile_type"
            ]
        assert Profile.objects.get().profile_type == "pending"


class TestDeleting:
    def test_is_gone_everywhere_and_frees_what_is_unique(self, call, carlos):
        assert call("delete", f"profiles/{carlos['id']}", expect=204) is None
        for method, path in [
            *[("get", ""), ("put", ""), ("patch", ""), ("delete", ""), ("get", "/resync"), ("put", "/update-type")],
            *[("get", "/identities"), ("post", "/identities"), ("get", "/identities/zendesk"), ("get", "/addresses")],
            *[
                ("get", "/attributes/comms"),
                ("put", "/attributes/comms"),
                ("get", "/attributes/dates"),
                ("put", "/comms"),
            ],
            *[("put", "/attributes/dates"), ("get", "/attributes/custom"), ("put", "/attributes/custom/a:b")],
            *[
                ("get", "/interactions"),
                ("post", "/interactions"),
                ("get", "/tags"),
                ("post", "/tags"),
                ("get", "/timeline"),
            ],
        ]:
            body = None if method in ("get", "delete") else {}
            assert call(method, f"profiles/{carlos['id']}{path}", body, expect=404) == {"message": "Not Found"}
        assert call("get", "profiles")["data"] == call("get", "identities")["data"] == []
        call("post", "profiles", DOCUMENT, expect=201)

    def test_purge_erases_also_what_was_deleted(self, call, carlos):
        call("delete", f"profiles/{carlos['id']}", expect=204)
        call("delete", f"profiles/{carlos['id']}/purge", expect=204)
        call("delete", f"profiles/{carlos['id']}/purge", expect=404)
        erased = Profile.objects.get()
        assert (erased.first_name, erased.email, erased.erased_at is not None) == ("", None, True)

    def test_purge_erases_a_living_profile(self, call, carlos):
        call("delete", f"profiles/{carlos['id']}/purge", expect=204)
        call("get", f"profiles/{carlos['id']}", expect=404)
        assert Profile.objects.get().first_name == ""


class TestMerging:
    def test_answers_with_the_one_that_stays(self, call, carlos, member):
        body = {"source_profile_id": carlos["id"], "destination_profile_id": str(member.pk)}
        winner = call("post", "profiles/merge", body)["data"]
        assert (winner["id"], winner["email"]) == (str(member.pk), "maria@example.com")
        assert [one["merged_from"] for one in winner["identities"]] == [carlos["id"]]
        call("get", f"profiles/{carlos['id']}", expect=404)

    def test_refuses_the_same_and_the_merged(self, call, carlos, member):
        same = {"source_profile_id": carlos["id"], "destination_profile_id": carlos["id"]}
        assert call("post", "profiles/merge", same, expect=409)["code"] == "same_profile"
        body = {"source_profile_id": carlos["id"], "destination_profile_id": str(member.pk)}
        call("post", "profiles/merge", body)
        assert call("post", "profiles/merge", body, expect=409)["code"] == "already_merged"

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({}, "source_profile_id"),
            ({"source_profile_id": "x", "destination_profile_id": "y"}, "source_profile_id"),
            ({"source_profile_id": 10**50, "destination_profile_id": []}, "destination_profile_id"),
            (
                dict.fromkeys(("source_profile_id", "destination_profile_id"), "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"),
                "source_profile_id",
            ),
        ],
    )
    def test_refuses_what_is_no_profile(self, call, body, place):
        assert place in call("post", "profiles/merge", body, expect=422)["errors"]


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

import pytest

from profiles.models import Event, Profile


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

import pytest

from profiles.models import Event, Identity


@pytest.fixture
def card(call, member) -> dict:
    body = {"handle": "loyalty-card", "identifier": "29/00 0001", "is_primary": True}
    return call("post", f"profiles/{member.pk}/identities", body, expect=201)["data"]


class TestOfOneProfile:
    def test_is_added_with_the_default_of_being_active(self, call, card, member):
        assert card == {
            "id": card["id"],
            "handle": "loyalty-card",
            "identifier": "29/00 0001",
            "is_primary": True,
            "is_active": True,
            "merged_from": None,
            "profile_id": str(member.pk),
            "created_at": card["created_at"],
            "updated_at": card["updated_at"],
        }
        assert isinstance(card["id"], int)
        for path in ("identities/loyalty-card", f"identities/id/{card['id']}"):
            assert call("get", f"profiles/{member.pk}/{path}")["data"] == card
        assert call("get", f"profiles/{member.pk}/identities") == {"data": [card]}
        created = Event.objects.get(name="identity.created")
        assert (created.door, created.profile, created.subject_id) == ("api", member, str(card["id"]))

    def test_of_several_of_one_system_the_primary_then_the_newest_stands_for_it(self, call, member):
        path = f"profiles/{member.pk}/identities"
        for number in ("1", "2"):
            call("post", path, {"handle": "card", "identifier": number}, expect=201)
        assert call("get", f"{path}/card")["data"]["identifier"] == "2"
        first = call("get", path)["data"][0]
        call("put", f"{path}/id/{first['id']}", {"is_primary": True})
        assert call("get", f"{path}/card")["data"]["identifier"] == "1"

    @pytest.mark.parametrize("where", ["loyalty-card", "id/{id}"])
    def test_is_changed_and_deleted_by_handle_and_by_number(self, call, card, member, where):
        path = f"profiles/{member.pk}/identities/{where.format(id=card['id'])}"
        changed = call("put", path, card | {"identifier": "30", "is_active": False})["data"]
        assert changed == card | {"identifier": "30", "is_active": False, "updated_at": changed["updated_at"]}
        call("delete", path, expect=204)
        assert call("get", path, expect=404) == {"message": "Not Found"}
        call("delete", path, expect=404)

    @pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "%00", "1.5"])
    def test_of_a_number_that_cannot_be_is_a_404(self, call, member, number):
        call("get", f"profiles/{member.pk}/identities/id/{number}", expect=404)

    def test_of_another_profile_is_a_404(self, call, card, other_member):
        for path in ("identities/loyalty-card", f"identities/id/{card['id']}"):
            call("get", f"profiles/{other_member.pk}/{path}", expect=404)
            call("put", f"profiles/{other_member.pk}/{path}", {"identifier": "1"}, expect=404)
            call("delete", f"profiles/{other_member.pk}/{path}", expect=404)
        assert Identity.objects.get().identifier == "29/00 0001"

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({}, {"handle": ["This field is required."], "identifier": ["This field is required."]}),
            (
                {"handle": "loyalty-card", "identifier": "29/00 0001"},
                {"identifier": ["Another profile has this identity."]},
            ),
            ({"handle": "", "identifier": "1"}, {"handle": ["This field may not be blank."]}),
            ({"handle": [], "identifier": "1"}, {"handle": ["This must be a text."]}),
            (
                {"handle": "x" * 192, "identifier": "1"},
                {"handle": ["This can have at most 191 characters."]},
            ),
            (
                {"handle": "x", "identifier": "1", "is_primary": "maybe"},
                {"is_primary": ["This must be true or false."]},
            ),
        ],
    )
    def test_that_is_wrong_is_refused(self, call, card, other_member, body, errors):
        answer = call("post", f"profiles/{other_member.pk}/identities", body, expect=422)
        assert answer == {"message": "The given data was invalid.", "errors": errors}
        assert Identity.objects.count() == 1


class TestOfAll:
    def test_is_filtered_and_brings_its_profile_along(self, call, card, member, other_member):
        call("post", f"profiles/{other_member.pk}/identities", {"handle": "x", "identifier": "1"}, expect=201)
        assert call("get", "identities?filter[handle]=loyalty-card")["data"] == [card]
        assert call("get", f"identities?filter[profile_id]={member.pk}")["data"] == [card]
        whole = call("get", f"profiles/{member.pk}")["data"]
        shown = call("get", "identities?filter[handle]=loyalty-card&include=profile")["data"]
        assert shown == [card | {"profile": whole}]

    def test_refuses_what_it_cannot_bring_along(self, call, card):
        assert call("get", "identities?include=shoe", expect=422)["errors"] == {
            "include": ["This can bring along: profile."]
        }

    def test_costs_the_same_for_1_and_30(self, call, card, member, at, cause, django_assert_num_queries):
        call("get", "identities")
        for count in (1, 30):
            with django_assert_num_queries(2):
                assert len(call("get", "identities?page[size]=50")["data"]) == count
            with django_assert_num_queries(9):
                call("get", "identities?include=profile&page[size]=50")
            for number in range(29 if count == 1 else 0):
                member.add_identity(handle="shop", identifier=str(number), at=at, cause=cause)


class TestLookup:
    def test_finds_by_the_identifier_whatever_the_system(self, call, card, member, django_assert_num_queries):
        whole = call("get", f"profiles/{member.pk}")["data"]
        with django_assert_num_queries(7):
            assert call("get", "identities/search-profile/29/00%200001") == {"data": [whole]}
        with django_assert_num_queries(7):
            body = {"type": "loyalty-card", "id": " 29/00 0001 "}
            assert call("post", "profiles/search-id", body) == {"data": whole}
        assert call("get", "identities/search?identifier=29/00%200001&handle=loyalty-card") == {"data": [whole]}
        assert call("get", "identities/search?identifier=29/00%200001") == {"data": [whole]}

    def test_finds_nobody_by_what_is_unknown_or_switched_off(self, call, card, member):
        assert call("get", "identities/search-profile/77") == {"data": []}
        assert call("get", "identities/search?identifier=29/00%200001&handle=shopify") == {"data": []}
        call("post", "profiles/search-id", {"type": "shopify", "id": "29/00 0001"}, expect=404)
        call("put", f"profiles/{member.pk}/identities/loyalty-card", {"is_active": False})
        assert call("get", "identities/search-profile/29/00%200001") == {"data": []}
        call("post", "profiles/search-id", {"type": "loyalty-card", "id": "29/00 0001"}, expect=404)

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, ["type", "id"]),
            ({"type": "x"}, ["id"]),
            ({"type": {}, "id": []}, ["type", "id"]),
            ({"type": "x", "id": ""}, ["id"]),
        ],
    )
    def test_refuses_a_search_without_type_or_id(self, call, db, body, places):
        assert list(call("post", "profiles/search-id", body, expect=422)["errors"]) == places

    def test_refuses_a_search_for_nothing(self, call, db):
        assert list(call("get", "identities/search", expect=422)["errors"]) == ["identifier"]
        call("get", "identities/search-profile/%00", expect=404)


class TestAvailability:
    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ({"email": "MARIA@example.com"}, {"is_available": False, "email": False, "mobile_phone": None}),
            ({"email": "new@example.com"}, {"is_available": True, "email": True, "mobile_phone": None}),
            ({"mobile_phone": "+61450551500"}, {"is_available": False, "email": None, "mobile_phone": False}),
            (
                {"email": "new@example.com", "mobile_phone": "0450 551 500"},
                {"is_available": False, "email": True, "mobile_phone": False},
            ),
        ],
    )
    def test_says_which_is_free(self, call, member, body, answer):
        assert call("post", "profiles/availability", body) == {"data": answer}

    @pytest.mark.parametrize(
        ("body", "places"), [({}, ["email"]), ({"email": "x"}, ["email"]), ({"mobile_phone": "1"}, ["mobile_phone"])]
    )
    def test_refuses_what_cannot_be_asked(self, call, db, body, places):
        assert list(call("post", "profiles/availability", body, expect=422)["errors"]) == places

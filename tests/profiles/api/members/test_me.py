"""The member's own profile: the endpoints of `/profiles/{p}`, at `/profiles/me`."""

import pytest
from rest_framework.test import APIClient

from profiles.cause import Cause
from profiles.models import Event, Identity, Profile, Tag


def test_it_answers_as_the_rest_api_does(me, api, member):
    member_says = me("get", "profiles/me")
    assert member_says == api.get(f"/api/v3/profiles/{member.pk}").json()
    assert member_says["data"]["email"] == "maria@example.com"


@pytest.mark.parametrize(
    "path", ["profiles/me", "profiles/me/", "/profiles/me", "/profiles/me/identities", "//profiles/me/identities/"]
)
def test_slashes_may_be_one_more_or_less(me, path):
    assert "data" in me("get", path)


@pytest.mark.parametrize(
    "path", ["", "profiles/you", "profiles/me/secrets", "profiles/connection/1/benefits", "users/me"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_there_is_a_404_in_json(me, method, path):
    assert me(method, path, expect=404) == {"message": "Not Found"}


def test_another_profile_has_no_address(me, other_member):
    for path in (
        f"profiles/{other_member.pk}",
        f"profiles/{other_member.pk}/identities",
        f"profiles/me/{other_member.pk}",
    ):
        me("get", path, expect=404)


def test_changing_oneself(me, member):
    body = {"first_name": "Mary", "custom_attributes": [{"namespace": "shop", "handle": "size", "value": "M"}]}
    data = me("put", "profiles/me", body)["data"]
    assert (data["first_name"], data["custom_attributes"]) == ("Mary", {"shop": {"size": "M"}})
    event = Event.objects.get(name="profile.updated")
    assert (event.door, event.actor, event.user, event.token, event.profile_id) == ("member", "", None, None, member.pk)


def test_what_the_retailer_says_of_one_is_ignored(me, member, at):
    member.add_tags("regular", at=at, cause=Cause())
    document = me("get", "profiles/me")["data"]
    lies = {"tags": ["vip"], "profile_type": "system", "is_completed": True, "joined_at": "1999-01-01 00:00:00"}
    assert me("put", "profiles/me", document | lies)["data"] == document
    assert me("patch", "profiles/me", lies)["data"] == document
    assert not Event.objects.filter(door="member").exists()


def test_anothers_e_mail_cannot_be_taken(me, member, other_member):
    me("put", "profiles/me", {"email": "otto@example.com", "first_name": "X"}, expect=422)
    assert Profile.objects.get(pk=member.pk).first_name == "Maria"


def test_identities_in_their_four_forms(me, member):
    made = me("post", "profiles/me/identities", {"handle": "card", "identifier": "77"}, expect=201)["data"]
    assert me("get", "profiles/me/identities")["data"] == [made]
    assert me("get", "profiles/me/identities/card")["data"] == made
    assert me("get", f"profiles/me/identities/id/{made['id']}")["data"] == made
    changed = me("put", f"profiles/me/identities/id/{made['id']}", {"identifier": "78"})["data"]
    assert changed["identifier"] == "78"
    me("delete", "profiles/me/identities/card", expect=204)
    assert Identity.objects.count() == 0


def test_what_belongs_to_one(me):
    assert me("put", "profiles/me/attributes/comms", {"sms_promo": True})["data"]["sms_promo"] is True
    assert me("put", "profiles/me/comms", {"sms_promo": False})["data"][0]["sms_promo"] is False
    assert me("put", "profiles/me/attributes/appearance", {"size_shoe": "41"})["data"]["size_shoe"] == "41"
    day = me(
        "put", "profiles/me/attributes/dates", {"handle": "birthday", "relationship": "child", "date": "2020-02-03"}
    )
    assert me("get", "profiles/me/attributes/dates")["data"] == [day["data"]]
    assert me("delete", f"profiles/me/attributes/dates/{day['data']['id']}") == {"data": []}
    me("put", "profiles/me/attributes/custom/shop:size", {"value": "M"})
    assert me("get", "profiles/me/attributes/custom/shop:size")["data"]["value"] == "M"
    me("delete", "profiles/me/attributes/custom/shop:size", expect=204)
    place = {
        "address_line_1": "1 High St",
        "city": "Fitzroy",
        "postcode": "3065",
        "state": "VIC",
        "country": "Australia",
    }
    home = me("post", "profiles/me/addresses", place, expect=201)["data"]
    assert me("get", f"profiles/me/addresses/{home['id']}")["data"] == home
    assert Event.objects.exclude(name="profile.created").values_list("door", flat=True).distinct().get() == "member"


def test_an_interaction_names_no_staff_and_makes_no_tag(me, other_member):
    body = {"action": "visit", "channel": "location", "signal": 1, "name": "Visit", "namespace": "shop"}
    made = me("post", "profiles/me/interactions", body | {"staff_id": str(other_member.pk), "tags": ["x"]}, expect=201)[
        "data"
    ]
    assert (made["staff_id"], made["tags"], Tag.objects.count()) == (None, [], 0)
    assert me("get", "profiles/me/interactions")["data"] == [made]
    assert Event.objects.get(name="interaction.created").door == "member"
    me("delete", f"profiles/me/interactions/{made['id']}", expect=204)


def test_type_resync_and_leaving(me, member):
    assert me("put", "profiles/me/update-type", {"profile_type": "pending"})["data"]["profile_type"] == "pending"
    me("put", "profiles/me/update-type", {"profile_type": "deleted"}, expect=422)
    assert me("get", "profiles/me/resync")["data"]["id"] == str(member.pk)
    me("delete", "profiles/me", expect=204)
    me("get", "profiles/me", expect=401)
    assert Event.objects.get(name="profile.deleted").door == "member"


def test_being_forgotten(me, member):
    me("delete", "profiles/me/purge", expect=204)
    me("get", "profiles/me", expect=401)
    assert Profile.objects.get(pk=member.pk).erased_at is not None


def test_limits_are_counted_per_member(me, as_member, member, other_member, settings):
    settings.MEMBER_REQUESTS_PER_MINUTE = 2
    me("get", "profiles/me")
    me("get", "profiles/me/identities")
    answer = as_member(member).client.get("/id/api/v1/profiles/me")
    assert (answer.status_code, answer.json()) == (429, {"message": "Too Many Attempts."})
    assert int(answer["Retry-After"]) >= 1
    as_member(other_member)("get", "profiles/me")


def test_one_key_one_effect(me, as_member, other_member):
    body = {"handle": "card", "identifier": "77"}
    first = me("post", "profiles/me/identities", body, expect=201, HTTP_IDEMPOTENCY_KEY="k1")
    assert me("post", "profiles/me/identities", body, expect=201, HTTP_IDEMPOTENCY_KEY="k1") == first
    assert Identity.objects.count() == 1
    other = as_member(other_member)
    body = {"handle": "card", "identifier": "88"}
    assert other("post", "profiles/me/identities", body, expect=201, HTTP_IDEMPOTENCY_KEY="k1") != first


def test_without_a_token(db):
    answer = APIClient().get("/id/api/v1/profiles/me")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    assert answer["WWW-Authenticate"] == "Bearer"

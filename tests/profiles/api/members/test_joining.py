"""What an anonymous token may do: join, and say what one allows. And what it may not learn by that."""

import pytest

from profiles.models import Event, Profile

RECEIVED = {"data": {"message": "Thank you, this was received."}}


@pytest.fixture
def nobody(as_member):
    return as_member(None)


def test_somebody_joins(nobody, at):
    body = {
        "first_name": "Nina",
        "email": "Nina@Example.com",
        "mobile_phone": "0450 551 501",
        "birth_date": "1990-02-28",
        "comms_attributes": {"email_promo": True},
    }
    assert nobody("post", "profiles", body, expect=202) == RECEIVED
    profile = Profile.objects.get()
    assert (profile.first_name, profile.email, profile.mobile_phone_e164) == (
        "Nina",
        "nina@example.com",
        "+61450551501",
    )
    assert (profile.birth_day, profile.joined_at, profile.profile_type) == (28, at, "active")
    assert profile.comms["email_promo"] is True
    assert set(profile.events.values_list("name", "door", "actor")) == {
        ("profile.created", "member", ""),
        ("consent.granted", "member", ""),
    }


@pytest.mark.parametrize(
    "address",
    [
        {"email": "MARIA@example.com"},
        {"mobile_phone": "+61 450 551 500"},
        {"email": "maria@example.com", "mobile_phone": "0450551500"},
        {"email": "new@example.com", "mobile_phone": "0450551500"},
    ],
)
def test_who_is_known_says_what_they_allow_and_nothing_else(nobody, member, address):
    before = Profile.objects.values().get(pk=member.pk)
    body = address | {
        "first_name": "Mallory",
        "gender": "male",
        "comms_attributes": {"email_promo": False},
        "tags": ["vip"],
        "identities": [{"handle": "card", "identifier": "1"}],
    }
    assert nobody("post", "profiles", body, expect=202) == RECEIVED
    after = Profile.objects.values().get(pk=member.pk)
    assert {name for name, value in after.items() if value != before[name]} - {"updated_at"} == {"comms"}
    assert after["comms"]["email_promo"] is False
    assert (Profile.objects.count(), member.tags.count(), member.identities.count()) == (1, 0, 0)
    assert Event.objects.get(name="consent.withdrawn").door == "member"


def test_an_address_of_each_of_two_customers_is_the_e_mails(nobody, member, other_member):
    body = {"email": "otto@example.com", "mobile_phone": "0450551500", "comms_attributes": {"sms_promo": True}}
    assert nobody("post", "profiles", body, expect=202) == RECEIVED
    comms = dict(Profile.objects.values_list("email", "comms"))
    assert comms["maria@example.com"] == {}
    assert comms["otto@example.com"]["sms_promo"] is True


WRONG = [
    {"mobile_phone": "12"},
    {"birth_date": "1990-02-30"},
    {"birth_day": 31, "birth_month": 2},
    {"gender": "cat"},
    {"comms_attributes": {"email_promo": "perhaps"}},
    {"comms_attributes": {"terms_accepted_version": 192 * "x"}},
    {"preferred_location_id": 999},
    {"avatar_url": "nowhere"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_known_address_and_a_new_one_are_answered_alike(nobody, member, wrong):
    """Else the answer to something wrong would tell which addresses are customers'."""
    known = nobody("post", "profiles", {"email": "maria@example.com"} | wrong, expect=422)
    new = nobody("post", "profiles", {"email": "nobody@example.com"} | wrong, expect=422)
    assert known == new
    assert Profile.objects.count() == 1
    assert Event.objects.exclude(name="profile.created").count() == 0


@pytest.mark.parametrize("body", [None, {}, {"first_name": "Nina"}, {"email": ""}, {"email": None, "mobile_phone": ""}])
def test_it_takes_an_address(nobody, db, body):
    assert nobody("post", "profiles", body, expect=422)["errors"] == {
        "email": ["Send an e-mail address or a mobile phone."]
    }
    assert Profile.objects.count() == 0


def test_what_the_retailer_says_cannot_be_claimed(nobody):
    body = {
        "email": "nina@example.com",
        "tags": ["vip"],
        "profile_type": "system",
        "is_completed": True,
        "joined_at": "1999-01-01",
        "identities": [{"handle": "staff", "identifier": "1"}],
        "custom_attributes": {"shop": {"tier": "gold"}},
        "comms_attributes": {"email_bounced": True, "email_verification": "sent", "email_promo": True},
    }
    nobody("post", "profiles", body, expect=202)
    profile = Profile.objects.get()
    assert (profile.profile_type, profile.is_completed, profile.joined_at.year) == ("active", False, 2026)
    assert [rows.count() for rows in (profile.tags, profile.identities, profile.custom_attributes)] == [0, 0, 0]
    assert set(profile.comms) == {"email_promo", "email_consent_updated_at"}


def test_nobody_may_do_anything_else(nobody, member):
    for method in ("get", "put", "delete"):
        assert nobody(method, "profiles/me", {}, expect=404) == {"message": "Not Found"}
    for method, path in (
        ("get", "profiles/me/benefits"),
        ("post", "profiles/me/benefits/claim"),
        ("post", "profiles/me/identities"),
        ("get", "profiles/me/transactions"),
        ("delete", "profiles/me/purge"),
    ):
        nobody(method, path, {}, expect=404)
    nobody("get", "profiles", expect=405)


def test_joining_is_for_nobody_yet(me):
    assert me("post", "profiles", {"email": "nina@example.com"}, expect=403) == {
        "message": "This action is unauthorized."
    }


def test_one_key_joins_once(nobody):
    body = {"email": "nina@example.com"}
    answers = [nobody("post", "profiles", body, expect=202, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers == [RECEIVED, RECEIVED]
    assert Event.objects.filter(name="profile.created").count() == 1

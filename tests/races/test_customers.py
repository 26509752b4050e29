"""One e-mail, one phone, one card, one attribute, wanted by several callers at the same moment."""

from time import sleep

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from profiles.cause import Cause
from profiles.member_tokens import SIGNED_IN, sign_in, signed
from profiles.models import CustomAttribute, Event, Identity, Profile
from tests.conftest import NOON

CALLERS = 6


@pytest.fixture
def caller(token):
    """Make a client of its own for each thread."""

    def make() -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"email": "one@example.com"}, {"email": ["Another profile has this e-mail address."]}),
        ({"mobile_phone": "0491 570 006"}, {"mobile_phone": ["The phone number exists"]}),
        (
            {"identities": [{"handle": "card", "identifier": "1"}]},
            {"identities.0.identifier": ["Another profile has this identity."]},
        ),
    ],
)
def test_one_enrols_and_the_others_are_told_what_is_taken(caller, at_once, body, errors):
    answers = at_once([lambda: caller().post("/api/v3/profiles", body, format="json") for _ in range(CALLERS)])

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (CALLERS - 1)
    for answer in answers:
        if answer.status_code == 422:
            assert answer.json() == {"message": "The given data was invalid.", "errors": errors}
    assert (Profile.objects.count(), Event.objects.filter(name="profile.created").count()) == (1, 1)


def test_one_of_two_profiles_gets_the_card(caller, at_once, member, other_member):
    body = {"handle": "card", "identifier": "1"}
    answers = at_once(
        [
            lambda profile=profile: caller().post(f"/api/v3/profiles/{profile.pk}/identities", body, format="json")
            for profile in (member, other_member)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert Identity.objects.count() == 1


def test_an_attribute_is_made_once_and_every_value_is_told(caller, at_once, member):
    path = f"/api/v3/profiles/{member.pk}/attributes/custom/shop:visits"
    answers = at_once(
        [lambda number=number: caller().put(path, {"value": number}, format="json") for number in range(CALLERS)]
    )
    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert CustomAttribute.objects.count() == 1
    told = Event.objects.filter(name__startswith="attribute.").order_by("id").values_list("name", flat=True)
    assert list(told) == ["attribute.created"] + ["attribute.updated"] * (CALLERS - 1)


def test_two_fields_changed_at_once_are_both_kept(caller, at_once, member):
    path = f"/api/v3/profiles/{member.pk}"
    at_once(
        [
            lambda body=body: caller().put(path, body, format="json")
            for body in ({"company": "Acme"}, {"occupation": "Baker"}, {"comms_attributes": {"email_promo": True}})
        ]
    )
    member.refresh_from_db()
    assert (member.company, member.occupation, member.comms["email_promo"]) == ("Acme", "Baker", True)


def join():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(None, at=timezone.now())[0]}")
    body = {"email": "one@example.com", "comms_attributes": {"email_promo": True}}
    return client.post("/id/api/v1/profiles", body, format="json")


def test_one_joins_and_nobody_learns_who_was_first(at_once):
    answers = at_once([join] * CALLERS)

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert Profile.objects.get().comms["email_promo"] is True
    told = sorted(Event.objects.values_list("name", flat=True))
    assert told == ["consent.granted", "profile.created"]


def test_without_looking_again_the_others_would_learn_it(at_once, monkeypatch):
    monkeypatch.setattr("profiles.joining.holder_of", lambda candidate: None)
    statuses = [answer.status_code for answer in at_once([join] * CALLERS)]
    assert sorted(statuses) == [202] + [422] * (CALLERS - 1)


def signs_in(member: Profile) -> str:
    return sign_in(Profile.objects.get(pk=member.pk), at=NOON, cause=Cause())[0]


def test_of_a_day_one_sign_in_is_told(at_once, member):
    tokens = at_once([lambda: signs_in(member)] * CALLERS)
    assert all(isinstance(token, str) for token in tokens)
    assert Event.objects.filter(name=SIGNED_IN).count() == 1


def test_without_the_turn_several_sign_ins_are_told(at_once, member, monkeypatch):
    monkeypatch.setattr(Profile, "wait_for_turn", lambda self: sleep(0.2))
    at_once([lambda: signs_in(member)] * CALLERS)
    assert Event.objects.filter(name=SIGNED_IN).count() > 1

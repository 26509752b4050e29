import pytest

from access.models import ApiToken
from profiles.cause import Cause, Door
from profiles.models import Event, Location
from profiles.telling import by_whom, sentence


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        ("profile.created", {}, "The profile was created."),
        ("profile.updated", {"changes": {"last_name": ["A", "B"]}}, "The last name was changed."),
        (
            "profile.updated",
            {"changes": {"company": ["", "B"], "mobile_phone": ["", "1"], "mobile_phone_e164": ["", "+1"]}},
            "The company and mobile phone were changed.",
        ),
        ("profile.updated", {"changes": {"comms": [{}, {}]}}, "The consents were changed."),
        ("profile.updated", {"erased": True, "fields": ["company"]}, "The company was changed."),
        ("profile.updated", {"erased": True, "fields": []}, "The profile was changed."),
        ("address.updated", {"changes": {"city": ["A", "B"]}}, "The city of the address was changed."),
        (
            "profile.merged",
            {"moved": {"Notes": 2}},
            "Another profile was merged into this one, bringing its notes (2).",
        ),
        ("profile.merged", {}, "Another profile was merged into this one."),
        ("tag.added", {"tag": "vip"}, "The tag “vip” was added."),
        ("tag.added", {"erased": True}, "The tag “…” was added."),
        ("consent.withdrawn", {"permission": "sms_promo"}, "The customer withdrew from promotions by sms."),
        ("rocket.launched_twice", {}, "Rocket: launched twice."),
    ],
)
def test_an_event_reads_as_a_sentence(name, payload, said):
    assert sentence(Event(name=name, payload=payload)) == said


def test_a_payload_cannot_reach_into_the_code():
    assert (
        sentence(Event(name="tag.added", payload={"tag": "{tag.__class__}"})) == "The tag “{tag.__class__}” was added."
    )


@pytest.mark.records_anything
class TestByWhom:
    def test_names_person_and_place(self, db, clerk, at):
        cause = Cause(door=Door.ADMIN, user=clerk, location=Location.objects.create(name="Fitzroy"))

        assert by_whom(Event.objects.record("x", at=at, cause=cause)) == "by Clara at Fitzroy"

    def test_names_the_token_and_its_door(self, db, token, at):
        cause = Cause(door=Door.API, token=ApiToken.objects.get())

        assert by_whom(Event.objects.record("x", at=at, cause=cause)) == "by Till through the API"

    def test_names_the_system_when_there_was_nobody(self, db, at):
        assert by_whom(Event.objects.record("x", at=at, cause=Cause())) == "by the system"

    def test_names_both_the_person_and_the_import(self, db, clerk, at):
        assert (
            by_whom(Event.objects.record("x", at=at, cause=Cause(door=Door.IMPORT, user=clerk)))
            == "by Clara (an import)"
        )

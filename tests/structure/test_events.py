"""The catalogue of events: every name once, every example right, and everything that is recorded declared."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from jsonschema import Draft202012Validator

from profiles.events.catalogue import CATALOGUE, Catalogue, canonical
from profiles.models import Event
from profiles.telling import sentence
from tests.declared import complaints, undeclared, validator_of

NAMES = [kind.name for kind in CATALOGUE]


@pytest.mark.parametrize("name", NAMES)
class TestEachEvent:
    def test_has_a_schema_and_an_example_that_it_allows(self, name):
        kind = CATALOGUE.named(name)
        Draft202012Validator.check_schema(kind.payload)
        assert [error.message for error in validator_of(name).iter_errors(kind.example)] == []

    def test_says_in_a_sentence_when_it_happens_and_how_it_reads(self, name):
        kind = CATALOGUE.named(name)
        told = sentence(Event(name=name, payload=kind.example))
        for text in (kind.when, told):
            assert text[0].isupper() and text.endswith("."), text
        assert "…" not in told and "{" not in told, told

    def test_is_about_a_model_that_exists(self, name):
        assert apps.get_model(CATALOGUE.named(name).subject)._meta.label_lower == CATALOGUE.named(name).subject


def test_an_alias_means_one_event_and_is_the_name_of_none():
    aliases = [alias for kind in CATALOGUE for alias in kind.aliases]
    assert len(aliases) == len(set(aliases))
    assert set(aliases) & set(NAMES) == set()


SAID = {
    "group": "Rockets",
    "when": "A rocket rises.",
    "says": "A rocket rose.",
    "payload": {},
    "example": {},
    "subject": "rockets.rocket",
}


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("rocket.launched", ()),
        ("rocket.started", ()),
        ("rocket.rose", ["rocket.launched"]),
        ("rocket.rose", ["rocket.started"]),
    ],
)
def test_a_name_that_is_taken_is_refused(name, aliases):
    catalogue = Catalogue()
    catalogue.declare("rocket.launched", aliases=("rocket.started",), **SAID)
    with pytest.raises(ValueError, match="already"):
        catalogue.declare(name, aliases=tuple(aliases), **SAID)
    assert [kind.name for kind in catalogue] == ["rocket.launched"]


class TestCanonical:
    @pytest.mark.parametrize(
        ("name", "ours"),
        [
            ("transaction.created", "transaction.created"),
            (" tag.added ", "tag.added"),
            ("benefit.created", "benefit.issued"),
            ("benefit.deleted", "benefit.revoked"),
            ("point.created", "points.awarded"),
            ("reward.created", "reward.issued"),
            ("profile.address.updated", "address.updated"),
            ("profile-attribute.updated", "attribute.updated"),
        ],
    )
    def test_is_our_name(self, name, ours):
        assert canonical(name) == ours

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("transaction.create", "There is no event “transaction.create”. Did you mean “transaction.created”?"),
            ("Benefit.Created", "There is no event “Benefit.Created”. Did you mean “benefit.created”?"),
            ("transactions.created", "There is no event “transactions.created”. Did you mean “transaction.created”?"),
            ("rocket.launched", "There is no event “rocket.launched”."),
            ("", "There is no event “”."),
            # Omneo has it. A note is something else, though it is created too.
            ("rating.created", "There is no event “rating.created”."),
        ],
    )
    def test_says_of_an_unknown_one_what_is_near(self, name, said):
        with pytest.raises(ValidationError) as caught:
            canonical(name)
        assert caught.value.messages == [said]
        assert caught.value.code == "unknown_event"


class TestWhatTheSuiteLooksFor:
    """The fixture that looks at every event of every test is only as good as this."""

    @pytest.mark.parametrize(
        ("name", "subject", "payload", "wrong"),
        [
            ("rocket.launched", "", {}, "rocket.launched is not declared."),
            ("tag.added", "", {"tag": "vip"}, "tag.added is about nothing, not about profiles.profile."),
            ("tag.added", "profiles.profile", {}, "tag.added $: 'tag' is a required property"),
            ("tag.added", "profiles.profile", {"tag": 3}, "tag.added $.tag: 3 is not of type 'string'"),
            (
                "profile.deleted",
                "profiles.profile",
                {"freed": {"colour": "red"}},
                "profile.deleted $.freed: Additional properties are not allowed ('colour' was unexpected)",
            ),
        ],
    )
    def test_finds_what_is_wrong(self, name, subject, payload, wrong):
        event = Event(
            name=name, subject_type=subject, profile_id="0190c3ad-38cd-7747-b7f3-6649c9c05c5d", payload=payload
        )
        assert undeclared([event]) == [wrong]

    def test_finds_an_event_that_lost_its_customer_or_has_one_too_many(self):
        assert list(complaints("tag.added", "profiles.profile", True, '{"tag": "vip"}')) != []
        assert list(complaints("tag.created", "profiles.tag", False, '{"changes": {}}')) != []

    def test_takes_a_moment_to_be_a_moment(self):
        example = CATALOGUE.named("benefit.issued").example | {"issued_at": "yesterday"}
        assert [error.json_path for error in validator_of("benefit.issued").iter_errors(example)] == ["$.issued_at"]

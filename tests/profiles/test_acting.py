from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from profiles.acting import ACTIONS, Anything, Money, Text, Whole, action_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def do(member, at, cause):
    """Do an action to the member: do("tag.add", tag="vip")."""
    return lambda name, /, **given: action_of(name)(member, given, at=at, cause=cause)


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "given", "read"),
        [
            (Text("t", "Tag"), " vip ", "vip"),
            (Text("t", "Tag"), 12, "12"),
            (Whole("d", "Days"), "30", 30),
            (Whole("d", "Days"), 30.0, 30),
            (Money("v", "Value"), "12.50", Decimal("12.50")),
            (Money("v", "Value"), 10, Decimal(10)),
            (Anything("v", "Value"), {"a": [1]}, {"a": [1]}),
        ],
    )
    def test_read(self, argument, given, read):
        assert argument.read(given) == read

    @pytest.mark.parametrize(
        ("argument", "given", "said"),
        [
            (Text("t", "Tag"), ["vip"], "Tag must be a text."),
            (Text("t", "Tag"), "  ", "Tag must be a text."),
            (Text("t", "Tag"), "x" * 192, "Tag is longer than 191 characters."),
            (Whole("d", "Days", most=99), 100, "Days must be a whole number from 1 to 99."),
            (Whole("d", "Days"), "1.5", "Days must be a whole number from 1 to 1,000,000."),
            (Whole("d", "Days"), True, "Days must be a whole number from 1 to 1,000,000."),
            (Money("v", "Value"), "12.505", "Value must be an amount such as 10 or 12.50, with two decimals at most."),
            (Money("v", "Value"), "NaN", "Value must be an amount such as 10 or 12.50, with two decimals at most."),
            (Money("v", "Value"), -1, "Value must be an amount such as 10 or 12.50, with two decimals at most."),
        ],
    )
    def test_refused(self, argument, given, said):
        with pytest.raises(ValidationError) as error:
            argument.read(given)
        assert error.value.messages == [said]

    def test_all_that_is_wrong_is_said_at_once(self):
        with pytest.raises(ValidationError) as error:
            action_of("tag.add").read({"tagg": "vip"})
        assert error.value.message_dict == {"tagg": ["“Add a tag” takes no “tagg”."], "tag": ["Tag is missing."]}


def test_omneos_names_are_known_and_unknown_ones_say_what_is_near():
    assert action_of("benefit.create") is ACTIONS["benefit.issue"]
    with pytest.raises(ValidationError, match=r"There is no action “tag\.ad”\. Did you mean “tag\.add”\?"):
        action_of("tag.ad")


def test_tags(do, member):
    assert do("tag.add", tag="vip") == "Tagged “vip”."
    assert do("tag.add", tag="vip") == "Had the tag “vip” already."
    assert [tag.handle for tag in member.tags.all()] == ["vip"]
    assert do("tag.remove", tag="vip") == "Took off “vip”."
    assert do("tag.remove", tag="vip") == "Did not have the tag “vip”."
    assert not member.tags.exists()


def test_attribute(do, member):
    do("attribute.set", namespace="club", handle="coffee", value="flat white")
    assert member.custom_attributes.get().value == "flat white"


def test_interaction(do, member):
    made = do("interaction.create", name="Birthday wishes sent", channel="sms")
    assert (made.profile, made.name, made.channel, made.namespace) == (
        member,
        "Birthday wishes sent",
        "sms",
        "reactions",
    )

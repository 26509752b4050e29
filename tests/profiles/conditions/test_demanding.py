"""What is asked for and not met, in words, for every kind of claim."""

import pytest

from profiles.conditions.condition import Condition
from profiles.conditions.demanding import demand, seen

GENDER, TAGS, JOINED = {"var": "gender"}, {"var": "flattened_tags"}, {"var": "joined_at"}
YEAR, COMPLETE = {"var": "birth_year"}, {"var": "is_completed"}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"==": [GENDER, "female"]}, "Gender must be “female”"),
        ({"!=": [GENDER, "female"]}, "Gender must not be “female”"),
        ({"!": [{"!=": [GENDER, "female"]}]}, "Gender must be “female”"),
        ({"!": [{"==": [GENDER, "female"]}]}, "Gender must not be “female”"),
        ({">=": [YEAR, 1990]}, "Birth year must be at least 1,990"),
        ({"<": [YEAR, 1990]}, "Birth year must be less than 1,990"),
        ({"between": [YEAR, 1980, 1990]}, "Birth year must be between 1,980 and 1,990"),
        ({"<": [1980, YEAR, 1990]}, "Birth year must be more than 1,980 and Birth year must be less than 1,990"),
        ({"==": [JOINED, "2026-05-01"]}, "Joined must be on “2026-05-01”"),
        ({"<": [JOINED, "2026-05-01"]}, "Joined must be before “2026-05-01”"),
        ({">=": [JOINED, "2026-05-01"]}, "Joined must not be before “2026-05-01”"),
        ({"!": [{">=": [JOINED, "2026-05-01"]}]}, "Joined must be before “2026-05-01”"),
        ({"!=": [JOINED, "2026-05-01"]}, "Joined must not be on “2026-05-01”"),
        ({">": [{"days_since": [JOINED]}, 30]}, "Days since “joined” must be more than 30"),
        ({"==": [JOINED, None]}, "Joined must not be known"),
        ({"!=": [JOINED, None]}, "Joined must be known"),
        ({"!!": [YEAR]}, "Birth year must be there"),
        ({"!": [YEAR]}, "Birth year must not be there"),
        (COMPLETE, "Profile is complete must be yes"),
        ({"==": [COMPLETE, False]}, "Profile is complete must be no"),
        ({"in": [GENDER, ["female", "other"]]}, "Gender must be one of “female”, “other”"),
        ({"not_in": [GENDER, ["female", "other"]]}, "Gender must not be one of “female”, “other”"),
        ({"in": ["vip", TAGS]}, "Tags must contain “vip”"),
        ({"not_in": ["vip", TAGS]}, "Tags must not contain “vip”"),
        ({"in": ["@x", {"var": "email"}]}, "E-mail must contain “@x”"),
        (
            {"or": [{"==": [GENDER, "female"]}, {"and": [{">": [YEAR, 1]}, {"in": ["vip", TAGS]}]}]},
            "Gender must be “female” or (Birth year must be more than 1 and Tags must contain “vip”)",
        ),
        (
            {"!": [{"or": [{"==": [GENDER, "female"]}, {"in": ["vip", TAGS]}]}]},
            "this must not hold: Gender is “female” or Tags contains “vip”",
        ),
        ({"some": [TAGS, {"==": [{"var": ""}, "vip"]}]}, "of Tags, at least one of them must be so: it is “vip”"),
        ({"all": [TAGS, {"==": [{"var": ""}, "vip"]}]}, "of Tags, every one of them must be so: it is “vip”"),
        ({"none": [TAGS, {"==": [{"var": ""}, "vip"]}]}, "of Tags, none of them must be so: it is “vip”"),
        ({"is_birthday_today": []}, "Birthday must be today"),
        ({"birthday_in_month": [5]}, "Birthday must be in month 5"),
        ({"birthday_in_month": []}, "Birthday must be in this month"),
        (False, "this is met by nobody"),
        ({"and": []}, "this is met by nobody"),
    ],
)
def test_what_does_not_hold_is_said_as_what_must(condition, words):
    assert demand(Condition(condition).claim) == words


@pytest.mark.parametrize(
    ("condition", "value", "words"),
    [
        ({">=": [YEAR, 1990]}, 0, "; it is 0"),
        ({">=": [YEAR, 1990]}, None, "; it is not known"),
        ({"==": [GENDER, "female"]}, "male", "; it is “male”"),
        ({"==": [COMPLETE, True]}, False, "; it is no"),
        ({"in": ["vip", TAGS]}, ["no-calls"], ""),
    ],
)
def test_what_was_seen_is_said_of_plain_values(condition, value, words):
    claim = Condition(condition).claim
    (reading,) = claim.readings()

    assert seen(claim, {reading.slot: value}) == words


def test_of_several_facts_each_is_named():
    claim = Condition({"or": [{"==": [GENDER, "female"]}, {">": [YEAR, 1990]}]}).claim
    data = {reading.slot: value for reading in claim.readings() for value in [1980 if "year" in reading.slot else ""]}

    assert seen(claim, data) == "; Birth year is 1,980, Gender is not known"

"""What nobody can mean is refused where it is new, and asked on where it was saved before."""

import pytest

from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS, Fact, Facts, FactType
from profiles.conditions.value_reading import ConditionPointless


def var(name: str) -> dict:
    return {"var": name}


GENDERS = "Gender is one of “male”, “female”, “witheld”, “other”"
BOTH = "both cannot be."


@pytest.mark.parametrize(
    ("condition", "pointer", "complaint"),
    [
        ({"==": [var("gender"), "femal"]}, "/==/1", f"{GENDERS}; “femal” is not. Did you mean “female”?"),
        ({"!==": ["Female", var("gender")]}, "/!==/0", f"{GENDERS}; “Female” is not. Did you mean “female”?"),
        ({"==": [var("gender"), "Withheld"]}, "/==/1", f"{GENDERS}; “Withheld” is not. Did you mean “witheld”?"),
        ({"==": [var("gender"), "x"]}, "/==/1", f"{GENDERS}; “x” is not."),
        (
            {"and": [True, {"not_in": [var("gender"), ["male", "femal"]]}]},
            "/and/1/not_in/1/1",
            f"{GENDERS}; “femal” is not. Did you mean “female”?",
        ),
        (
            {"in": [var("aggregations.channel"), ["CX"]]},
            "/in/1/0",
            "Channel is one of “CO”, “CF”, “CM”; “CX” is not.",
        ),
        ({"in": [var("gender"), []]}, "/in/1", "Write at least one value: nothing is one of none."),
        ({"!": [{"in": [var("birth_year"), []]}]}, "/!/0/in/1", "Write at least one value: nothing is one of none."),
        (
            {"between": [var("aggregations.spend_12m"), 500, 100]},
            "/between/1",
            "Nothing is between 500 and 100: write the lower one first.",
        ),
        ({"<=": [9, var("birth_month"), 3]}, "/<=/0", "Nothing is between 9 and 3: write the lower one first."),
        ({"<": [3, var("birth_month"), 3]}, "/</0", "Nothing is between 3 and 3: write the lower one first."),
        (
            {"between": [var("joined_at"), "2026-05-02", "2026-05-01"]},
            "/between/1",
            "Nothing is between “2026-05-02” and “2026-05-01”: write the lower one first.",
        ),
        (
            {"between": [var("last_name"), "b", "a"]},
            "/between/1",
            "Nothing is between “b” and “a”: write the lower one first.",
        ),
        ({"and": []}, "/and", "This holds of nobody: put at least one condition into it."),
        ({"and": [True, {"or": []}]}, "/and/1/or", "This holds of nobody: put at least one condition into it."),
        (
            {"and": [{"==": [var("gender"), "male"]}, {"==": [var("gender"), "female"]}]},
            "/and/1",
            f"Gender is “female”, and Gender is “male”: {BOTH}",
        ),
        (
            {"and": [{">": [var("birth_year"), 1990]}, True, {"and": [{"<=": [var("birth_year"), 1990]}]}]},
            "/and/2",
            f"Birth year is at most 1,990, and Birth year is more than 1,990: {BOTH}",
        ),
        (
            {"and": [{"<": [{"days_since": [var("joined_at")]}, 30]}, {">": [{"days_since": var("joined_at")}, 90]}]},
            "/and/1",
            f"Days since “joined” is more than 90, and Days since “joined” is less than 30: {BOTH}",
        ),
        (
            {"and": [{"==": [var("is_completed"), True]}, {"==": [var("is_completed"), False]}]},
            "/and/1",
            f"Profile is complete is no, and Profile is complete is yes: {BOTH}",
        ),
        (
            {"and": [{">": [var("joined_at"), "2026-05-01"]}, {"<": [var("joined_at"), "2026-05-01 23:00:00"]}]},
            "/and/1",
            f"Joined is before “2026-05-01 23:00:00”, and Joined is after “2026-05-01”: {BOTH}",
        ),
    ],
)
def test_what_nobody_can_mean_is_told_with_its_place_when_it_is_new(condition, pointer, complaint):
    with pytest.raises(ConditionPointless) as refused:
        Condition(condition, is_new=True)
    assert (refused.value.pointer, refused.value.complaint) == (pointer, complaint)
    # Saved before, it is asked as it stands.
    assert Condition.of(condition).words()


@pytest.mark.parametrize(
    "condition",
    [
        {"==": [var("gender"), "female"]},
        # The empty text stands for what is not known; a part of a choice may be looked for.
        {"!=": [var("gender"), ""]},
        {"in": ["male", var("gender")]},
        {">": [var("gender"), "f"]},
        {"==": [var("first_name"), "femal"]},
        {"==": [var("custom_attributes.shop.gender"), "femal"]},
        {"between": [var("birth_month"), 3, 3]},
        {"between": [var("joined_at"), "2026-05-01", "2026-05-01"]},
        {"between": [var("joined_at"), {"today": []}, "2020-01-01"]},
        {"or": [{"==": [var("gender"), "male"]}, {"==": [var("gender"), "female"]}]},
        {
            "and": [
                {">=": [var("birth_year"), 1990]},
                {"<=": [var("birth_year"), 1990]},
                {"==": [var("birth_year"), 1990]},
            ]
        },
        {"and": [{"!=": [var("birth_year"), 1990]}, {"==": [var("birth_year"), 1991]}]},
        {"and": [{"==": [var("birth_month"), 3]}, {"==": [var("birth_day"), 4]}]},
        {"and": [{"<": [var("birth_month"), var("birth_day")]}, {">": [var("birth_month"), 3]}]},
    ],
)
def test_what_somebody_can_mean_is_taken(condition):
    assert Condition(condition, is_new=True).words()


def test_the_zone_decides_whether_a_day_ends_before_a_moment(settings):
    condition = {"between": [var("joined_at"), "2026-05-02", "2026-05-01 20:00:00"]}
    settings.TIME_ZONE = "Australia/Melbourne"
    assert Condition(condition, is_new=True).words()
    settings.TIME_ZONE = "UTC"
    with pytest.raises(ConditionPointless):
        Condition(condition, is_new=True)


def colours(*, has_only_choices: bool | None, type: FactType = FactType.TEXT) -> Fact:
    choices = (("red", "Red"), ("blue", "Blue"))
    return Fact(
        handle="colour",
        label="Colour",
        type=type,
        example="red",
        choices=choices,
        has_only_choices=has_only_choices,
        column="colour",
    )


def test_what_is_only_suggested_may_be_another():
    green = {"==": [var("colour"), "green"]}
    assert Condition(green, facts=Facts([colours(has_only_choices=False)]), is_new=True).words()
    with pytest.raises(ConditionPointless):
        Condition(green, facts=Facts([colours(has_only_choices=True)]), is_new=True)


@pytest.mark.parametrize(
    "condition", [{"in": ["gren", var("colour")]}, {"some": [var("colour"), {"==": [var(""), "gren"]}]}]
)
def test_the_members_of_a_list_are_among_its_choices(condition):
    facts = Facts([colours(has_only_choices=True, type=FactType.LIST)])
    with pytest.raises(ConditionPointless) as refused:
        Condition(condition, facts=facts, is_new=True)
    assert refused.value.complaint.startswith("Colour is one of “red”, “blue”; “gren” is not.")


def test_a_fact_with_choices_says_whether_they_are_all():
    with pytest.raises(ValueError, match="Say of colour"):
        colours(has_only_choices=None)
    assert {fact.handle for fact in FACTS if fact.has_only_choices} == {
        *("gender", "profile_type", "aggregations.dimension_frequency", "aggregations.dimension_recency"),
        *("aggregations.dimension_join", "aggregations.channel"),
    }

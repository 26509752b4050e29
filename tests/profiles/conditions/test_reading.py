"""What cannot be asked is refused when it is written, with the place and what is near."""

import pytest

from profiles.conditions.condition import Condition
from profiles.conditions.reading import ConditionInvalid, read


def var(name: str) -> dict:
    return {"var": name}


def nested(levels: int) -> dict:
    condition = {"!!": [var("gender")]}
    for _ in range(levels):
        condition = {"!": [condition]}
    return condition


@pytest.mark.parametrize(
    ("condition", "pointer", "complaint"),
    [
        ("{", "", "This is not JSON: Expecting property name enclosed in double quotes, line 1, column 2."),
        ('{"and": [{"var": "x"}], "and": [true]}', "", "“and” stands twice in one object: write it once."),
        ({"==": [var("first_name"), "x" * 1_001]}, "/==/1", "A text has at most 1,000 characters."),
        ({">": [var("birth_year"), "x"]}, "/>/1", "Birth year is a number; “x” is not."),
        ({">": ["x", var("birth_year")]}, "/>/0", "Birth year is a number; “x” is not."),
        ([], "", 'A condition is an object such as {"==": [{"var": "gender"}, "female"]}.'),
        ({}, "", "An object has one key, the operator."),
        ({"==": [1], "!=": [2]}, "", "An object has one key, the operator."),
        ({"and": [True, {"eq": [1, 2]}]}, "/and/1", "There is no operator “eq”."),
        ({"beetween": [1]}, "", "There is no operator “beetween”. Did you mean “between”?"),
        (
            {"map": [var("flattened_tags"), 1]},
            "",
            "“map” cannot be asked of all customers at once; use some, all, none or in.",
        ),
        ({"==": [var("gendr"), "x"]}, "/==/0/var", "There is no fact “gendr”. Did you mean “gender”?"),
        ({"==": [var("last_nam"), "x"]}, "/==/0/var", "There is no fact “last_nam”. Did you mean “last_name”?"),
        (
            {"==": [{"var": ["gender", "x"]}, "x"]},
            "/==/0/var",
            "Name one fact, without a default: ask what is not known with == null.",
        ),
        ({"==": [var("birth_year"), "abc"]}, "/==/1", "Birth year is a number; “abc” is not."),
        ({"<": [var("gender"), 5]}, "/</1", "Gender is a text; 5 is not."),
        ({"==": [var("gender"), var("birth_year")]}, "/==", "Gender is a text; Birth year is a number."),
        (
            {"<": [var("is_completed"), True]},
            "/<",
            "Profile is complete is true or false: ask whether it is one of them.",
        ),
        (
            {">": [var("joined_at"), "yesterday"]},
            "/>/1",
            "Joined is a date like 2026-05-01, or a moment like 2026-05-01 09:30:00; “yesterday” is not.",
        ),
        ({"==": [var("flattened_tags"), "vip"]}, "/==", "A list is not compared; use in, some, all or none."),
        (
            {"<": [var("birth_year"), None]},
            "/<",
            "Nothing is less or more than null; use == or != to ask what is known.",
        ),
        ({"in": ["a", var("birth_year")]}, "/in/1", "Birth year is a number, and contains nothing."),
        ({"in": [var("gender"), "female male"]}, "/in/1", "Write what it may be as a list."),
        ({"in": [var("gender"), ["a", 5]]}, "/in/1/1", "Gender is a text; 5 is not."),
        ({"some": [var("gender"), True]}, "/some/0", "This asks of a list, such as flattened_tags."),
        (
            {"some": [var("flattened_tags"), {"==": [var("gender"), "x"]}]},
            "/some/1/==/0/var",
            'Inside some, all and none write {"var": ""}: one member of the list.',
        ),
        ({"days_since": [var("joined_at")], "a": 1}, "", "An object has one key, the operator."),
        ({">": [{"days_since": [var("gender")]}, 5]}, "/>/0/days_since/0", "This asks of a date, such as joined_at."),
        (
            {">": [{"/": [var("birth_year"), 0]}, 1]},
            "/>/0/~1/1",
            "Divide by a number that is written here and is not 0.",
        ),
        ({">": [{"+": [var("birth_year"), "a"]}, 1]}, "/>/0/+/1", "“a” is not a number."),
        ({">": [var("birth_year"), 10**16]}, "/>/1", "A number is at most 1,000,000,000,000,000."),
        ({">": [var("birth_year"), float("nan")]}, "/>/1", "A number is at most 1,000,000,000,000,000."),
        (
            {"==": [var("first_name"), "a\x00b"]},
            "/==/1",
            "Write a text of one line, a number, true or false, or a fact.",
        ),
        ({"birthday_in_month": [13]}, "/birthday_in_month/0", "A month is a number from 1 to 12."),
        ({"between": [5, 1, 9]}, "/between/0", "Write the fact in the middle."),
        (
            {"==": [var("custom_attributes.a.b"), var("custom_attributes.a.c")]},
            "/==",
            "Two custom attributes cannot be compared with one another.",
        ),
        ({"or": [True] * 10_000}, "", "A condition has at most 20,000 characters."),
        ({"or": [{"!": [True]}] * 501}, "/or/499", "A condition has at most 500 parts."),
    ],
)
def test_a_wrong_condition_is_told_with_its_place(condition, pointer, complaint):
    with pytest.raises(ConditionInvalid) as refused:
        read(condition)
    assert (refused.value.pointer, refused.value.complaint) == (pointer, complaint)


def test_an_absurdly_deep_one_is_refused():
    with pytest.raises(ConditionInvalid) as refused:
        read(nested(25))
    assert refused.value.complaint == "A condition is nested at most 20 deep."
    with pytest.raises(ConditionInvalid):
        read("[" * 15_000)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        # Omneo's own documents write the value first, and a bare object behind the negation.
        ({"and": [{"===": ["female", var("gender")]}]}, "Gender is “female”."),
        ({"!": var("profile.is_completed")}, "not (Profile is complete is yes)."),
        ({"not_in": ["@test", var("profile.email")]}, "not (E-mail contains “@test”)."),
        ({">": [90, {"days_since": var("joined_at")}]}, "Days since “joined” is less than 90."),
        ({"<=": ["2026-01-01", var("joined_at"), "2026-12-31"]}, "Joined is between “2026-01-01” and “2026-12-31”."),
        ({"or": [{"and": [var("is_completed"), True]}, False]}, "(Profile is complete is yes and always) or never."),
        ({"==": [var("birth_year"), None]}, "Birth year is not known."),
        ({"!=": [var("email"), None]}, "E-mail is known."),
        ({"in": [var("gender"), ["female", "other"]]}, "Gender is one of “female”, “other”."),
        ({"birthday_in_month": []}, "Birthday is in this month."),
    ],
)
def test_a_condition_reads_as_a_sentence(condition, words):
    assert Condition(condition).words() == words

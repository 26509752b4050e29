"""JSON Logic as the standard has it, our own operators beside it, and bounds on what a rule may do."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from profiles.conditions.evaluating import NotEvaluated, evaluate

AT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "data", "answer"),
    [
        ({"var": "a.b"}, {"a": {"b": 1}}, 1),
        ({"var": ["z", 26]}, {}, 26),
        ({"==": [1, "1"]}, None, True),
        ({"===": [1, "1"]}, None, False),
        ({"<": [1, 2, 3]}, None, True),
        ({"and": [True, "", 3]}, None, ""),
        ({"or": [0, "a"]}, None, "a"),
        ({"!": [[]]}, None, True),
        ({"!!": ["0"]}, None, True),
        ({"if": [False, 1, True, 2, 3]}, None, 2),
        ({"in": ["Spring", "Springfield"]}, None, True),
        ({"cat": ["I love", " pie"]}, None, "I love pie"),
        ({"substr": ["jsonlogic", -5]}, None, "logic"),
        ({"missing": ["a", "b"]}, {"a": 1}, ["b"]),
        ({"map": [{"var": "n"}, {"*": [{"var": ""}, 2]}]}, {"n": [1, 2]}, [2, 4]),
        ({"reduce": [{"var": "n"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}, {"n": [1, 2, 3]}, 6),
        ({"some": [{"var": "n"}, {"==": [{"var": ""}, 2]}]}, {"n": [1, 2]}, True),
        ({"all": [[], True]}, None, False),
        ({"merge": [[1], [2, 3]]}, None, [1, 2, 3]),
        ({"%": [7, 3]}, None, 1),
    ],
)
def test_the_standard_operators(rule, data, answer):
    assert evaluate(rule, data, at=AT) == answer


@pytest.mark.parametrize(
    ("rule", "data", "answer"),
    [
        ({"not_in": ["@test.com", {"var": "profile.email"}]}, {"profile": {"email": "a@example.com"}}, True),
        ({"not_in": ["vip", {"var": "tags"}]}, {"tags": ["vip"]}, False),
        ({"between": [5, 1, 5]}, None, True),
        ({"between": [{"var": "unknown"}, 1, 5]}, {}, False),
        ({"between": ["2026-05-01", "2026-04-30", "2026-05-02"]}, None, True),
        ({"now": []}, None, "2026-05-01 20:00:00"),
        # It is the second of May in Melbourne already.
        ({"today": []}, None, "2026-05-02"),
        ({"days_since": ["2026-04-30"]}, None, 2),
        ({"days_since": [{"var": "at"}]}, {"at": datetime(2026, 4, 30, 20, 0, tzinfo=UTC)}, 1),
        ({"days_until": [{"var": "on"}]}, {"on": date(2026, 5, 3)}, 1),
        ({"days_since": [{"var": "unknown"}]}, {}, None),
        ({"months_since": ["2026-03-31"]}, None, 1),
        ({"months_since": ["2026-04-03"]}, None, 0),
        ({"is_birthday_today": []}, {"birth_month": 5, "birth_day": 2}, True),
        ({"is_birthday_today": []}, {"profile": {"birth_month": 5, "birth_day": 1}}, False),
        ({"is_birthday_today": []}, {}, False),
        ({"birthday_in_month": [6]}, {"birth_month": 6}, True),
        ({"birthday_in_month": []}, {"birth_month": 5}, True),
        ({">": [{"var": "total"}, 10]}, {"total": Decimal("10.01")}, True),
    ],
)
def test_our_own_operators(rule, data, answer, settings):
    settings.TIME_ZONE = "Australia/Melbourne"
    assert evaluate(rule, data, at=AT) == answer


def test_one_of_29_february_has_a_birthday_each_year():
    born = {"birth_month": 2, "birth_day": 29}
    days = [datetime(2027, 2, 28, tzinfo=UTC), datetime(2028, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)]
    assert [evaluate({"is_birthday_today": []}, born, at=day) for day in days] == [True, False, True]


def deep(levels: int) -> dict:
    rule = {"var": "a"}
    for _ in range(levels):
        rule = {"!": [rule]}
    return rule


@pytest.mark.parametrize(
    ("rule", "data", "reason"),
    [
        ({"<": [{"var": "name"}, 5]}, {"name": "abc"}, "it counts with something that is not a number"),
        ({"florp": [1]}, {}, "Invalid operator: florp"),
        (deep(60), {}, "it is nested more than 100 deep"),
        ({"in": ["a", "b" * 20_001]}, {}, "it has more than 20,000 characters"),
        (
            {"reduce": [{"var": "n"}, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "a"]},
            {"n": list(range(50))},
            "Operation budget exceeded",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_refused(rule, data, reason):
    with pytest.raises(NotEvaluated) as refused:
        evaluate(rule, data, at=AT)
    assert refused.value.code == "condition_not_evaluated"
    assert str(refused.value).startswith(f"The condition could not be evaluated: {reason}")

"""What a back-test found, in a sentence."""

import pytest

from earning.backtesting.answering import WHY_NOT, answer_of, why_not_in_words
from earning.reasons import Code


def side(points="0", awards=0, profiles=0, **currency) -> dict:
    return {"points": points, "currency": currency, "cost": None, "awards": awards, "profiles": profiles}


def result(*, live=None, draft=None, rule=None, transactions=10, profiles=0, cost=None, points="0", **currency) -> dict:
    difference = {"points": points, "currency": currency, "cost": cost, "profiles": profiles}
    return {
        "transactions": transactions,
        "live": live or side(),
        "draft": draft or side(),
        "rule": rule or side(),
        "difference": difference,
    }


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            result(points="18400", cost="184.00", rule=side("18400", 2000, 1240)),
            "In these 90 days 1,240 customers would have earned 18,400 points more, which is 184.00 AUD.",
        ),
        (
            result(points="20", rule=side("20", 1, 1), live=side("5", 1, 1), profiles=1),
            "In these 90 days 1 customer would have earned 20 points more. 1 of them got nothing by the live rules.",
        ),
        (
            result(points="-300", cost="-6.00", rule=side("20", 1, 1)),
            "In these 90 days customers would have earned 300 points less, which is 6.00 AUD less.",
        ),
        (
            result(points="20", AUD="-3.00", rule=side("20", 1, 1)),
            "In these 90 days customers would have earned 20 points more and 3.00 AUD less.",
        ),
        (
            result(AUD="12.50", cost="12.50", rule=side("0", 4, 3)),
            "In these 90 days 3 customers would have earned 12.50 AUD more.",
        ),
        (result(), "In these 90 days the rule would have given nothing."),
        (
            result(rule=side("50", 4, 3), live=side("90", 9, 3), draft=side("90", 9, 3)),
            "In these 90 days the rule would have given 3 customers 50 points. In all they would have earned as much as by the live rules.",
        ),
        (
            result(rule=side("0", 4, 3), live=side("90", 9, 3), draft=side("90", 13, 3)),
            "In these 90 days the rule would have applied 4 times to 3 customers, without points or money.",
        ),
        (
            result(transactions=0),
            "No customer bought anything in these 90 days, so there is nothing to go by.",
        ),
    ],
)
def test_the_answer_is_a_sentence(found, sentence):
    assert answer_of(found, days=90, currency="AUD") == sentence


def test_one_day_is_one_day():
    assert answer_of(result(), days=1, currency="AUD") == "On this day the rule would have given nothing."


def test_every_reason_has_a_sentence():
    assert WHY_NOT.keys() == set(Code)
    assert why_not_in_words([{"reason": "tier", "count": 3}, {"reason": "segment", "count": 1}]) == [
        {"sentence": "The customer is on another tier than the rule is for.", "count": 3, "share": 75},
        {"sentence": "The customer is not in the segments that the rule is for.", "count": 1, "share": 25},
    ]

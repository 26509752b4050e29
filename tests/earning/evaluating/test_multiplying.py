"""What is multiplied, how several rules stack, and what multiplying by less than one takes away."""

import pytest

from tests.earning.baskets import basket, earn, limit, line, order, points, reasons, red, rule, said, times


@pytest.mark.parametrize(
    ("stacking", "expected"), [("product", [10, 10, 40]), ("additive", [10, 10, 20]), ("highest", [10, 20])]
)
def test_stacking(stacking, expected):
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("2")]),
        rule("multiple_reward", multipliers=[times("3")], name="Triple"),
    ]
    assert [one.points for one in earn(*rules, what=order("10"), stacking=stacking).awards] == expected


def test_of_the_highest_only_the_others_say_so():
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("3")], name="Triple"),
        rule("multiple_reward", multipliers=[times("2")]),
    ]
    assert reasons(*rules, stacking="highest") == [None, None, "lower_than_other_rule"]
    assert said(*rules, stacking="highest") == "“Triple” gives more for this, and only the highest counts."


def test_the_highest_is_chosen_line_by_line():
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("3", skus=["123"])]),
        rule("multiple_reward", multipliers=[times("2")]),
    ]
    found = earn(*rules, stacking="highest")
    assert [one.shares for one in found.awards[1:]] == [{"A": (24, 0)}, {"B": (100, 0), "C": (40, 0)}]


def test_the_next_highest_counts_where_a_limit_refuses_the_highest():
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("3")], limits=(limit("points", "5"),)),
        rule("multiple_reward", multipliers=[times("2")]),
    ]
    assert points(*rules, what=order("10"), stacking="highest") == 20
    assert reasons(*rules, what=order("10"), stacking="highest") == [None, "limit_reached", None]


def test_all_multipliers_of_a_rule_that_match_a_line_apply():
    both = rule("multiple_reward", multipliers=[times("2", skus=["123"]), times("3", **red())])
    assert points(rule("spending", "1"), both) == 12 * 6 + 140


@pytest.mark.parametrize(("stacking", "expected"), [("product", 15), ("additive", 25), ("highest", 30)])
def test_less_than_one_takes_from_what_was_given(stacking, expected):
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("3")], priority=1),
        rule("multiple_reward", multipliers=[times("0.5")], priority=2),
    ]
    found = earn(*rules, what=order("10"), stacking=stacking)
    assert found.points == expected
    assert sum(points for one in found.awards for points, _ in one.shares.values()) == expected
    assert all(one.points > 0 for one in found.awards)


def test_added_differences_take_nothing_below_zero_in_any_order():
    def rules(*factors):
        return [
            rule("multiple_reward", multipliers=[times(one)], priority=number) for number, one in enumerate(factors)
        ]

    for factors in (["0", "0", "3"], ["3", "0", "0"], ["0", "3", "0"]):
        assert points(rule("spending", "1"), *rules(*factors), what=order("10"), stacking="additive") == 10
    assert points(rule("spending", "1"), *rules("0", "0"), what=order("10"), stacking="additive") == 0


def test_multiplying_nothing_says_so():
    double = rule("multiple_reward", multipliers=[times("2", skus=["123"])])
    assert reasons(double) == ["no_matching_lines"]
    assert said(double) == "No spending rule gave points for the lines that this rule multiplies."
    other = rule("multiple_reward", multipliers=[times("2", skus=["other"])])
    assert said(rule("spending", "1"), other) == "No line of this order counts for this rule."
    one = rule("multiple_reward", multipliers=[times("1")])
    assert reasons(rule("spending", "1"), one) == [None, "no_matching_lines"]


def test_what_is_multiplied_away_says_who_left_what():
    assert said(rule("multiple_reward", multipliers=[times("0.5")]), rule("spending", "4", priority=1)) == (
        "It applies: 4 points × 152, of which a multiplier below one leaves 304 points."
    )


def test_thirds_are_written_with_as_many_digits_as_the_ledger_has():
    double = rule("multiple_reward", multipliers=[times("2")])
    assert said(rule("spending", "1", per_amount="3"), double, what=order("10.00")) == (
        "It applies: 3.3333 points × (2 − 1) = 3.33 points."
    )
    little = rule("spending", "1", per_amount="30000")
    assert said(little, what=order("10.00")) == "What this rule gives comes to 0.0003, which is rounded to nothing."


def test_of_two_alike_the_earlier_is_kept_and_named_for_its_line():
    rules = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("3")], name="First", priority=1),
        rule("multiple_reward", multipliers=[times("3")], priority=2),
    ]
    assert reasons(*rules, stacking="highest") == [None, None, "lower_than_other_rule"]
    both = [
        rule("spending", "1"),
        rule("multiple_reward", multipliers=[times("9", skus=["000"])], name="Nine"),
        rule("multiple_reward", multipliers=[times("8", skus=["123"])], name="Eight"),
        rule("multiple_reward", multipliers=[times("7", skus=["000"]), times("6", skus=["123"])]),
    ]
    assert said(*both, stacking="highest") == "“Nine” gives more for this, and only the highest counts."


def test_what_a_rule_takes_away_it_takes_though_what_it_adds_is_rounded_to_nothing():
    bought = basket(line("1", "A", "10.00"), line("2", "B", "0.40"))
    some = rule("multiple_reward", multipliers=[times("0.5", skus=["A"]), times("2", skus=["B"])])
    assert points(rule("spending", "1"), some, what=bought, scale=0) == 5


def test_a_rule_that_its_limits_refuse_takes_nothing_away():
    bought = basket(line("1", "A", "10.00"), line("2", "B", "10.00"))
    pairs = [times("0.5", skus=["A"]), times("2", skus=["B"])]
    some = rule("multiple_reward", multipliers=pairs, limits=(limit("points", "9"),))
    assert points(rule("spending", "1"), some, what=bought) == 20

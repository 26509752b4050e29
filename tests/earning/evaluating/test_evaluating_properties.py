"""What holds of every set of rules and every basket: tried on many that a machine makes up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earning.awards.reversing import Given, Sold, reversal_of
from earning.basket import Basket
from earning.evaluating import evaluate
from earning.evaluating.ordering import InOrder
from earning.snapshot import Member
from tests.earning.baskets import MARIA, NOON, basket, event, limit, line, program, rule, times

earning = settings(max_examples=60, deadline=None, derandomize=True)

SKUS = ["A", "B", "C"]
COLORS = ["red", "blue"]
cents = st.integers(-500, 30_000).map(lambda cents: Decimal(cents) / 100)
few = st.decimals("0.001", 20, places=3)
matches = st.one_of(
    st.just({}),
    st.lists(st.sampled_from(SKUS), min_size=1, max_size=2).map(lambda skus: {"skus": skus}),
    st.sampled_from(COLORS).map(lambda color: {"labels": [{"key": "color", "value": color}]}),
)
lines = st.builds(
    lambda sku, amount, quantity, color: (sku, str(amount), quantity, {"color": color}),
    st.sampled_from(SKUS),
    cents,
    st.integers(0, 4),
    st.sampled_from(COLORS),
)
baskets = st.lists(lines, max_size=5).map(
    lambda given: basket(
        *(
            line(str(number), sku, amount, quantity=str(quantity), labels=labels)
            for number, (sku, amount, quantity, labels) in enumerate(given)
        ),
        coupons=["SUMMER"],
    )
)
limits = st.one_of(
    st.just(()),
    st.builds(
        lambda measure, cap, on_exceed: (limit(measure, str(cap), on_exceed=on_exceed),),
        st.sampled_from(["count", "points", "currency"]),
        st.integers(1, 300),
        st.sampled_from(["reject", "trim"]),
    ),
)


def conditions(type: str):
    if type == "spending":
        return st.fixed_dictionaries(
            {"mode": st.sampled_from(["ratio", "step"]), "per_amount": st.sampled_from(["1", "3", "10"])},
            optional={"include": matches, "exclude": matches, "max_amount": st.just("70"), "percent": st.just("7")},
        )
    if type == "multiple_reward":
        pairs = st.builds(
            lambda factor, match: times(factor, **match), st.sampled_from(["0", "0.5", "1", "3"]), matches
        )
        return st.fixed_dictionaries({"multipliers": st.lists(pairs, min_size=1, max_size=2)})
    if type == "specific_purchase":
        per = st.sampled_from(["line", "unit", "transaction"])
        return st.fixed_dictionaries({"match": matches.filter(bool), "per": per}, optional={"max_units": st.just("2")})
    return st.just({"codes": ["summer"]})


@st.composite
def rules_of(draw):
    """Up to five rules of the types that hear a purchase, with keys and ages of their own."""
    numbers, rules = count(1), []
    for type in draw(
        st.lists(st.sampled_from(["spending", "multiple_reward", "specific_purchase", "coupon"]), max_size=5)
    ):
        number = next(numbers)
        given = draw(conditions(type))
        allowed = tuple(replace(one, id=number) for one in draw(limits))
        rules.append(
            rule(
                type,
                None if type == "multiple_reward" else str(draw(few)),
                id=number,
                limits=allowed,
                created_at=NOON + timedelta(days=draw(st.integers(0, 1))),
                priority=draw(st.integers(1, 2)),
                stop_after=draw(st.booleans()) and draw(st.booleans()),
                **given,
            )
        )
    return rules


programs = st.builds(
    lambda scale, rounding, stacking: program(scale=scale, rounding=rounding, stacking=stacking),
    st.integers(0, 2),
    st.sampled_from(["half_up", "floor", "half_even", "ceil"]),
    st.sampled_from(["product", "highest", "additive"]),
)


@earning
@given(programs, rules_of(), baskets, st.randoms())
def test_the_order_in_which_rules_come_changes_nothing(terms, rules, what, random):
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert evaluate(terms, shuffled, MARIA, what) == evaluate(terms, rules, MARIA, what)


@earning
@given(programs, rules_of(), baskets)
def test_rules_for_what_was_not_bought_are_passed_over_and_nothing_differs(terms, rules, what):
    found = evaluate(terms, rules, MARIA, what)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(InOrder, "meeting", lambda self, tokens: self)
        assert evaluate(terms, rules, MARIA, what) == found


@earning
@given(programs, rules_of(), baskets)
def test_every_rule_has_one_outcome_and_awards_come_of_rules_that_applied(terms, rules, what):
    found = evaluate(terms, rules, MARIA, what)
    assert sorted(one.rule.id for one in found.outcomes) == sorted(one.id for one in rules)
    applied = {one.rule.id for one in found.outcomes if one.applied}
    assert {one.rule.id for one in found.awards} <= applied
    assert all(one.text.endswith(".") for one in found.outcomes)


@earning
@given(programs, rules_of(), baskets)
def test_awards_are_above_zero_rounded_and_shared_out_wholly(terms, rules, what):
    for award in evaluate(terms, rules, MARIA, what).awards:
        assert award.points >= 0
        assert award.currency_amount >= 0
        assert award.points or award.currency_amount
        assert award.points == round(award.points, terms.scale)
        shared = sum(points for points, _ in award.shares.values())
        # A coupon also counts where nothing that was sold has a price, and there is nothing to share it out by.
        assert award.shares or award.rule.type == "coupon"
        assert not award.shares or abs(shared - award.points) < 1 / Decimal(10) ** terms.scale + Decimal("1e-9")
        assert all(points >= 0 for points, _ in award.shares.values())


@earning
@given(programs, rules_of(), baskets, st.integers(0, 200))
def test_no_limit_is_exceeded(terms, rules, what, used):
    member = replace(MARIA, used={one.id: Decimal(used) for one in rules})
    for award in evaluate(terms, rules, member, what).awards:
        for one, (number, amount) in zip(award.rule.limits, award.uses, strict=True):
            assert number == one.id
            assert amount >= 0
            assert amount <= max(one.cap - used, 0)


@earning
@given(baskets)
def test_no_rule_earns_nothing_and_no_card_that_sleeps_does(what):
    assert evaluate(program(), [], MARIA, what).awards == ()
    assert evaluate(program(), [rule("spending", "1")], Member(status="suspended"), what).awards == ()


@earning
@given(programs, rules_of(), baskets, st.data())
def test_returns_take_back_never_more_than_all_and_at_last_exactly_all(terms, rules, what, data):
    sold = {one.key: Sold(one.quantity, one.amount) for one in Basket(what, terms).lines}
    returned = dict.fromkeys(sold, Decimal(0))
    awards = evaluate(terms, rules, MARIA, what).awards
    gone = [[Decimal(0), Decimal(0)] for _ in awards]

    def take_back() -> None:
        for award, taken in zip(awards, gone, strict=True):
            given = Given(award.points, award.currency_amount, award.currency or "", award.shares, taken[0], taken[1])
            back = reversal_of(given, sold, returned, scale=terms.scale, mode=terms.rounding)
            assert back.points >= 0
            assert back.money >= 0
            taken[0] += back.points
            taken[1] += back.money
            assert taken[0] <= award.points
            assert taken[1] <= award.currency_amount

    for key in data.draw(st.lists(st.sampled_from(sorted(sold)), max_size=6)) if sold else []:
        returned[key] = min(returned[key] + 1, sold[key].quantity)
        take_back()
    returned.update((key, one.quantity) for key, one in sold.items())
    take_back()
    assert gone == [[one.points, one.currency_amount] for one in awards]


@earning
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 2)), min_size=1, max_size=5))
def test_of_events_the_highest_is_given_and_all_of_them_where_they_add(amounts):
    rules = [rule("event", str(points), event="login", priority=priority) for points, priority in amounts]
    highest = evaluate(program(), rules, MARIA, event("login"))
    assert highest.points == max(points for points, _ in amounts)
    assert len(highest.awards) == 1
    assert evaluate(program(combination="sum"), rules, MARIA, event("login")).points == sum(
        points for points, _ in amounts
    )

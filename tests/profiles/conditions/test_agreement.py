"""What SQL finds and what the evaluator says are the same, of any condition, at any moment, in any zone."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from profiles.conditions.condition import Condition
from profiles.conditions.evaluating import holding
from profiles.conditions.facts import FACTS
from profiles.conditions.moments import Moment
from profiles.conditions.readings import as_read, values_of
from profiles.conditions.value_reading import ConditionPointless
from profiles.models import Profile
from tests.profiles.conditions.population import GENDERS, MOMENTS, TAGS, TEXTS, populate

ASKED = [
    datetime(2024, 2, 28, 13, 30, tzinfo=UTC),
    datetime(2025, 2, 28, 10, 0, tzinfo=UTC),
    datetime(2024, 2, 29, 0, 30, tzinfo=UTC),
]
ZONES = ["UTC", "Australia/Melbourne", "America/New_York"]


def var(name: str) -> dict:
    return {"var": name}


def fact(*names: str):
    return some.sampled_from(names).map(var)


texts = fact("first_name", "last_name", "gender", "email", "attributes.appearance.size_top", "preferred_location.name")
numbers = fact("birth_year", "birth_month", "birth_day", "days_since_joined")
flags = fact("is_completed", "attributes.comms.email_promo", "attributes.comms.email_optout")
dates = fact("joined_at", "created_at")
lists = fact("flattened_tags", "identity_handles")
customs = fact("custom_attributes.shop.interest", "custom_attributes.shop.size", "custom_attributes.shop.never")

written_text = some.sampled_from([*TEXTS, *GENDERS, "5", "kids", "zz"])
written_number = some.sampled_from([-1, 0, 1, 2, 5, 5.5, 12, 28, 29, 365, 1960, 1999, 0.1])
written_date = (
    some.sampled_from(
        [f"{moment:%Y-%m-%d}" for moment in MOMENTS if moment]
        + [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in MOMENTS if moment]
    )
    | some.just({"today": []})
    | some.just({"now": []})
)
spans = some.builds(
    lambda name, of: {name: [of]}, some.sampled_from(["days_since", "days_until", "months_since"]), dates
)
sums = some.recursive(
    numbers | spans | written_number,
    lambda inner: (
        some.builds(
            lambda name, parts: {name: parts},
            some.sampled_from(["+", "*", "min", "max"]),
            some.lists(inner, min_size=1, max_size=3),
        )
        | some.builds(lambda left, right: {"-": [left, right]}, inner, inner)
        | some.builds(lambda left, right: {"/": [left, right]}, inner, some.sampled_from([2, 4, -0.5]))
        | some.builds(lambda left, right: {"%": [left, right]}, inner, some.sampled_from([2, 7, -3]))
    ),
    max_leaves=4,
)
asked_number = numbers | spans | customs | sums

ORDER = ["==", "===", "!=", "!==", "<", "<=", ">", ">="]
EQUAL = ["==", "===", "!=", "!=="]


def comparison(names, left, right):
    return some.builds(
        lambda name, one, other, is_mirrored: {name: [other, one] if is_mirrored else [one, other]},
        some.sampled_from(names),
        left,
        right,
        some.booleans(),
    )


members = some.recursive(
    comparison(ORDER, some.just(var("")), some.sampled_from(TAGS))
    | some.builds(lambda options: {"in": [var(""), options]}, some.lists(some.sampled_from(TAGS), max_size=2))
    | some.builds(lambda text: {"in": [text, var("")]}, some.sampled_from(["", "v", "-", "É"])),
    lambda inner: (
        some.builds(lambda parts: {"or": parts}, some.lists(inner, max_size=2)) | inner.map(lambda one: {"!": [one]})
    ),
    max_leaves=3,
)
leaves = (
    comparison(ORDER, texts | customs, written_text)
    | comparison(ORDER, texts, texts | customs)
    | comparison(ORDER, asked_number, written_number)
    | comparison(ORDER, numbers | spans | sums, numbers | spans | sums | customs)
    | comparison(EQUAL, flags | customs, some.booleans())
    | comparison(ORDER, dates, written_date)
    | comparison(ORDER, dates, dates)
    | comparison(EQUAL, texts | numbers | flags | dates | lists | customs | spans, some.none())
    | some.builds(
        lambda name, one, low, high: {name: [one, low, high]},
        some.just("between"),
        numbers | spans | customs,
        written_number,
        written_number,
    )
    | some.builds(lambda one, low, high: {"between": [one, low, high]}, dates, written_date, written_date)
    | some.builds(
        lambda name, low, one, high: {name: [low, one, high]},
        some.sampled_from(["<", "<="]),
        written_number,
        numbers,
        written_number,
    )
    | some.builds(
        lambda name, one, options: {name: [one, options]},
        some.sampled_from(["in", "not_in"]),
        texts | customs,
        some.lists(written_text, max_size=3),
    )
    | some.builds(
        lambda one, options: {"in": [one, options]}, numbers | customs | spans, some.lists(written_number, max_size=3)
    )
    | some.builds(
        lambda name, needle, hay: {name: [needle, hay]},
        some.sampled_from(["in", "not_in"]),
        written_text | some.sampled_from(TAGS),
        texts | lists | customs,
    )
    | some.builds(lambda kind, of, part: {kind: [of, part]}, some.sampled_from(["some", "all", "none"]), lists, members)
    | some.builds(
        lambda name, of: {name: of},
        some.sampled_from(["!", "!!"]),
        texts | numbers | flags | dates | lists | customs | spans | sums,
    )
    | some.builds(
        lambda handles: {"missing": handles},
        some.lists(some.sampled_from(["email", "birth_day", "joined_at"]), max_size=2),
    )
    | some.just({"is_birthday_today": []})
    | some.builds(lambda month: {"birthday_in_month": month}, some.lists(some.integers(1, 12), max_size=1))
    | texts
    | numbers
    | flags
    | some.booleans()
)
conditions = some.recursive(
    leaves,
    lambda inner: (
        some.builds(lambda name, parts: {name: parts}, some.sampled_from(["and", "or"]), some.lists(inner, max_size=3))
        | some.builds(lambda name, one: {name: [one]}, some.sampled_from(["!", "!!"]), inner)
        | some.builds(lambda parts: {"if": parts}, some.lists(inner, min_size=3, max_size=3))
    ),
    max_leaves=6,
)


@pytest.fixture
def crowd(db) -> list[Profile]:
    return populate()


def handles_in(node) -> set[str]:
    if isinstance(node, dict):
        return {node["var"]} if "var" in node else set().union(*map(handles_in, node.values()))
    return set().union(*map(handles_in, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_found_is_what_is_evaluated(crowd, settings, zone):
    settings.TIME_ZONE = zone
    names = set().union(*(handles_in(one) for one in ALL_FACTS))
    facts = {FACTS.named(name) for name in names}
    known = {at: {one.pk: values_of(one, facts, asked=Moment(at)) for one in crowd} for at in ASKED}
    agree_on_all(crowd, known)


ALL_FACTS = [
    var(name)
    for name in (
        *("first_name", "last_name", "gender", "email", "attributes.appearance.size_top", "preferred_location.name"),
        *("birth_year", "birth_month", "birth_day", "days_since_joined", "is_completed", "joined_at", "created_at"),
        *("attributes.comms.email_promo", "attributes.comms.email_optout", "flattened_tags", "identity_handles"),
        *("custom_attributes.shop.interest", "custom_attributes.shop.size", "custom_attributes.shop.never"),
    )
]


def agree_on_all(crowd, known):
    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(condition=conditions, at=some.sampled_from(ASKED))
    def agree(condition, at):
        asked, asking = Moment(at), Condition(condition)
        rule = asking.rule(asked)
        evaluated = {
            pk
            for pk, values in known[at].items()
            if holding([rule], {one.slot: as_read(one, values.get(one.fact.handle), asked) for one in asking.readings})[
                0
            ]
        }
        assert set(Profile.objects.matching(asking, at=at).values_list("pk", flat=True)) == evaluated
        others = Profile.objects.filter(asking.claim.q(asked, holds=False))
        assert set(others.values_list("pk", flat=True)) == {one.pk for one in crowd} - evaluated

    agree()


pairs = some.lists(
    comparison(ORDER, numbers | spans, written_number)
    | comparison(ORDER, texts, written_text)
    | comparison(ORDER, dates, written_date)
    | comparison(EQUAL, flags, some.booleans())
    | some.builds(lambda *given: {"between": list(given)}, dates, written_date, written_date)
    | some.builds(lambda *given: {"<": list(given)}, written_number, numbers, written_number),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_refused_as_impossible_holds_of_nobody(crowd, settings, zone):
    settings.TIME_ZONE = zone
    refused_of_nobody()


def refused_of_nobody():
    seen = []

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(claims=pairs, at=some.sampled_from(ASKED))
    def check(claims, at):
        condition = {"and": claims}
        try:
            Condition(condition, is_new=True)
        except ConditionPointless as error:
            if "is one of" not in error.complaint:
                seen.append(error.complaint)
                assert not Profile.objects.matching(Condition(condition), at=at).exists()

    check()
    assert seen

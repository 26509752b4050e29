"""What conditions ask of purchases is what the figures of one customer say, on any day."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS, FactType
from profiles.models import Location, Profile
from tests.transactions.conftest import line, on
from transactions.figures import figures_of
from transactions.models import TransactedLocation

OURS = [fact for fact in FACTS if fact.handle.startswith("aggregations.")]


def said(profile: Profile, fact, *, at):
    """The fact as SQL has it."""
    if fact.type == FactType.LIST:
        return set(fact.rows().filter(**{fact.owner: profile.pk}).values_list(fact.column, flat=True))
    value = Profile.objects.annotate(value=fact.expression(at)).values_list("value", flat=True).get(pk=profile.pk)
    return Decimal(str(value)) if fact.type == FactType.NUMBER and value is not None else value


def shown(figures: dict, fact):
    """The same as the figures of one customer have it."""
    name, _, attribute = fact.handle.removeprefix("aggregations.").partition(".")
    value = figures[name]
    if fact.type == FactType.LIST:
        return {str(one) for one in value}
    if attribute:
        return value and getattr(value, attribute)
    return Decimal(str(value)) if fact.type == FactType.NUMBER and value is not None else value


@pytest.fixture
def shopper(sell, member, fitzroy, website):
    """A customer of three years with purchases in two shops and online."""
    fitzroy.address = {"country": "Australia", "iso": "AU", "iso_state": "VIC", "region": "Inner North"}
    website.address = {"country": "Fiji", "iso": "", "iso_state": None, "region": ["none"]}
    fitzroy.save()
    website.save()
    newtown = Location.objects.create(name="Newtown", address={"country": "Australia", "iso": "AU", "iso_state": "NSW"})
    for number, (day, place) in enumerate(
        [(on(1, 1, 2024), fitzroy), (on(29, 2, 2024), newtown), (on(3, 6, 2025), fitzroy), (on(20, 4), website)]
    ):
        sell(
            line(brand="Acme", price="20.10"),
            line("MUG", 3),
            transacted_at=day,
            location=place,
            external_id=f"S{number}",
        )
    Profile.objects.filter(pk=member.pk).update(joined_at=on(1, 1, 2023), joined_location=fitzroy)
    return Profile.objects.get(pk=member.pk)


@pytest.mark.parametrize("fact", OURS, ids=lambda fact: fact.handle)
def test_a_fact_is_the_figure(fact, shopper, other_member, at):
    for later in (0, 34, 61, 400, 900, 4000):
        then = at + timedelta(days=later)
        for profile in (shopper, Profile.objects.get(pk=other_member.pk)):
            assert said(profile, fact, at=then) == shown(figures_of(profile, at=then), fact), later


def test_spend_of_the_last_year_falls_as_days_drop_out(shopper):
    assert figures_of(shopper, at=on(1))["spend_12m_now"] == Decimal("100.20")
    assert figures_of(shopper, at=on(3, 6))["spend_12m_now"] == Decimal("50.10")
    assert figures_of(shopper, at=on(20, 4, 2027))["spend_12m_now"] == 0


def test_spend_of_a_year_that_is_past(shopper):
    fact = next(fact for fact in OURS if fact.handle.endswith("spend_12m_now"))
    assert (
        figures_of(shopper, at=on(1, 3, 2024))["spend_12m_now"]
        == said(shopper, fact, at=on(1, 3, 2024))
        == Decimal("100.20")
    )


def test_the_dimensions_of_time(shopper):
    figures = figures_of(shopper, at=on(1))
    assert (figures["dimension_recency"], figures["dimension_join"]) == ("RC", "J3")
    assert figures_of(shopper, at=on(20, 7))["dimension_recency"] == "RS"


def test_where_the_customer_is_likely_to_live(shopper):
    figures = figures_of(shopper, at=on(1))
    assert (figures["likely_country"], figures["likely_country_score"]) == ("Australia", 0.75)
    assert (figures["likely_state_iso"], figures["likely_state_iso_score"]) == ("VIC", 0.67)
    # Of one shop of four it is known.
    assert (figures["likely_region"], figures["likely_region_score"]) == ("Inner North", 1.0)


@pytest.mark.parametrize(("sales", "share"), [((1, 1), 0.5), ((5, 3), 0.63), ((199, 1), 1.0), ((2, 1), 0.67)])
def test_a_share_is_rounded_alike_by_both(shopper, fitzroy, website, sales, share):
    TransactedLocation.objects.exclude(location__in=[fitzroy, website]).delete()
    for place, count in zip((fitzroy, website), sales, strict=True):
        TransactedLocation.objects.filter(location=place).update(sales=count)
    fact = FACTS.named("aggregations.likely_country_score")
    assert said(shopper, fact, at=on(1)) == Decimal(str(share))
    assert figures_of(shopper, at=on(1))["likely_country_score"] == share


def test_of_two_as_likely_it_is_the_same_for_both(shopper, fitzroy, website):
    # A capital sorts before a small letter, whatever the language of the database.
    for place, country in ((fitzroy, "austria"), (website, "Belgium")):
        place.address = {"country": country}
        place.save()
    TransactedLocation.objects.exclude(location__in=[fitzroy, website]).delete()
    TransactedLocation.objects.update(sales=1)
    fact = FACTS.named("aggregations.likely_country")
    assert said(shopper, fact, at=on(1)) == figures_of(shopper, at=on(1))["likely_country"] == "Belgium"


BY_TYPE = {
    FactType.TEXT: some.sampled_from(["", "Australia", "VIC", "Fitzroy", "Inner North", "FH", "RC", "CM", "AUD", "zz"]),
    FactType.NUMBER: some.sampled_from([-1, 0, 0.25, 0.67, 0.75, 1, 2, 4, 40, 50.1, 100.2, 200.4]),
    FactType.DATE: some.sampled_from(["2024-01-01", "2024-02-29", "2025-06-03", "2026-04-20", "2030-01-01"]),
}
ORDER = some.sampled_from(["==", "!=", "<", "<=", ">", ">="])


@some.composite
def claims(draw):
    """A claim about any of the figures."""
    fact = draw(some.sampled_from(OURS))
    asked = {"var": fact.handle}
    if fact.type == FactType.LIST:
        return {"in": [draw(some.sampled_from(["Acme", "Fitzroy", "Newtown", "zz"])), asked]}
    if draw(some.booleans()):
        return draw(some.sampled_from([{"==": [asked, None]}, {"!!": [asked]}]))
    return {draw(ORDER): [asked, draw(BY_TYPE[fact.type])]}


def test_whom_a_condition_on_purchases_finds_is_of_whom_it_holds(shopper, other_member, sell, website, at):
    sell(line(), profile=other_member, location=website, external_id="S9", transacted_at=on(20, 4))
    crowd = [shopper, Profile.objects.get(pk=other_member.pk), Profile.objects.create(first_name="Nora")]

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(claim=claims(), later=some.sampled_from([0, 61, 400]))
    def agree(claim, later):
        condition, then = Condition(claim), at + timedelta(days=later)
        found = set(Profile.objects.matching(condition, at=then).values_list("pk", flat=True))
        assert found == {one.pk for one in crowd if condition.holds_for(one, at=then)}

    agree()

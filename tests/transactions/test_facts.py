"""What conditions ask of purchases is what the figures of one customer say, on any day."""

from datetime import timedelta
from decimal import Decimal

import pytest

from profiles.conditions.facts import FACTS, FactType
from profiles.models import Location, Profile
from tests.transactions.conftest import line, on
from transactions.figures import figures_of

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
    fitzroy.address, website.address = {"country": "Australia", "iso": "AU", "iso_state": "VIC"}, {"country": "Fiji"}
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
        == Decimal("200.40")
    )


def test_the_dimensions_of_time(shopper):
    figures = figures_of(shopper, at=on(1))
    assert (figures["dimension_recency"], figures["dimension_join"]) == ("RC", "J3")
    assert figures_of(shopper, at=on(20, 7))["dimension_recency"] == "RS"
    assert (figures["likely_country"], figures["likely_country_score"]) == ("Australia", 0.75)

"""What a customer has, in Omneo's numbers (omneo-reference 2.9) and in our own words (api.md 5)."""

from datetime import datetime
from decimal import Decimal

from rest_framework import serializers

from earning.amounts import POINTS, ZERO, as_text
from earning.ledger.balances import ending, live
from earning.models import LoyaltyCard, Program
from earning.models.balance import SUMS
from earning.rewards.redeeming import worth_of_a_point
from earning.rounding import money
from profiles.conditions.evaluating import number_of
from profiles.conditions.facts import FACTS
from profiles.conditions.moments import Moment
from profiles.conditions.readings import values_of
from profiles.models import Profile

NOTHING = dict.fromkeys(SUMS, ZERO)
# Another app's figure; it is asked for as a fact, by which apps know of one another.
OF_BENEFITS = "benefit_balance"


class ExpiringShape(serializers.Serializer):
    date = serializers.DateField(help_text="The day in the program's time zone.")
    points = serializers.CharField()


class ProgramBalanceShape(serializers.Serializer):
    points = serializers.CharField(help_text="What can be spent now.")
    points_pending = serializers.CharField(help_text="Earned, and usable only later.")
    points_pending_approval = serializers.CharField(help_text="Waits for somebody to approve it.")
    points_debt = serializers.CharField(help_text="Taken although it was not there. What is earned next repays it.")
    points_expiring = ExpiringShape(many=True)
    currencies = serializers.DictField(child=serializers.CharField(), help_text="By currency.")


class LocalisedShape(serializers.Serializer):
    reward_balance = serializers.FloatField()
    point_balance_dollars = serializers.FloatField()
    combined_balance_dollars = serializers.FloatField()


class BalancesShape(ProgramBalanceShape):
    reward_balance = serializers.FloatField()
    point_balance = serializers.FloatField()
    point_balance_dollars = serializers.FloatField()
    benefit_balance = serializers.FloatField(help_text="How many benefits can be used today.")
    combined_balance_dollars = serializers.FloatField()
    credit_balance = serializers.FloatField()
    localised = LocalisedShape()
    programs = serializers.DictField(child=ProgramBalanceShape(), help_text="By the handle of each.")


def balances_as_json(profile: Profile, *, at: datetime) -> dict:
    """All cards of the customer, as they are at that moment. Five queries."""
    cards = list(LoyaltyCard.objects.select_related("program").filter(profile=profile).order_by("pk"))
    keys = [card.pk for card in cards]
    sums, ends = live(keys, at=at), ending(keys, at=at)
    programs = {card.program.handle: of_card(card, sums, ends.get(card.pk, [])) for card in cards}
    usual = next((card for card in cards if card.program.is_default), None)
    if usual is None:
        # Not made yet, as for a customer of this second.
        usual = LoyaltyCard(program=Program.objects.default())
        programs[usual.program.handle] = of_card(usual, {}, [])
    own = programs[usual.program.handle]
    return {**in_numbers(usual, sums), OF_BENEFITS: usable_benefits(profile, at=at), **own, "programs": programs}


def of_card(card: LoyaltyCard, sums: dict, ends: list) -> dict:
    points = sums.get((card.pk, POINTS), NOTHING)
    currencies = {unit: one["active"] for (key, unit), one in sums.items() if key == card.pk and unit != POINTS}
    currencies.setdefault(card.program.currency, ZERO)
    return {
        "points": as_text(points["active"], POINTS),
        "points_pending": as_text(points["pending"], POINTS),
        "points_pending_approval": as_text(points["pending_approval"], POINTS),
        "points_debt": as_text(points["debt"], POINTS),
        "points_expiring": [{"date": f"{day:%Y-%m-%d}", "points": as_text(amount, POINTS)} for day, amount in ends],
        "currencies": {unit: as_text(amount, unit) for unit, amount in sorted(currencies.items())},
    }


def in_numbers(card: LoyaltyCard, sums: dict) -> dict:
    """Omneo's, of the default program."""
    currency = card.program.currency
    points = sums.get((card.pk, POINTS), NOTHING)["active"]
    rewards = sums.get((card.pk, currency), NOTHING)["active"]
    worth = money(points * worth_of_a_point(card.program, currency), currency)
    in_money = {
        "reward_balance": number_of(rewards),
        "point_balance_dollars": number_of(worth),
        "combined_balance_dollars": number_of(rewards + worth),
    }
    return {**in_money, "point_balance": number_of(points), "credit_balance": 0, "localised": in_money}


def usable_benefits(profile: Profile, *, at: datetime) -> int | Decimal:
    fact = FACTS.named(OF_BENEFITS)
    return values_of(profile, {fact}, asked=Moment(at))[OF_BENEFITS] if fact is not None else 0

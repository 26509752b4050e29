"""What there is of earning, for the world of the tests that go over all lists and pages."""

from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from earning import pointing
from earning.backtesting.starting import start
from earning.models import (
    Adjustment,
    Award,
    BackTest,
    Badge,
    BalanceRedemption,
    CouponPool,
    Credit,
    Debit,
    EarningRule,
    LoyaltyCard,
    PointDefinition,
    Program,
    Referral,
    RewardDefinition,
    RewardOrder,
    TierDefinition,
)
from earning.rewards import ordering, redeeming, rewarding
from jobs.models import Job
from profiles.models import Consent, Location, Segment, Tag
from tests.earning.rewards_made import reward
from tests.earning.rules_made import limit, spending


class EarningWorld:
    """Part of `World`."""

    def _tier(self, number: int) -> TierDefinition:
        tier = TierDefinition.objects.create(
            program=Program.objects.default(), name=f"Tier {number}", handle=f"tier-{number}", rank=number
        )
        tier.tags.set(Tag.objects.named("vip", f"tag-{number}"))
        return tier

    def _coupon_pool(self, number: int) -> CouponPool:
        program = Program.objects.default()
        return CouponPool.objects.create(program=program, name=f"Pool {number}", handle=f"pool-{number}")

    def _consent(self, number: int) -> Consent:
        return self._of_member(
            Consent, code=f"code-{number}", is_granted=True, granted_at=self.at, created_at=self.at, updated_at=self.at
        )

    def _referral(self, number: int) -> Referral:
        card = LoyaltyCard.objects.ensure(self._profile(800 + number), at=self.at, cause=self.cause)
        return Referral.objects.create(card=card, referrer=self.member, referred_at=self.at)

    def _program(self, number: int) -> Program:
        return Program.objects.create(name=f"Program {number}", handle=f"p-{number}", timezone="UTC", currency="AUD")

    def _badge(self, number: int) -> Badge:
        return Badge.objects.create(name=f"Badge {number}", handle=f"badge-{number}")

    def _rule(self, number: int) -> EarningRule:
        segment = Segment.objects.create(
            name=f"Of rule {number}", handle=f"of-rule-{number}", condition={"==": [{"var": "gender"}, "female"]}
        )
        return spending(
            name=f"Rule {number}",
            tiers=[self._tier(500 + number).handle],
            segments=[segment.handle],
            locations=[Location.objects.create(name=f"Of rule {number}").pk],
            limits=[limit(5)],
            badge=self._badge(500 + number).handle,
        )

    def _earning_rule(self, number: int) -> EarningRule:
        """One that gave something lately."""
        rule, at = self._rule(number), timezone.now()
        card = LoyaltyCard.objects.ensure(self.member, rule.program, at=self.at, cause=self.cause)
        given = {"source": "event", "source_key": "1", "points": 5, "at": at, "created_at": at}
        Award.objects.create(card=card, rule=rule, version=rule.version, **given)
        return rule

    def _backtest(self, number: int) -> BackTest:
        """One that is done."""
        test = start(self._rule(700 + number), days=30, at=self.at, cause=self.cause)
        side = {"points": "5", "currency": {}, "cost": None, "awards": 1, "profiles": 1}
        told = dict.fromkeys(("live", "draft", "rule", "difference"), side)
        told |= {"by_day": [], "by_tier": [], "why_not": [], "transactions": 1, "lines": 1, "seconds": 0.1}
        Job.objects.filter(pk=test.job_id).update(state=Job.State.DONE)
        BackTest.objects.filter(pk=test.pk).update(result=told)
        return test

    def _reward_definition(self, number: int) -> RewardDefinition:
        return reward(name=f"Reward {number}", handle=f"reward-{number}", points_cost=Decimal(100), stock=5)

    def _way(self, number: int) -> EarningRule:
        return spending(name=f"Way {number}", badge=self._badge(800 + number).handle)

    def _card(self, number: int) -> LoyaltyCard:
        return LoyaltyCard.objects.ensure(self.member, self._program(number), at=self.at, cause=self.cause)

    def _approval(self, number: int) -> Adjustment:
        """An adjustment and an award."""
        Program.objects.update(adjustment_approval_above=0)
        card = LoyaltyCard.objects.ensure(self.member, at=self.at, cause=self.cause)
        if not hasattr(self, "asking"):
            self.asking = spending(name="Asking", requires_approval=True, badge=self._badge(900).handle)
        self._sale(4000 + number)
        return card.adjust(Decimal(5), reason="A promise.", at=self.at, cause=self.cause)

    # --- The ledger ---------------------------------------------------------------------------------------------------

    def _point_definition(self, number: int) -> PointDefinition:
        definition = PointDefinition.objects.create(name=f"Points {number}", handle=f"points-{number}")
        definition.tags.set(Tag.objects.named("vip", f"tag-{number}"))
        return definition

    def _point(self, number: int) -> Credit:
        """Of a definition, and some put on it by hand."""
        given = {"at": self.at, "cause": self.cause, "definition": self._point_definition(number)}
        left = Decimal(12 + number % 5)
        return pointing.give(self.member, Decimal(10), value_remaining=left, external_id=f"point-{number}", **given)

    def _offer(self, number: int) -> RewardDefinition:
        definition = reward(
            name=f"Reward {number}", handle=f"reward-{number}", points_cost=Decimal(1), max_per_profile=3, stock=50
        )
        definition.tags.set(Tag.objects.named("vip", f"tag-{number}"))
        definition.tiers.add(self._tier(700 + number))
        return definition

    def _reward(self, number: int) -> Credit:
        """One to which more was added by hand."""
        one = rewarding.issue(self._offer(number), self.member, at=self.at, cause=self.cause)
        return rewarding.correct(one, value_remaining=Decimal(15), at=self.at, cause=self.cause)

    def _payment(self, number: int) -> BalanceRedemption:
        self._reward(number)
        place = Location.objects.create(name=f"Of payment {number}")
        return redeeming.redeem(self.member, Decimal(1), at=self.at, cause=replace(self.cause, location=place))

    def _order(self, number: int) -> RewardOrder:
        definition = self._offer(number)
        definition.tiers.clear()
        card = LoyaltyCard.objects.ensure(self.member, at=self.at, cause=self.cause)
        card.credit(Decimal(1), at=self.at, cause=self.cause)
        return ordering.order(definition, self.member, at=self.at, cause=self.cause)

    def _full_card(self, number: int) -> LoyaltyCard:
        """Another customer's, with points."""
        card = LoyaltyCard.objects.ensure(self._profile(6000 + number), at=self.at, cause=self.cause)
        card.credit(Decimal(500), at=self.at, cause=self.cause)
        return card

    def _award(self, number: int) -> Award:
        self._approval(number)
        return Award.objects.order_by("-pk").first()

    def _credit(self, number: int) -> Credit:
        """A reward, which can be extended."""
        ten = reward(handle=f"given-{number}", is_extendable=True)
        return rewarding.issue(ten, self._profile(6000 + number), at=self.at, cause=self.cause)

    def _debit(self, number: int) -> Debit:
        return self._full_card(number).spend(Decimal(5), at=self.at, cause=self.cause)

"""How each refusal about rules, what customers do, coupons, referrals and rewards comes about. `desk.made` is what is acted on."""

from datetime import timedelta
from decimal import Decimal

from earning import pointing
from earning.awards import approvals
from earning.coupons import making
from earning.models import Award, CouponAttempt, CouponPool, PointDefinition, RewardDefinition, TierDefinition
from earning.occurrences import couponing, posting, referring, reporting
from earning.rewards import ordering, rewarding
from profiles.cause import Cause
from profiles.models import Location
from tests.earning.rewards_made import reward
from tests.earning.rules_made import custom, event, limit, rule, spending

DAY = timedelta(days=1)
POSTED = {"external_id": "P1", "account": "fees", "direction": "debit", "currency": "AUD"}


def unknown_event(desk) -> None:
    """No rule hears it."""


def event_elsewhere(desk) -> None:
    place = Location.objects.create(name="Fitzroy", external_code="FIT")
    custom("survey", locations=[place.pk])


def event_of_another(desk) -> None:
    custom("survey")
    reporting.report(desk.other, "survey", external_id="E1", **desk.now)


def award_rejected(desk) -> None:
    custom("survey", requires_approval=True)
    reporting.report(desk.member, "survey", external_id="E1", **desk.now)
    desk.made = Award.objects.get()
    approvals.reject(desk.made, at=desk.at, cause=Cause(user=desk.manager, reason="No."))


def active_rule(desk) -> None:
    desk.made = spending()


def archived_rule(desk) -> None:
    desk.made = spending()
    desk.made.archive(at=desk.at)


def applied_rule(desk) -> None:
    desk.made = custom("survey")
    reporting.report(desk.member, "survey", external_id="E1", **desk.now)


def rule_for_events(desk) -> None:
    desk.made = event("birthday")


def pool(desk, handle: str = "letters") -> CouponPool:
    desk.made = CouponPool.objects.create(program=desk.program, name=handle, handle=handle)
    making.bring(desk.made, ["LETTER-1"])
    return desk.made


def pool_beside_another(desk) -> None:
    pool(desk)
    desk.made = CouponPool.objects.create(program=desk.program, name="Other", handle="other")


def used_coupon(desk) -> None:
    pool(desk)
    rule("Letters", "coupon", points="5", conditions={"pool": "letters"})
    couponing.redeem(desk.other, "LETTER-1", **desk.now)


def coupon_at_its_limit(desk) -> None:
    once = [limit(1, period="forever", scope="global")]
    rule("Summer", "coupon", points="5", conditions={"codes": ["LETTER-1"], "once_per_member": False}, limits=once)
    couponing.redeem(desk.other, "LETTER-1", **desk.now)


def guessed(desk) -> None:
    tried = [CouponAttempt(profile=desk.member, at=desk.at) for _ in range(couponing.MOST_ATTEMPTS)]
    CouponAttempt.objects.bulk_create(tried)


def posted(desk) -> None:
    posting.post(desk.member, amount=Decimal(10), **POSTED, **desk.now)


def voided(desk) -> None:
    posted(desk)
    posting.void("P1", program=desk.program, **desk.now)


def referred(desk) -> None:
    desk.other.mobile_phone = ""
    referring.refer(desk.card, desk.other, **desk.now)
    desk.made = type(desk.member)(first_name="Third", email="third@example.com").enrol(**desk.now)


def referred_by_the_member(desk) -> None:
    referring.refer(desk.card_of(desk.other), desk.member, **desk.now)
    desk.made = desk.other


def oneself(desk) -> None:
    desk.made = desk.member


def referrer_gone(desk) -> None:
    desk.other.remove(**desk.now)
    desk.made = desk.other


def given_points(desk) -> None:
    desk.made = PointDefinition.objects.create(name="Thanks", handle="thanks")
    pointing.give(desk.member, Decimal(5), definition=desk.made, **desk.now)


def offered(desk, **given) -> RewardDefinition:
    desk.made = reward(points_cost=Decimal(10), **given)
    return desk.made


def archived(desk) -> None:
    desk.made = reward()
    RewardDefinition.objects.update(is_archived=True)
    desk.made.refresh_from_db()


def issued(desk, **given):
    desk.more["definition"] = reward(**given)
    desk.made = rewarding.issue(desk.more["definition"], desk.member, **desk.now)
    return desk.made


def extendable(desk) -> None:
    issued(desk, is_extendable=True)


def used_up(desk) -> None:
    extendable(desk)
    desk.card.spend(Decimal(30), unit="AUD", **desk.now)


def extended(desk) -> None:
    extendable(desk)
    rewarding.extend(desk.made, days=7, **desk.now)


def over(desk) -> None:
    offered(desk, available_until=desk.at - DAY)


def for_gold(desk) -> None:
    tier = TierDefinition.objects.create(program=desk.program, name="Gold", handle="gold", rank=1, value_min=5000)
    offered(desk).tiers.add(tier)


def taken_before(desk) -> None:
    ordering.order(offered(desk, max_per_profile=1), desk.member, **desk.now)


def taken_by_another(desk) -> None:
    desk.card_of(desk.other).credit(Decimal(10), **desk.now)
    ordering.order(offered(desk, stock=1), desk.other, **desk.now)


def without_codes(desk) -> None:
    offered(desk, coupon_pool=CouponPool.objects.create(program=desk.program, name="Cinema", handle="cinema"))


def ordered(desk) -> None:
    desk.made = ordering.order(offered(desk), desk.member, **desk.now)


def cancelled(desk) -> None:
    ordered(desk)
    ordering.cancel(desk.made, **desk.now)


def used_since(desk) -> None:
    ordered(desk)
    desk.card.spend(Decimal(25), unit="AUD", **desk.now)


def ordered_a_benefit(desk) -> None:
    from benefits.models import BenefitDefinition

    BenefitDefinition.objects.create(name="Coffee", handle="coffee", period=30)
    desk.made = ordering.order(offered(desk, benefit="coffee"), desk.member, **desk.now)

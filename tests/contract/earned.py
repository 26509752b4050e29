"""One of each thing of earning, for the customer of contract clients: what paths and bodies can name."""

from datetime import datetime
from decimal import Decimal

from earning.backtesting.starting import start
from earning.coupons import making
from earning.models import (
    Award,
    Badge,
    CouponPool,
    Credit,
    EarningRule,
    LoyaltyCard,
    PointDefinition,
    Program,
    RewardDefinition,
    TierDefinition,
)
from earning.occurrences import posting, referring, reporting
from earning.rewards import ordering, redeeming
from profiles.cause import Cause
from profiles.models import Profile

CAUSE = Cause()


def earned(profile: Profile, *, at: datetime) -> dict[str, object]:
    """By what stands before it in a path, an id that exists."""
    program, now = Program.objects.default(), {"at": at, "cause": CAUSE}
    card = LoyaltyCard.objects.get(profile=profile, program=program)
    card.credit(Decimal(500), **now)
    friend = Profile(first_name="Frida", email="frida@example.com").enrol(**now)
    referral = referring.refer(LoyaltyCard.objects.ensure(friend, program, **now), profile, **now)
    return {
        "/earning/programs": program.pk,
        "/earning/badges": Badge.objects.create(name="Contract", handle="contract").pk,
        "/earning/coupon-pools": pool_of(program).pk,
        "/tiers/definitions": TierDefinition.objects.get(program=program).pk,
        "/points/definitions": PointDefinition.objects.get().pk,
        "/rewards/definitions": RewardDefinition.objects.get(handle="contract-reward").pk,
        "/profiles/cards": card.pk,
        "/profiles/referrals": referral.pk,
        "/profiles/permissions": "email_promo",
        **rules(profile, at=at),
        **credits(profile, at=at),
    }


def pool_of(program: Program) -> CouponPool:
    pool = CouponPool.objects.create(program=program, name="Contract", handle="contract")
    making.bring(pool, ["CONTRACT-CODE"])
    return pool


def rules(profile: Profile, *, at: datetime) -> dict[str, object]:
    """A rule for purchases with a back-test, one for an event that somebody has to approve, and a posting."""
    usual = {"status": "active", "rewards": {"points": "4"}}
    rule = EarningRule.objects.write(usual | {"name": "Contract", "type": "spending"}, at=at)
    event = {"name": "Survey", "type": "custom_event", "conditions": {"code": "survey"}, "requires_approval": True}
    EarningRule.objects.write(usual | event, at=at)
    reporting.report(profile, "survey", external_id="contract", at=at, cause=CAUSE)
    told = {
        "external_id": "contract",
        "account": "fees",
        "direction": "debit",
        "amount": Decimal(10),
        "currency": "AUD",
    }
    posting.post(profile, **told, at=at, cause=CAUSE)
    return {
        "/earning/rules": rule.pk,
        "/earning/backtests": start(rule, at=at, cause=CAUSE).pk,
        "/earning/approvals": Award.objects.get().pk,
        "/earning/ledger-transactions": "contract",
    }


def credits(profile: Profile, *, at: datetime) -> dict[str, object]:
    """A point, a reward, a payment with some of it, and an order from the catalogue."""
    point = Credit.objects.get(external_id="contract-point").pk
    reward = Credit.objects.get(external_id="contract-reward").pk
    offered = RewardDefinition.objects.create(
        program=Program.objects.default(),
        name="Offered",
        handle="offered",
        value=Decimal(5),
        points_cost=Decimal(10),
        is_published=True,
    )
    order = ordering.order(offered, profile, at=at, cause=CAUSE)
    payment = redeeming.redeem(profile, Decimal(3), at=at, cause=CAUSE)
    return {
        "/points": point,
        "/profiles/points": point,
        "/credits": point,
        "/rewards": reward,
        "/profiles/rewards": reward,
        "/orders": order.pk,
        "/profiles/payments": payment.number,
        "/profiles/ledgers": point,
    }

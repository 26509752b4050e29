"""How each refusal about rules, what customers do, coupons, referrals and rewards comes about, and the doors at which it is met.

`{code: (how it came to that, {door: what is asked})}`
"""

from datetime import timedelta
from decimal import Decimal

from earning import pointing
from earning.awards import approvals
from earning.backtesting.starting import start
from earning.coupons import making
from earning.models import (
    Award,
    CouponAttempt,
    CouponPool,
    EarningRule,
    PointDefinition,
    RewardDefinition,
    TierDefinition,
)
from earning.occurrences import couponing, posting, referring, reporting
from earning.rewards import ordering, rewarding
from profiles.cause import Cause
from profiles.models import Location
from tests.earning.rewards_made import reward
from tests.earning.rules_made import custom, event, limit, rule, spending

DAY = timedelta(days=1)
POSTED = {"external_id": "P1", "account": "fees", "direction": "debit", "currency": "AUD"}


# --- How it comes about -------------------------------------------------------------------------------------------------


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


# --- What is asked ------------------------------------------------------------------------------------------------------


def report(desk):
    return desk.model(lambda: reporting.report(desk.member, "survey", external_id="E1", **desk.now))


def report_by_api(answers: int):
    sent = {"code": "survey", "external_id": "E1"}
    return lambda desk: desk.ask("earning/events", answers=answers, profile_id=str(desk.member.pk), **sent)


def redeem_coupon(answers: int = 409) -> dict:
    sent = {"code": "LETTER-1", "answers": answers}
    return {
        "model": lambda desk: desk.model(lambda: couponing.redeem(desk.member, "LETTER-1", **desk.now)),
        "api": lambda desk: desk.ask("earning/coupons/redeem", profile_id=str(desk.member.pk), **sent),
    }


def post_again(amount: int) -> dict:
    return {
        "model": lambda desk: desk.model(
            lambda: posting.post(desk.member, amount=Decimal(amount), **POSTED, **desk.now)
        ),
        "api": lambda desk: desk.ask(
            "earning/ledger-transactions", profile_id=str(desk.member.pk), amount=amount, **POSTED
        ),
    }


REFER = {
    "model": lambda desk: desk.model(lambda: referring.refer(desk.card, desk.made, **desk.now)),
    "api": lambda desk: desk.ask(f"{desk.of_member}/referrals", referred_by=str(desk.made.pk)),
}
ORDER = {
    "model": lambda desk: desk.model(lambda: ordering.order(desk.made, desk.member, **desk.now)),
    "api": lambda desk: desk.ask(f"{desk.of_member}/rewards/redeem", definition=desk.made.handle),
    "admin": lambda desk: desk.act("catalogue", definition=desk.made.pk, quantity=1),
}
CANCEL = {
    "model": lambda desk: desk.model(lambda: ordering.cancel(desk.made, **desk.now)),
    "api": lambda desk: desk.ask(f"{desk.of_member}/rewards/orders/{desk.made.pk}/cancel"),
    "admin": lambda desk: desk.page("rewardorder_cancel", desk.made.pk),
}


def extend(**by) -> dict:
    asked = {"extend_days": by["days"]} if "days" in by else {"extend_date": "2026-05-01 13:00:00"}
    return {
        "model": lambda desk: desk.model(
            lambda: rewarding.extend(desk.made, **(by or {"until": desk.at + DAY / 24}), **desk.now)
        ),
        # Those that may not be are left out of an answer that tells of several.
        "api": lambda desk: left_out(desk, asked),
        "admin": lambda desk: desk.page(
            "credit_extend", desk.made.pk, seen="long ago", **(by or {"until": desk.at.date().isoformat()})
        ),
    }


def left_out(desk, asked: dict) -> tuple[str, str]:
    sent = {"profile_id": str(desk.member.pk), "ids": [desk.made.pk]} | asked
    answer = desk.api.post("/api/v3/rewards/extend", sent, format="json")
    [no] = answer.json()["meta"]["left_out"]
    return no["message"], no["code"]


def delete(path: str, page: str = "") -> dict:
    return {
        "model": lambda desk: desk.model(desk.made.delete),
        "api": lambda desk: desk.ask(f"{path}/{desk.made.pk}", "delete"),
        **({"admin": lambda desk: desk.page(f"{page}_delete", desk.made.pk, post="yes")} if page else {}),
    }


EARNING = {
    "event_unknown": (unknown_event, {"model": report, "api": report_by_api(400)}),
    "event_not_available": (event_elsewhere, {"model": report, "api": report_by_api(400)}),
    "event_external_id_taken": (event_of_another, {"model": report, "api": report_by_api(409)}),
    "award_decided": (
        award_rejected,
        {
            "model": lambda desk: desk.model(
                lambda: approvals.approve(desk.made, at=desk.at, cause=Cause(user=desk.manager))
            ),
            "api": lambda desk: desk.ask(f"earning/approvals/{desk.made.pk}/approve"),
            "admin": lambda desk: desk.page("adjustment_approvals", chosen=f"award-{desk.made.pk}", decision="approve"),
        },
    ),
    # An error of the input, at its field.
    "type_is_fixed": (
        active_rule,
        {
            "model": lambda desk: desk.model(
                lambda: EarningRule.objects.write(
                    {"type": "coupon", "conditions": {"codes": ["A-1"]}}, at=desk.at, rule=desk.made
                )
            ),
            "api": lambda desk: desk.ask(
                f"earning/rules/{desk.made.pk}", "put", answers=422, type="coupon", conditions={"codes": ["A-1"]}
            ),
        },
    ),
    "rule_archived": (
        archived_rule,
        {
            "model": lambda desk: desk.model(lambda: desk.made.activate(at=desk.at)),
            "api": lambda desk: desk.ask(f"earning/rules/{desk.made.pk}", "put", status="active"),
            "admin": lambda desk: desk.page("earningrule_activate", desk.made.pk),
        },
    ),
    "rule_not_archived": (
        active_rule,
        {
            "model": lambda desk: desk.model(lambda: desk.made.restore(at=desk.at)),
            "admin": lambda desk: desk.page("earningrule_restore", desk.made.pk),
        },
    ),
    "rule_in_use": (applied_rule, delete("earning/rules", "earningrule")),
    "not_backtestable": (
        rule_for_events,
        {
            "model": lambda desk: desk.model(lambda: start(desk.made, **desk.now)),
            "api": lambda desk: desk.ask(f"earning/rules/{desk.made.pk}/backtest"),
        },
    ),
    # The back office has no button for it.
    "points_in_use": (given_points, delete("points/definitions")),
    "coupon_unknown": (unknown_event, redeem_coupon()),
    "coupon_used": (used_coupon, redeem_coupon()),
    "limit_reached": (coupon_at_its_limit, redeem_coupon()),
    "too_many_attempts": (guessed, {"model": redeem_coupon()["model"]}),
    "coupon_of_another_pool": (
        pool_beside_another,
        {
            "model": lambda desk: desk.model(lambda: making.bring(desk.made, ["LETTER-1"])),
            "api": lambda desk: desk.ask(f"earning/coupon-pools/{desk.made.pk}/codes", codes=["LETTER-1"]),
            "admin": lambda desk: desk.page("couponpool_bring_codes", desk.made.pk, codes="LETTER-1"),
        },
    ),
    "coupon_pool_in_use": (pool, {"api": lambda desk: desk.ask(f"earning/coupon-pools/{desk.made.pk}", "delete")}),
    "posting_external_id_taken": (posted, post_again(11)),
    "posting_voided": (voided, post_again(10)),
    "already_referred": (referred, REFER),
    "referred_by_oneself": (oneself, REFER),
    "referred_in_a_circle": (referred_by_the_member, REFER),
    "referrer_inactive": (referrer_gone, REFER),
    "reward_archived": (
        archived,
        {
            "model": lambda desk: desk.model(lambda: rewarding.issue(desk.made, desk.member, **desk.now)),
            "api": lambda desk: desk.ask("rewards", profile_id=str(desk.member.pk), reward_definition_id=desk.made.pk),
        },
    ),
    "reward_in_use": (
        lambda desk: issued(desk) and setattr(desk, "made", desk.more["definition"]),
        delete("rewards/definitions", "rewarddefinition"),
    ),
    "not_extendable": (issued, extend(days=7)),
    "already_extended": (extended, {door: ask for door, ask in extend(days=7).items() if door != "admin"}),
    "reward_over": (used_up, extend(days=7)),
    "not_later": (extendable, extend()),
    "not_in_catalogue": (lambda desk: offered(desk, is_published=False), ORDER),
    "not_available_now": (over, ORDER),
    "tier_required": (for_gold, ORDER),
    "most_for_each": (taken_before, ORDER),
    "out_of_stock": (taken_by_another, ORDER),
    "no_coupons_left": (without_codes, ORDER),
    "already_cancelled": (cancelled, CANCEL),
    "order_was_used": (used_since, CANCEL),
    "order_is_a_benefit": (ordered_a_benefit, CANCEL),
}

"""The doors at which each refusal about rules, what customers do, coupons, referrals and rewards is met.

`{code: (how it came to that, {door: what is asked})}`
"""

from decimal import Decimal

from earning.awards import approvals
from earning.backtesting.starting import start
from earning.coupons import making
from earning.models import EarningRule
from earning.occurrences import couponing, posting, referring, reporting
from earning.rewards import ordering, rewarding
from profiles.cause import Cause
from tests.doors import earning_situations as situations
from tests.doors.earning_situations import DAY, POSTED


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
    "event_unknown": (situations.unknown_event, {"model": report, "api": report_by_api(400)}),
    "event_not_available": (situations.event_elsewhere, {"model": report, "api": report_by_api(400)}),
    "event_external_id_taken": (situations.event_of_another, {"model": report, "api": report_by_api(409)}),
    "award_decided": (
        situations.award_rejected,
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
        situations.active_rule,
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
        situations.archived_rule,
        {
            "model": lambda desk: desk.model(lambda: desk.made.activate(at=desk.at)),
            "api": lambda desk: desk.ask(f"earning/rules/{desk.made.pk}", "put", status="active"),
            "admin": lambda desk: desk.page("earningrule_activate", desk.made.pk),
        },
    ),
    "rule_not_archived": (
        situations.active_rule,
        {
            "model": lambda desk: desk.model(lambda: desk.made.restore(at=desk.at)),
            "admin": lambda desk: desk.page("earningrule_restore", desk.made.pk),
        },
    ),
    "rule_in_use": (situations.applied_rule, delete("earning/rules", "earningrule")),
    "not_backtestable": (
        situations.rule_for_events,
        {
            "model": lambda desk: desk.model(lambda: start(desk.made, **desk.now)),
            "api": lambda desk: desk.ask(f"earning/rules/{desk.made.pk}/backtest"),
        },
    ),
    # The back office has no button for it.
    "points_in_use": (situations.given_points, delete("points/definitions")),
    "coupon_unknown": (situations.unknown_event, redeem_coupon()),
    "coupon_used": (situations.used_coupon, redeem_coupon()),
    "limit_reached": (situations.coupon_at_its_limit, redeem_coupon()),
    "too_many_attempts": (situations.guessed, {"model": redeem_coupon()["model"]}),
    "coupon_of_another_pool": (
        situations.pool_beside_another,
        {
            "model": lambda desk: desk.model(lambda: making.bring(desk.made, ["LETTER-1"])),
            "api": lambda desk: desk.ask(f"earning/coupon-pools/{desk.made.pk}/codes", codes=["LETTER-1"]),
            "admin": lambda desk: desk.page("couponpool_bring_codes", desk.made.pk, codes="LETTER-1"),
        },
    ),
    "coupon_pool_in_use": (
        situations.pool,
        {"api": lambda desk: desk.ask(f"earning/coupon-pools/{desk.made.pk}", "delete")},
    ),
    "posting_external_id_taken": (situations.posted, post_again(11)),
    "posting_voided": (situations.voided, post_again(10)),
    "already_referred": (situations.referred, REFER),
    "referred_by_oneself": (situations.oneself, REFER),
    "referred_in_a_circle": (situations.referred_by_the_member, REFER),
    "referrer_inactive": (situations.referrer_gone, REFER),
    "reward_archived": (
        situations.archived,
        {
            "model": lambda desk: desk.model(lambda: rewarding.issue(desk.made, desk.member, **desk.now)),
            "api": lambda desk: desk.ask("rewards", profile_id=str(desk.member.pk), reward_definition_id=desk.made.pk),
        },
    ),
    "reward_in_use": (
        lambda desk: situations.issued(desk) and setattr(desk, "made", desk.more["definition"]),
        delete("rewards/definitions", "rewarddefinition"),
    ),
    "not_extendable": (situations.issued, extend(days=7)),
    "already_extended": (situations.extended, {door: ask for door, ask in extend(days=7).items() if door != "admin"}),
    "reward_over": (situations.used_up, extend(days=7)),
    "not_later": (situations.extendable, extend()),
    "not_in_catalogue": (lambda desk: situations.offered(desk, is_published=False), ORDER),
    "not_available_now": (situations.over, ORDER),
    "tier_required": (situations.for_gold, ORDER),
    "most_for_each": (situations.taken_before, ORDER),
    "out_of_stock": (situations.taken_by_another, ORDER),
    "no_coupons_left": (situations.without_codes, ORDER),
    "already_cancelled": (situations.cancelled, CANCEL),
    "order_was_used": (situations.used_since, CANCEL),
    "order_is_a_benefit": (situations.ordered_a_benefit, CANCEL),
}

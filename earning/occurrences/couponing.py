"""A coupon code is entered without a purchase (earning-reference 1.8). Who guesses has to wait."""

from datetime import datetime, timedelta

from django.db import transaction

from cxmanager.refusals import Refusal
from earning.models import Coupon, CouponAttempt, EarningRule, LoyaltyCard, Program
from earning.occurrences.happening import Heard, award_happening
from earning.reasons import Code
from earning.refusals import refusal
from earning.rules.coupon import normalised
from earning.snapshot import COUPON, Happening, UsedCoupon
from jobs.housekeeping import tidies
from profiles.cause import Cause
from profiles.models import Profile
from transactions.locking import in_turn

MOST_ATTEMPTS, WITHIN = 10, timedelta(minutes=15)
KEPT = timedelta(days=1)


def redeem(profile: Profile, code: str, *, program: Program | None = None, at: datetime, cause: Cause) -> Heard:
    """Give what the code gives. Records `coupon.used` and what is awarded.

    Raises Refusal: too_many_attempts (with `retry_after` seconds), coupon_unknown, coupon_used, or coupon_refused with the
    `reason` of the rule that knows it; profile_inactive.
    """
    refuse_guessing(profile, at=at)
    try:
        return _redeem(profile, code, program or Program.objects.default(), at=at, cause=cause)
    except Refusal as error:
        # Kept though all else is undone.
        if error.code in ("coupon_unknown", "coupon_used"):
            CouponAttempt.objects.create(profile=profile, at=at)
        raise


def refuse_guessing(profile: Profile, *, at: datetime) -> None:
    recent = CouponAttempt.objects.filter(profile=profile, at__gt=at - WITHIN).order_by("-at")
    moments = list(recent.values_list("at", flat=True)[:MOST_ATTEMPTS])
    if len(moments) == MOST_ATTEMPTS:
        wait = int((moments[-1] + WITHIN - at).total_seconds()) + 1
        raise refusal("too_many_attempts", retry_after=wait)


@transaction.atomic
def _redeem(profile: Profile, code: str, program: Program, *, at: datetime, cause: Cause) -> Heard:
    card = LoyaltyCard.objects.ensure(in_turn(profile), program, at=at, cause=cause)
    code = normalised(code)
    held = Coupon.objects.select_related("pool").filter(program=program, code=code).first()
    if held is not None and held.used_at is not None:
        raise refusal("coupon_used")
    happening = Happening(
        kind=COUPON,
        name="",
        at=at,
        # A code of a pool is used once; one that all know as often as its rule lets each customer.
        key=f"code:{code}:{at.timestamp():.6f}",
        coupons=(UsedCoupon(code),),
    )
    heard = award_happening(card, happening, at=at, cause=cause)
    if not heard.awards:
        raise why_nothing(heard, UsedCoupon(code, held and held.pool.handle))
    return heard


def why_nothing(heard: Heard, coupon: UsedCoupon) -> Refusal:
    """Why the code gave nothing: what the rule says that knows it, or that none does."""
    about = [one for one in heard.outcomes if one.rule.type == EarningRule.Type.COUPON]
    knowing = [one for one in about if one.rule.conditions.takes(coupon) and one.reason is not None]
    refused = next((one for one in knowing if one.reason != Code.INACTIVE), None)
    if refused is None:
        return refusal("coupon_unknown")
    # Of a code that was free a moment ago, the rule knows it no more where somebody was faster.
    if refused.reason in (Code.ALREADY_AWARDED, Code.EVENT_MISMATCH):
        return refusal("coupon_used")
    if refused.reason == Code.LIMIT_REACHED:
        return refusal("limit_reached")
    return Refusal(refused.text, code="coupon_refused", reason=refused.reason.value)


@tidies("coupon_attempts")
def forget_attempts(*, at: datetime) -> int:
    """Forget who guessed long ago."""
    return CouponAttempt.objects.filter(at__lt=at - KEPT).delete()[0]

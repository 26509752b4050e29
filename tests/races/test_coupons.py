"""A coupon for a hundred by a hundred and fifty at once, one code by twenty: never one use too many. Each guard is also taken out."""

from datetime import UTC, datetime
from time import sleep

import pytest
from django.db.models import F

from cxmanager.refusals import Refusal
from earning.awards import awarding, limit_uses
from earning.coupons import codes, making
from earning.models import Award, Balance, Coupon, CouponPool, LimitCounter, LoyaltyCard, Program, Referral
from earning.occurrences import couponing, referring
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.earning.rules_made import rule

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TILLS, EACH = 25, 6


def members(count: int) -> list[Profile]:
    rows = Profile.objects.bulk_create(
        Profile(first_name=f"M{number}", email=f"m{number}@example.com", joined_at=AT) for number in range(count)
    )
    LoyaltyCard.objects.make([one.pk for one in rows], Program.objects.default(), at=AT, cause=Cause())
    return rows


def entering(some: list[Profile], code: str):
    """A till at which one customer after another enters the code. Returns what became of each."""

    def enter() -> list[str]:
        return [entered(one, code) for one in some]

    return enter


def entered(member: Profile, code: str) -> str:
    try:
        couponing.redeem(member, code, at=AT, cause=Cause())
    except Refusal as no:
        return no.code
    return "done"


def outcome(results: list) -> dict[str, int]:
    assert [one for one in results if isinstance(one, Exception)] == []
    flat = [one for some in results for one in some]
    return {one: flat.count(one) for one in sorted(set(flat))}


@pytest.fixture
def hundred(transactional_db):
    return rule("A hundred", "coupon", points="5", conditions={"codes": ["hundred"], "max_uses": 100})


def test_a_coupon_of_a_hundred_is_used_a_hundred_times(hundred, at_once):
    everybody = members(TILLS * EACH)

    results = at_once([entering(everybody[number::TILLS], "HUNDRED") for number in range(TILLS)])

    assert outcome(results) == {"done": 100, "limit_reached": 50}
    assert (Award.objects.count(), LimitCounter.objects.get().used) == (100, 100)
    assert sum(Balance.objects.values_list("active", flat=True)) == 500
    assert Event.objects.filter(name="coupon.used").count() == 100


def test_without_the_condition_it_is_used_too_often(hundred, at_once, monkeypatch):
    def take_of_all(key, amount, counters, *, cap):
        row = LimitCounter(limit_id=key[0], card=None, period_key=key[2], used=0, cap=10_000)
        LimitCounter.objects.bulk_create([row], ignore_conflicts=True)
        LimitCounter.objects.filter(limit=key[0], card=None).update(used=F("used") + amount, cap=10_000)

    monkeypatch.setattr(limit_uses, "take_of_all", take_of_all)
    everybody = members(TILLS * EACH)

    at_once([entering(everybody[number::TILLS], "HUNDRED") for number in range(TILLS)])

    assert Award.objects.count() > 100


# --- One code of a pool -------------------------------------------------------------------------------------------------


@pytest.fixture
def letters(transactional_db):
    pool = CouponPool.objects.create(program=Program.objects.default(), name="Letters", handle="letters")
    making.bring(pool, ["letter-0001"])
    return rule("Letters", "coupon", points="5", conditions={"pool": "letters"})


@pytest.fixture
def unlocked(monkeypatch):
    """Whoever finds the code free does not keep others from it, and takes their time."""
    with_pools = codes.with_pools

    def looking(occurrences, rules, *, sale=None, is_locked=False):
        found = with_pools(occurrences, rules, sale=sale)
        sleep(0.1)
        return found

    monkeypatch.setattr(awarding, "with_pools", looking)


def test_one_code_is_used_by_one_of_twenty(letters, at_once):
    results = at_once([entering([one], "letter-0001") for one in members(20)])

    assert outcome(results) == {"coupon_used": 19, "done": 1}
    assert (Award.objects.count(), Coupon.objects.exclude(used_at=None).count()) == (1, 1)


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_the_condition_lets_one_through(letters, at_once):
    results = at_once([entering([one], "letter-0001") for one in members(20)])

    assert outcome(results) == {"coupon_used": 19, "done": 1}
    assert Award.objects.count() == 1


@pytest.mark.usefixtures("unlocked")
def test_without_both_many_use_it(letters, at_once, monkeypatch):
    monkeypatch.setattr(awarding, "use_up", lambda *_, **__: None)

    at_once([entering([one], "letter-0001") for one in members(20)])

    assert Award.objects.count() > 1


# --- Two who refer one another --------------------------------------------------------------------------------------------


def referring_one_another(at_once) -> list:
    one, other = (LoyaltyCard.objects.select_related("profile").get(profile=member) for member in members(2))

    def refer(card, by):
        return lambda: referring.refer(card, by.profile, at=AT, cause=Cause())

    return at_once([refer(one, other), refer(other, one)])


@pytest.fixture
def slow_looks(monkeypatch):
    leads_to = referring.leads_to

    def slowly(*given):
        found = leads_to(*given)
        sleep(0.3)
        return found

    monkeypatch.setattr(referring, "leads_to", slowly)


@pytest.mark.usefixtures("transactional_db", "slow_looks")
def test_of_two_who_refer_one_another_one_does(at_once):
    results = referring_one_another(at_once)

    assert [one.code for one in results if isinstance(one, Refusal)] == ["referred_in_a_circle"]
    assert Referral.objects.count() == 1


@pytest.mark.usefixtures("transactional_db", "slow_looks")
def test_without_the_lock_both_do(at_once, monkeypatch):
    monkeypatch.setattr(referring, "lock_customers", lambda _: None)
    monkeypatch.setattr(referring, "award_happening", lambda *_, **__: None)

    referring_one_another(at_once)

    assert Referral.objects.count() == 2

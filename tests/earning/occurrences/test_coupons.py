"""Coupons: codes that all share and codes of pools, with a purchase and without."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.coupons import codes, making
from earning.models import Balance, Coupon, CouponAttempt, CouponPool, LoyaltyCard, Program
from earning.occurrences import couponing
from jobs.models import Job
from jobs.working import run_one
from profiles.models import Event
from tests.earning.rules_made import rule
from transactions.models import Transaction


def coupon_rule(points="100", **conditions):
    return rule(f"Coupon {points}", "coupon", points=points, conditions=conditions)


@pytest.fixture
def pool(program) -> CouponPool:
    pool = CouponPool.objects.create(program=program, name="Letters", handle="letters", reopens=True)
    making.bring(pool, ["LETTER-0001", " letter-0002 ", "letter-0002"])
    return pool


def points(card) -> Decimal:
    row = Balance.objects.filter(card=card, unit="points").first()
    return row.active if row is not None else Decimal(0)


def refused(member, code, *, at, cause) -> str:
    with pytest.raises(Refusal) as no:
        couponing.redeem(member, code, at=at, cause=cause)
    return no.value.code


def sale(member, *codes, at, cause, **given) -> Transaction:
    document = {"total": Decimal(80), "meta": {"coupons": list(codes)}} | given
    return Transaction.objects.record(member, document, at=at, cause=cause)


# --- Without a purchase --------------------------------------------------------------------------------------------------


def test_a_code_is_the_same_in_capital_letters_and_with_spaces(member, card, at, cause):
    coupon_rule(codes=["Summer26"])

    heard = couponing.redeem(member, "  SUMMER26 ", at=at, cause=cause)

    assert heard.as_json()["points"] == "100"
    assert points(card) == 100
    assert Event.objects.get(name="coupon.used").payload["code"] == "summer26"


def test_once_for_each_member(member, other_member, card, at, cause):
    coupon_rule(codes=["summer26"], once_per_member=True)
    couponing.redeem(member, "summer26", at=at, cause=cause)

    assert refused(member, "summer26", at=at + timedelta(hours=1), cause=cause) == "coupon_used"
    assert couponing.redeem(other_member, "summer26", at=at, cause=cause).as_json()["points"] == "100"


def test_so_many_uses_in_all(member, other_member, card, at, cause):
    coupon_rule(codes=["summer26"], max_uses=1)
    couponing.redeem(member, "summer26", at=at, cause=cause)

    assert refused(other_member, "summer26", at=at, cause=cause) == "limit_reached"


def test_a_code_of_a_pool_is_used_by_one(member, other_member, card, pool, at, cause):
    coupon_rule(pool="letters")
    couponing.redeem(member, "Letter-0001", at=at, cause=cause)

    code = Coupon.objects.get(code="letter-0001")
    assert (code.card, code.used_at, code.award.points) == (card, at, 100)
    assert refused(other_member, "letter-0001", at=at, cause=cause) == "coupon_used"
    assert couponing.redeem(other_member, "letter-0002", at=at, cause=cause).as_json()["points"] == "100"


def test_what_no_rule_knows_is_unknown(member, card, pool, at, cause):
    assert refused(member, "letter-0001", at=at, cause=cause) == "coupon_unknown"
    assert refused(member, "nothing", at=at, cause=cause) == "coupon_unknown"


def test_one_that_needs_a_purchase_says_so(member, card, at, cause):
    coupon_rule(codes=["summer26"], min_order_total="50")

    assert refused(member, "summer26", at=at, cause=cause) == "coupon_refused"


def test_who_guesses_has_to_wait(api, member, card):
    coupon_rule(codes=["summer26"])
    url, body = "/api/v3/earning/coupons/redeem", {"profile_id": str(member.pk)}
    for number in range(couponing.MOST_ATTEMPTS):
        answer = api.post(url, body | {"code": f"guess-{number}"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "coupon_unknown")

    late = api.post(url, body | {"code": "summer26"}, format="json")

    assert late.status_code == 429
    assert 0 < int(late["Retry-After"]) <= 901
    assert points(card) == 0


def test_attempts_are_forgotten(member, card, at):
    CouponAttempt.objects.create(profile=member, at=at - timedelta(days=2))
    CouponAttempt.objects.create(profile=member, at=at)

    assert couponing.forget_attempts(at=at) == 1


def test_over_the_api(api, member, card):
    coupon_rule(codes=["summer26"])
    body = {"profile_id": str(member.pk), "code": "SUMMER26"}

    answer = api.post("/api/v3/earning/coupons/redeem", body, format="json")

    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["points"] == "100"
    assert answer.json()["data"]["awards"][0]["rule_name"] == "Coupon 100"
    assert api.post("/api/v3/earning/coupons/redeem", {"code": "x"}, format="json").status_code == 422


# --- With a purchase -------------------------------------------------------------------------------------------------------


def test_with_a_purchase(member, card, pool, at, cause):
    coupon_rule(pool="letters", min_order_total="50")

    sale(member, "LETTER-0001", at=at, cause=cause)

    assert points(card) == 100
    assert Coupon.objects.get(code="letter-0001").card == card


def test_what_gives_nothing_is_not_used_up(member, card, pool, at, cause):
    coupon_rule(pool="letters", min_order_total="500")

    sale(member, "letter-0001", at=at, cause=cause)

    assert Coupon.objects.get(code="letter-0001").used_at is None


def test_a_sale_that_is_put_right_keeps_its_code(member, card, pool, at, cause):
    coupon_rule(pool="letters")
    bought = sale(member, "letter-0001", at=at, cause=cause)

    bought.change({"total": Decimal(90)}, at=at + timedelta(hours=1), cause=cause)

    assert points(card) == 100
    assert Coupon.objects.get(code="letter-0001").card == card


@pytest.mark.parametrize("reopens", [True, False])
def test_a_code_comes_back_where_its_pool_says_so(member, card, pool, at, cause, reopens):
    CouponPool.objects.update(reopens=reopens)
    coupon_rule(pool="letters")
    bought = sale(member, "letter-0001", at=at, cause=cause)

    bought.void(at=at + timedelta(hours=1), cause=cause)
    codes.reopen(list(Event.objects.filter(name="points.reversed")), at=at)

    assert points(card) == 0
    assert (Coupon.objects.get(code="letter-0001").used_at is None) == reopens


def test_what_a_simulation_foretells_uses_nothing(api, member, card, pool, at, cause):
    from earning.simulating import simulate_happening
    from earning.snapshot import COUPON, Happening, UsedCoupon

    coupon_rule(pool="letters")
    happening = Happening(kind=COUPON, name="", at=at, key="x", coupons=(UsedCoupon("letter-0001"),))

    found = simulate_happening(member, happening, at=at)

    assert sum(one.awarded.points for one in found.decision.given) == 100
    assert Coupon.objects.get(code="letter-0001").used_at is None


# --- Pools -----------------------------------------------------------------------------------------------------------------


def test_codes_are_made_up_in_the_background(api, program):
    made = api.post("/api/v3/earning/coupon-pools", {"name": "Letters", "handle": "letters"}, format="json")
    assert made.status_code == 201, made.content
    pk = made.json()["data"]["id"]
    started = api.post(f"/api/v3/earning/coupon-pools/{pk}/generate", {"count": 25, "prefix": "SUN"}, format="json")
    assert (started.status_code, started.json()["data"]["count"]) == (202, 25)

    job = run_one(worker="me")

    assert (job.state, job.result) == (Job.State.DONE, {"codes": 25})
    codes = list(Coupon.objects.values_list("code", flat=True))
    assert len(set(codes)) == 25
    assert all(code.startswith("sun") and len(code) == 15 and code == code.casefold() for code in codes)
    assert CouponPool.objects.get().codes_count == 25


def test_codes_that_were_made_elsewhere(api, pool):
    url = f"/api/v3/earning/coupon-pools/{pool.pk}/codes"

    answer = api.post(url, {"codes": ["LETTER-0001", "Letter-0003"]}, format="json")
    assert (answer.status_code, answer.json()["data"]) == (201, {"added": 1})
    assert CouponPool.objects.get().codes_count == 3
    for wrong in ([], "letters"):
        assert api.post(url, {"codes": wrong}, format="json").status_code == 422
    for wrong in ("abc", "x" * 65, "y" * 20_000):
        told = api.post(url, {"codes": [wrong]}, format="json").json()["errors"]
        assert told == {"codes": [f"“{wrong[:70]}” is no code: they have 4 to 64 characters."]}


def test_a_code_belongs_to_one_pool(pool, program):
    other = CouponPool.objects.create(program=program, name="Other", handle="other")

    with pytest.raises(Refusal) as no:
        making.bring(other, ["new-code", "letter-0001"])

    assert no.value.code == "coupon_of_another_pool"
    assert not other.coupons.exists()


def test_pools_over_the_api(api, pool):
    url = "/api/v3/earning/coupon-pools"
    assert [one["codes"] for one in api.get(url).json()["data"]] == [2]
    taken = api.post(url, {"name": "L", "handle": "letters"}, format="json")
    assert (taken.status_code, list(taken.json()["errors"])) == (422, ["handle"])
    changed = api.put(f"{url}/{pool.pk}", {"reopens": False}, format="json")
    assert changed.json()["data"]["reopens"] is False
    assert api.delete(f"{url}/{pool.pk}").json()["code"] == "coupon_pool_in_use"
    Program.objects.create(name="Pro", handle="pro", timezone="UTC", currency="AUD")
    assert api.put(f"{url}/{pool.pk}", {"program": "pro"}, format="json").status_code == 422


def test_a_card_is_made_where_there_is_none(other_member, at, cause):
    coupon_rule(codes=["summer26"])

    couponing.redeem(other_member, "summer26", at=at, cause=cause)

    assert LoyaltyCard.objects.filter(profile=other_member).count() == 1

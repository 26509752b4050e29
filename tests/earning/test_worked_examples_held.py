"""The worked examples of earning-reference 3 of what a card holds: when it ends, who it goes to, what it buys and which tier it keeps."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.ledger import checking
from earning.models import LoyaltyCard, Program, TierDefinition
from earning.rewards import redeeming
from earning.rewards.ordering import order
from earning.tiers import tiering, years
from earning.tiers.figures import earned
from profiles.cause import Cause
from tests.earning.ledgers import balance, left
from tests.earning.rewards_made import reward


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def set_up(card, cause):
    """Set what the program says; return the card with it."""

    def run(**terms) -> LoyaltyCard:
        Program.objects.update(points_scale=2, timezone="UTC", **terms)
        return LoyaltyCard.objects.select_related("program", "profile").get(pk=card.pk)

    return run


@pytest.fixture(autouse=True)
def agrees(db):
    """After each the ledger agrees with itself."""
    yield
    assert list(checking.drift()) == []


def refused(verb, *args, **given) -> Refusal:
    with pytest.raises(Refusal) as no:
        verb(*args, **given)
    return no.value


# --- When it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strategy", "n", "ends_at"),
    [
        ("month_end", None, utc(2018, 10, 31, 23, 59, 59)),
        ("year_end", None, utc(2018, 12, 31, 23, 59, 59)),
        ("days", 10, utc(2018, 11, 4, 23, 59, 59)),
        ("never", None, None),
        ("days", None, utc(2019, 1, 23, 23, 59, 59)),
    ],
)
def test_w37_earned_on_25_october(set_up, cause, strategy, n, ends_at):
    at = utc(2018, 10, 25, 14)
    card = set_up(expiry_strategy=strategy, expiry_n=n)
    credit = card.credit(Decimal(5), at=at, cause=cause)
    assert credit.expires_at == ends_at
    if ends_at is not None:
        card.settle(at=ends_at - timedelta(seconds=1))
        assert balance(card)["active"] == 5
        card.settle(at=ends_at + timedelta(seconds=1))
        assert balance(card) == {"earned": 5, "expired": 5}


def test_w38_ten_days_until_it_can_be_used_and_ten_to_use_it(set_up, cause):
    card = set_up(expiry_strategy="days", expiry_n=10, expiry_anchor="activated", pending_days=10)
    credit = card.credit(Decimal(5), at=utc(2018, 3, 1, 9), cause=cause)
    assert (credit.state, credit.active_from) == ("pending", utc(2018, 3, 11, 9))
    assert credit.expires_at == utc(2018, 3, 21, 23, 59, 59)
    assert refused(card.spend, Decimal(5), at=utc(2018, 3, 11, 8), cause=cause).code == "insufficient_points"
    card.spend(Decimal(5), at=utc(2018, 3, 11, 9), cause=cause)


@pytest.mark.parametrize("anchor", ["earned", "activated"])
def test_w39_the_end_of_the_month_is_one_day_after_the_tenth(set_up, cause, anchor):
    card = set_up(expiry_strategy="month_end", expiry_anchor=anchor, pending_days=10)
    credit = card.credit(Decimal(5), at=utc(2018, 1, 20, 12), cause=cause)
    assert (credit.active_from, credit.expires_at) == (utc(2018, 1, 30, 12), utc(2018, 1, 31, 23, 59, 59))


# --- Who it goes to, and what it pays ---------------------------------------------------------------------------------


def test_w41_points_keep_their_end(set_up, other_card, at, cause):
    card, ends = set_up(), [at + timedelta(days=days) for days in (10, 20)]
    for points, end in zip((20, 200), ends, strict=True):
        card.credit(Decimal(points), expires_at=end, at=at, cause=cause)
    card.transfer(other_card, Decimal(100), at=at, cause=cause)
    assert [(one.value, one.expires_at) for one in other_card.credits.order_by("pk")] == [(20, ends[0]), (80, ends[1])]
    assert balance(card)["active"] == 120


def test_w42_what_is_not_there_cannot_be_spent(set_up, at, cause):
    card = set_up()
    card.credit(Decimal(20), at=at, cause=cause)
    card.spend(Decimal(10), at=at, cause=cause)
    no = refused(card.spend, Decimal(100), at=at, cause=cause)
    assert (no.code, no.details["shortfall"]) == ("insufficient_points", "90")


def test_w42_what_has_expired_cannot_be_spent(set_up, at, cause):
    card, ends = set_up(), at + timedelta(days=1)
    for points in (300, 200):
        card.credit(Decimal(points), expires_at=ends, at=at, cause=cause)
    card.spend(Decimal(200), at=at, cause=cause)
    assert refused(card.spend, Decimal(1), at=ends, cause=cause).code == "insufficient_points"


def test_w45_what_was_earned_since(set_up, cause):
    card = set_up()
    for points, moment in ((1, utc(2026, 1, 1, 11)), (2, utc(2026, 1, 2, 10)), (3, utc(2026, 1, 3, 11))):
        card.credit(Decimal(points), at=moment, cause=cause)
    now = utc(2026, 1, 4)
    assert earned([card], since=utc(2026, 1, 2, 9), at=now, is_past=False)[card.pk] == 5


def test_w50_twenty_points_pay_forty(set_up, member, at, cause):
    card = set_up(point_value=Decimal(2))
    card.credit(Decimal(50), at=at, cause=cause)
    to_pay = (
        Decimal(100) - redeeming.redeem(member, Decimal(40), kinds=[redeeming.Kind.POINT], at=at, cause=cause).total
    )
    assert (to_pay, balance(card)["active"]) == (60, 30)


@pytest.mark.parametrize(
    ("number", "given", "before", "quantity", "code"),
    [
        ("W65", {"points_cost": Decimal(20)}, 0, 5, None),
        ("W65", {"points_cost": Decimal(20)}, 0, 6, "insufficient_points"),
        ("W66", {"points_cost": Decimal(1), "stock": 2}, 1, 1, None),
        ("W66", {"points_cost": Decimal(1), "stock": 2}, 1, 2, "out_of_stock"),
        ("W67", {"points_cost": Decimal(1), "max_per_profile": 10}, 8, 2, None),
        ("W67", {"points_cost": Decimal(1), "max_per_profile": 10}, 8, 3, "most_for_each"),
    ],
)
def test_what_the_catalogue_allows(set_up, member, at, cause, number, given, before, quantity, code):
    card, one = set_up(), reward(**given)
    card.credit(Decimal(100), at=at, cause=cause)
    if before:
        order(one, member, quantity=before, at=at, cause=cause)
    had = balance(card)["active"]
    if code is None:
        assert order(one, member, quantity=quantity, at=at, cause=cause).quantity == quantity
        assert balance(card).get("active", 0) == had - one.points_cost * quantity
    else:
        assert refused(order, one, member, quantity=quantity, at=at, cause=cause).code == code
        assert balance(card)["active"] == had


# --- Which tier it keeps ----------------------------------------------------------------------------------------------


@pytest.fixture
def ladder(set_up):
    """Levels by the points that are held: 0, 10, 30 and 100; or others."""

    def run(*minimums: int, **given) -> LoyaltyCard:
        card = set_up()
        for rank, least in enumerate(minimums):
            TierDefinition.objects.create(
                program=card.program,
                name=f"Level {rank}",
                handle=f"level-{rank}",
                rank=rank,
                value_min=least,
                basis="active_points",
                **given,
            )
        return card

    return run


def level(card: LoyaltyCard) -> str:
    return LoyaltyCard.objects.values_list("tier__handle", flat=True).get(pk=card.pk)


@pytest.mark.parametrize(("held", "handle"), [(5, "level-0"), (10, "level-1"), (30, "level-2")])
def test_w61_levels_are_judged_before_the_points_of_the_year_end(ladder, at, cause, held, handle):
    card = ladder(0, 10, 30, 100)
    tiering.assign(card, TierDefinition.objects.get(handle="level-3"), at=at, cause=cause)
    ends = LoyaltyCard.objects.get(pk=card.pk).standing.anniversary_at
    card.credit(Decimal(held), expires_at=ends, at=at, cause=cause)
    card.settle(at=ends)
    assert left(card) == [(0, "expired")]

    years.maintain_due(at=ends + timedelta(hours=3), cause=Cause())

    assert level(card) == handle


@pytest.mark.parametrize(
    ("number", "downgrade", "after"), [("W62", "none", "level-1"), ("W63", "recompute", "level-0")]
)
def test_fewer_points_lower_nobody_before_the_year_is_over(ladder, at, cause, number, downgrade, after):
    card = ladder(0, 15, downgrade=downgrade)
    card.credit(Decimal(15), at=at, cause=cause)
    card.spend(Decimal(4), at=at, cause=cause)
    assert (balance(card)["active"], level(card)) == (11, "level-1")
    assert tiering.refresh(card, at=at, cause=cause) is None
    assert level(card) == "level-1"

    ends = LoyaltyCard.objects.get(pk=card.pk).standing.anniversary_at
    years.maintain_due(at=ends + timedelta(hours=3), cause=Cause())

    assert level(card) == after

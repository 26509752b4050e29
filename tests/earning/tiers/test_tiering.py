"""A card rises in the transaction that earns it, goes back with the sale that brought it, and is put up or down by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.models import Credit, Debit, LoyaltyCard, Program, TierChange, TierDefinition
from earning.tiers import moves, tiering
from tests.earning.tiers.conftest import earned, tier_of, told
from transactions.models import Transaction

YEAR = timedelta(days=366)


def sale(member, total, *, at, cause, **given) -> Transaction:
    return Transaction.objects.record(member, {"total": Decimal(total), **given}, at=at, cause=cause)


# --- Rising ------------------------------------------------------------------------------------------------------------


def test_a_new_card_stands_on_the_tier_that_asks_for_nothing(card, ladder):
    assert tier_of(card) == "bronze"
    assert told("tier.achieved") == []


def test_points_lift_the_card_at_once(card, earn, ladder, at):
    change = earn(120, at=at)

    assert (change.kind, change.before, change.after) == ("achieved", ladder[0], ladder[1])
    assert tier_of(card) == "silver"
    standing = card.__class__.objects.get(pk=card.pk).standing
    assert (standing.achieved_at, standing.credit, standing.achieved_with) == (at, Decimal(20), Decimal(120))
    # The end of the same day a year later, in the program's zone.
    zone = Program.objects.default().timezone
    assert standing.anniversary_at == moves.anniversary_of(at, zone)
    (payload,) = told("tier.achieved")
    assert payload["definition"] == {"handle": "silver", "name": "Silver"}
    assert (payload["before"]["handle"], payload["value"], payload["how"]) == ("bronze", "120", "achieved")
    assert change.event.payload == payload


def test_the_year_ends_with_the_day_in_the_programs_zone():
    at = datetime(2028, 2, 29, 3, 0, tzinfo=UTC)

    ends = moves.anniversary_of(at, "Australia/Melbourne")

    assert ends == datetime(2029, 2, 28, 12, 59, 59, tzinfo=UTC)


def test_many_points_at_once_lift_over_a_rung_and_are_told_once(card, earn, at):
    earn(1500, at=at)

    assert tier_of(card) == "gold"
    assert [one["definition"]["handle"] for one in told("tier.achieved")] == ["gold"]


def test_asking_again_changes_nothing(card, earn, at, cause):
    earn(120, at=at)

    assert tiering.refresh(card, at=at, cause=cause) is None
    assert TierChange.objects.count() == 1
    # What is still missing for gold was told once as well.
    assert [one["remain"] for one in told("tier.progressed")] == ["880"]


def test_what_is_on_the_way_is_told(card, earn, at):
    earn(40, at=at)
    earn(30, at=at)

    assert tier_of(card) == "bronze"
    progressed = [(one["definition"]["handle"], one["progress"], one["remain"]) for one in told("tier.progressed")]
    assert progressed == [("silver", "40", "60"), ("silver", "70", "30")]


def test_points_of_more_than_a_year_ago_do_not_count(card, earn, at):
    earn(90, at=at - YEAR)
    earn(90, at=at)

    assert tier_of(card) == "bronze"


def test_for_all_time_they_do(card, ladder, earn, at):
    TierDefinition.objects.update(window="all_time")
    earn(90, at=at - YEAR)
    earn(90, at=at)

    assert tier_of(card) == "silver"


def test_spent_and_expired_points_were_earned_all_the_same(card, earn, at):
    earn(60, at=at, state="spent", remaining=0)
    earn(60, at=at, state="expired", remaining=0)

    assert tier_of(card) == "silver"


def test_what_was_taken_back_was_not_earned_when_ever_that_was(card, earn, at, cause):
    earn(60, at=at)
    credit = Credit.objects.get()
    given = {"program": card.program, "unit": "points", "at": at + timedelta(days=1)}
    Debit.objects.create(card=card, kind="reversal", amount=20, owed=20, reverses=credit, **given)

    earn(50, at=at)
    assert tier_of(card) == "bronze"
    earn(10, at=at)
    assert tier_of(card) == "silver"


def test_a_correction_by_hand_counts_both_ways(card, earn, at):
    earn(110, at=at - timedelta(seconds=1), kind="adjustment", state="pending_approval")
    given = {"program": card.program, "unit": "points", "at": at}
    Debit.objects.create(card=card, kind="adjustment", amount=20, owed=20, **given)
    earn(110, at=at, kind="adjustment")
    assert tier_of(card) == "bronze"

    earn(10, at=at, kind="adjustment")

    assert tier_of(card) == "silver"


@pytest.mark.parametrize("given", [{"kind": "transfer"}, {"kind": "restored"}, {"state": "pending_approval"}])
def test_what_was_not_earned_lifts_nobody(card, earn, at, given):
    earn(500, at=at, **given)

    assert tier_of(card) == "bronze"


def test_points_that_cannot_be_used_yet_count_when_they_can(card, earn, at, cause):
    later = at + timedelta(days=10)
    earn(500, at=at, state="pending", active_from=later)
    assert tier_of(card) == "bronze"

    tiering.refresh(card, at=later, cause=cause)

    assert tier_of(card) == "silver"


def test_points_held_lift_by_that_basis_and_spending_them_does_not_lower(card, ladder, earn, at, cause):
    TierDefinition.objects.update(basis="active_points")
    earn(120, at=at)
    assert tier_of(card) == "silver"
    Credit.objects.update(remaining=0, state="spent")

    assert tiering.refresh(card, at=at, cause=cause) is None

    # W62: points change, the tier stays.
    assert tier_of(card) == "silver"


def test_money_spent_lifts_by_that_basis(card, ladder, member, at, cause):
    TierDefinition.objects.update(basis="spend")
    sale(member, "99.99", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause)
    assert tier_of(card) == "bronze"

    sale(member, "0.01", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause)

    assert tier_of(card) == "silver"


def test_a_program_without_tiers_costs_one_query(member, at, cause, django_assert_num_queries):
    card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)

    with django_assert_num_queries(1):
        assert tiering.refresh(card, at=at, cause=cause) is None


def test_many_cost_as_many_statements_as_one(card, other_member, ladder, at, cause, django_assert_max_num_queries):
    other = LoyaltyCard.objects.ensure(other_member, at=at, cause=cause)
    for one in (card, other):
        earned(one, 120, at=at)

    with django_assert_max_num_queries(9):
        changes = tiering.refresh_many([card, other], at=at, cause=cause)

    assert [tier_of(one) for one in (card, other)] == ["silver", "silver"]
    assert len(changes) == 2


def test_it_can_be_asked_beforehand_where_points_would_lead(card, earn, at):
    earn(40, at=at)

    assert tiering.tier_after(card, at=at, points=Decimal(59)).handle == "bronze"
    assert tiering.tier_after(card, at=at, points=Decimal(60)).handle == "silver"
    assert tier_of(card) == "bronze"


# --- Back with the sale that brought it --------------------------------------------------------------------------------


def test_the_tier_goes_back_with_the_sale_that_brought_it(card, ladder, member, at, cause):
    TierDefinition.objects.update(basis="spend")
    first = sale(member, "150", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=first)
    silver = LoyaltyCard.objects.get(pk=card.pk).standing
    later = at + timedelta(days=1)
    second = sale(member, "2000", at=later, cause=cause)
    tiering.refresh(card, at=later, cause=cause, transaction=second)
    assert tier_of(card) == "gold"

    second.void(at=later, cause=cause)
    tiering.refresh(card, at=later, cause=cause, transaction=second)

    assert tier_of(card) == "silver"
    standing = LoyaltyCard.objects.get(pk=card.pk).standing
    assert (standing.achieved_at, standing.anniversary_at) == (silver.achieved_at, silver.anniversary_at)
    assert (standing.credit, standing.achieved_with) == (silver.credit, silver.achieved_with)
    (lost,) = told("tier.lost")
    assert (lost["definition"]["handle"], lost["after"]["handle"], lost["how"]) == ("gold", "silver", "returned")


def test_another_sale_that_goes_back_lowers_nobody(card, ladder, member, at, cause):
    TierDefinition.objects.update(basis="spend")
    first = sale(member, "90", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=first)
    second = sale(member, "20", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=second)
    assert tier_of(card) == "silver"

    first.void(at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=first)

    assert tier_of(card) == "silver"


def test_a_sale_that_goes_back_takes_no_tier_that_others_carry(card, ladder, member, at, cause):
    TierDefinition.objects.update(basis="spend")
    first = sale(member, "120", at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=first)
    sale(member, "150", at=at, cause=cause)

    first.void(at=at, cause=cause)
    tiering.refresh(card, at=at, cause=cause, transaction=first)

    assert tier_of(card) == "silver"


# --- By hand -----------------------------------------------------------------------------------------------------------


def test_a_tier_given_by_hand_stays_whatever_the_figures_say(card, ladder, earn, at, cause):
    change = tiering.assign(card, ladder[2], at=at, cause=cause)

    assert (change.kind, tier_of(card)) == ("assigned", "gold")
    standing = LoyaltyCard.objects.get(pk=card.pk).standing
    assert standing.assigned_at == at
    assert [one["how"] for one in told("tier.achieved")] == ["assigned"]
    earn(10, at=at)
    assert tier_of(card) == "gold"


def test_a_lower_one_by_hand_is_told_as_lost(card, ladder, earn, at, cause):
    earn(1200, at=at)

    tiering.assign(card, ladder[1], at=at, cause=cause)

    assert tier_of(card) == "silver"
    assert [one["definition"]["handle"] for one in told("tier.lost")] == ["gold"]


def test_what_cannot_be_given_by_hand(card, ladder, at, cause):
    other = Program.objects.create(name="Other", handle="other", timezone="UTC", currency="AUD")
    foreign = TierDefinition.objects.create(program=other, name="Far", handle="far", rank=0)
    ladder[2].is_assignable = False
    ladder[2].save()

    for tier, code in (
        (ladder[2], "tier_not_assignable"),
        (foreign, "tier_of_another_program"),
        (ladder[0], "tier_held"),
    ):
        with pytest.raises(Refusal) as refused:
            tiering.assign(card, tier, at=at, cause=cause)
        assert refused.value.code == code
    assert TierChange.objects.count() == 0

"""One card at many tills, two cards that give to one another, one decision by many people. Each guard is also taken out, to see the race it prevents."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from time import sleep

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from cxmanager.refusals import Refusal
from earning import locking
from earning.ledger import adjusting, wallet
from earning.ledger.checking import drift
from earning.ledger.expiring import settle_some
from earning.models import Adjustment, Balance, Credit, Debit, LoyaltyCard, Program
from earning.models.balance import SUMS
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.conftest import person
from tests.races.tills import AT, CAUSE, customers, name_of, outcome

TILLS = 12
TOLD = {"at": AT, "cause": CAUSE}


def cards(count: int) -> list[LoyaltyCard]:
    return [LoyaltyCard.objects.ensure(one, **TOLD) for one in customers(count)]


def card_with(points: int, **given) -> LoyaltyCard:
    (card,) = cards(1)
    card.credit(Decimal(points), **given, **TOLD)
    return card


def spending(card: LoyaltyCard, points: int, *, at=AT):
    """A till of its own: it reads the card and spends."""
    return lambda: LoyaltyCard.objects.get(pk=card.pk).spend(Decimal(points), at=at, cause=CAUSE)


def active(card: LoyaltyCard) -> Decimal:
    return Balance.objects.get(card=card, unit="points").active


@pytest.fixture
def without_the_turn(monkeypatch):
    """Nobody takes the customer's turn, and everybody dawdles between looking and writing."""
    monkeypatch.setattr(locking, "customer_in_turn", lambda profile: Profile.objects.get(pk=profile.pk))
    monkeypatch.setattr(locking, "lock_customers", lambda ids: None)
    write = wallet.write

    def slowly(wallets):
        sleep(0.1)
        write(wallets)

    monkeypatch.setattr(wallet, "write", slowly)


@pytest.fixture
def without_constraints(transactional_db):
    """The constraints that hold what the customer's turn promises are gone."""
    names = {"earning_credit_remains_within_its_value", "earning_credit_state_says_what_remains"}
    names |= {f"earning_balance_{name}_not_negative" for name in SUMS}
    gone = [(model, one) for model in (Credit, Balance) for one in model._meta.constraints if one.name in names]
    with connection.schema_editor() as editor:
        for model, one in gone:
            editor.remove_constraint(model, one)
    yield
    with connection.cursor() as cursor:
        # Nothing of the ledger can be deleted, so that all of it is emptied.
        cursor.execute(
            "TRUNCATE earning_allocation, earning_adjustment, earning_debit, earning_credit, earning_balance CASCADE"
        )
    with connection.schema_editor() as editor:
        for model, one in gone:
            editor.add_constraint(model, one)


# --- One card, many tills -------------------------------------------------------------------------------------------


def test_of_a_hundred_points_three_of_twelve_tills_get_thirty(at_once):
    card = card_with(100)

    results = at_once([spending(card, 30)] * TILLS)

    assert outcome(results) == {"done": 3, "insufficient_points": TILLS - 3}
    assert {one.details["shortfall"] for one in results if isinstance(one, Refusal)} == {"20"}
    assert active(card) == 10
    assert list(drift()) == []


@pytest.mark.usefixtures("without_the_turn", "without_constraints")
def test_without_the_turn_more_is_spent_than_there_is(at_once):
    card = card_with(100)

    at_once([spending(card, 30)] * TILLS)

    assert Debit.objects.filter(kind="spend").count() > 3
    assert active(card) < 0


@pytest.mark.usefixtures("without_the_turn")
def test_the_constraints_hold_where_the_turn_is_gone(at_once):
    card = card_with(100)

    results = at_once([spending(card, 30)] * TILLS)

    assert outcome(results)["done"] <= 3
    assert any(isinstance(one, IntegrityError) for one in results)
    assert active(card) == 100 - 30 * outcome(results)["done"]
    assert list(drift()) == []


def test_the_same_external_id_spends_once(at_once):
    card = card_with(100)

    results = at_once([lambda: card.spend(Decimal(30), external_id="R-1", **TOLD)] * TILLS)

    assert {one.pk for one in results} == {Debit.objects.get().pk}
    assert active(card) == 70


def test_many_credits_at_once_all_count(at_once):
    (card,) = cards(1)

    at_once([lambda: card.credit(Decimal(10), **TOLD)] * TILLS)

    assert active(card) == 10 * TILLS
    assert list(drift()) == []


def test_a_customer_gets_one_card_of_many_who_ask(at_once):
    (profile,) = customers(1)

    results = at_once([lambda: LoyaltyCard.objects.ensure(profile, **TOLD)] * TILLS)

    assert {one.pk for one in results} == {LoyaltyCard.objects.get().pk}
    assert Event.objects.filter(name="card.created").count() == 1


# --- Two cards ------------------------------------------------------------------------------------------------------


def giving(giver: LoyaltyCard, taker: LoyaltyCard, points: int):
    return lambda: giver.transfer(taker, Decimal(points), **TOLD)


def test_two_customers_who_give_to_one_another_do_not_block(at_once):
    one, other = cards(2)
    for card in (one, other):
        card.credit(Decimal(100), **TOLD)

    results = at_once([giving(one, other, 5), giving(other, one, 7)] * 6)

    assert outcome(results) == {"done": 12}
    assert (active(one), active(other)) == (112, 88)
    assert list(drift()) == []


def test_without_the_one_order_they_block(at_once, monkeypatch):
    one, other = cards(2)
    for card in (one, other):
        card.credit(Decimal(100), **TOLD)

    def in_their_own_order(giver, taker, unit):
        locked = []
        for card in (giver, taker):
            locked.append(locking.balance_in_turn(card, unit))
            sleep(0.2)
        return tuple(locked)

    monkeypatch.setattr("earning.ledger.transferring.both_in_turn", in_their_own_order)
    results = at_once([giving(one, other, 5), giving(other, one, 7)])

    assert any(isinstance(result, OperationalError) and "deadlock" in str(result) for result in results)


def test_what_is_given_and_spent_at_once_goes_once(at_once):
    one, other = cards(2)
    one.credit(Decimal(100), **TOLD)

    results = at_once([giving(one, other, 30), spending(one, 30)] * 6)

    assert outcome(results) == {"done": 3, "insufficient_points": 9}
    assert active(one) == 10
    assert list(drift()) == []


@pytest.fixture
def a_hundred_a_month(transactional_db):
    """No more than so many points go from a card in a month."""
    program = Program.objects.default()
    program.transfer_max_in_period, program.transfer_period = Decimal(100), "month"
    program.save()


def giving_by_rows_of_its_own(giver: LoyaltyCard, taker: LoyaltyCard, points: int):
    def give():
        rows = LoyaltyCard.objects.select_related("program", "profile")
        return rows.get(pk=giver.pk).transfer(rows.get(pk=taker.pk), Decimal(points), **TOLD)

    return give


@pytest.mark.usefixtures("a_hundred_a_month")
def test_of_a_hundred_a_month_three_of_twelve_gifts_of_thirty_go(at_once):
    one, other = cards(2)
    one.credit(Decimal(1_000), **TOLD)

    results = at_once([giving_by_rows_of_its_own(one, other, 30)] * TILLS)

    assert outcome(results) == {"done": 3, "transfer_limit_reached": TILLS - 3}
    assert (active(one), active(other)) == (910, 90)


@pytest.mark.usefixtures("a_hundred_a_month", "without_the_turn", "without_constraints")
def test_without_the_turn_more_goes_than_a_month_allows(at_once):
    one, other = cards(2)
    for card in (one, other):
        card.credit(Decimal(1_000), **TOLD)

    at_once([giving_by_rows_of_its_own(one, other, 30)] * TILLS)

    assert Debit.objects.filter(kind="transfer").count() > 3


# --- Time -----------------------------------------------------------------------------------------------------------


def test_what_expires_is_spent_or_gone_and_never_both(at_once):
    some = cards(6)
    for card in some:
        card.credit(Decimal(100), expires_at=AT + timedelta(days=1), **TOLD)
    late = AT + timedelta(days=1)

    results = at_once(
        [spending(card, 30, at=AT + timedelta(hours=23)) for card in some] + [lambda: settle_some(at=late)] * 3
    )

    assert outcome(results)["done"] >= 3
    settle_some(at=late)
    assert [active(card) for card in some] == [0] * 6
    spent = Debit.objects.filter(kind="spend").count()
    gone = sum(Debit.objects.filter(kind="expiry").values_list("amount", flat=True))
    assert gone == 600 - 30 * spent
    assert list(drift()) == []


def test_workers_expire_each_card_once(at_once):
    some = cards(20)
    for card in some:
        card.credit(Decimal(10), expires_at=AT + timedelta(days=1), **TOLD)
    late = AT + timedelta(days=2)

    results = at_once([lambda: settle_some(at=late)] * 6)
    while settle_some(at=late):
        pass

    assert not any(isinstance(one, Exception) for one in results)
    assert Debit.objects.filter(kind="expiry").count() == 20
    assert Event.objects.filter(name="points.expired").count() == 20
    assert list(drift()) == []


def test_the_worker_passes_over_whom_somebody_has_locked(at_once):
    one, other = cards(2)
    for card in (one, other):
        card.credit(Decimal(10), expires_at=AT + timedelta(days=1), **TOLD)

    def hold():
        with transaction.atomic():
            Profile.objects.select_for_update(no_key=True).get(pk=one.profile_id)
            sleep(1)

    def settle():
        sleep(0.3)
        return settle_some(at=AT + timedelta(days=2))

    assert at_once([hold, settle])[1] == 1
    assert (active(one), active(other)) == (10, 0)


# --- One decision ---------------------------------------------------------------------------------------------------


def waiting(amount: int) -> Adjustment:
    program = Program.objects.default()
    program.adjustment_approval_above = Decimal(50)
    program.save()
    card = card_with(1_000)
    return card.adjust(Decimal(amount), reason="Lost parcel.", at=AT, cause=Cause(user=person("Ada")))


@pytest.mark.parametrize(("amount", "left"), [(100, 1_100), (-100, 900)])
def test_an_adjustment_that_many_approve_is_made_once(at_once, amount, left):
    asked, by = waiting(amount), Cause(user=person("Ben"))

    results = at_once([lambda: adjusting.approve(asked, at=AT, cause=by)] * TILLS)

    assert {name_of(one) for one in results} == {"done"}
    assert active(asked.card) == left
    assert Event.objects.filter(name="points.adjusted").count() == 1
    assert list(drift()) == []


def test_one_who_approves_and_one_who_rejects_are_not_both_right(at_once):
    asked, by = waiting(100), Cause(user=person("Ben"))

    results = at_once(
        [lambda decide=decide: decide(asked, at=AT, cause=by) for decide in (adjusting.approve, adjusting.reject)]
    )

    assert Counter(name_of(one) for one in results) == {"done": 1, "already_decided": 1}
    assert active(asked.card) in (1_000, 1_100)
    assert list(drift()) == []


@pytest.mark.usefixtures("without_the_turn")
def test_without_the_turn_it_is_approved_twice(at_once, monkeypatch):
    asked, by = waiting(-100), Cause(user=person("Ben"))
    monkeypatch.setattr(
        Adjustment.objects.__class__, "select_for_update", lambda self, **given: self.all(), raising=False
    )

    at_once([lambda: adjusting.approve(asked, at=AT, cause=by)] * 3)

    assert Debit.objects.filter(kind="adjustment").count() > 1

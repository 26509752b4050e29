"""Purchases earn at once, once, and what they earned is in the answer."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from earning.models import Award, Badge, BadgeHeld, Balance, Credit, LimitCounter, LoyaltyCard
from profiles.merging import merge
from profiles.models import Event
from tests.earning.rules_made import event, limit, rule, spending
from tests.transactions.conftest import line
from transactions.models import Transaction


@pytest.fixture
def program(program):
    program.points_scale = 2
    program.save()
    return program


@pytest.fixture
def points(card):
    """What the member can spend."""

    def read(name: str = "active", unit: str = "points") -> Decimal:
        row = Balance.objects.filter(card=card, unit=unit).first()
        return getattr(row, name) if row is not None else Decimal(0)

    return read


def t0() -> list[dict]:
    """A 12.00 red, B 100.00 blue, C 40.00 delivery."""
    return [
        line("123", price="12.00", meta={"labels": [{"key": "color", "value": "red"}]}),
        line("000", price="100.00", meta={"labels": {"color": "blue"}}),
        line("0001", price="40.00"),
    ]


def test_a_sale_earns_by_the_version_in_force(sell, points, program):
    four = spending("4")
    sale = sell(*t0(), external_id="S1")
    award = Award.objects.get()
    assert points() == award.points == Decimal(608)
    assert (award.version, award.transaction, award.state) == (four.version, sale, "given")
    credit = Credit.objects.get()
    assert (credit.award, credit.transaction, credit.value, credit.earned_at) == (award, sale, 608, sale.transacted_at)
    told = Event.objects.get(name="points.awarded")
    assert told.cause.name == "transaction.created"
    assert told.payload["awards"] == [
        {
            "award_id": award.pk,
            "rule": "four-per-unit",
            "rule_name": "Four per unit",
            "version_id": four.version_id,
            "amount": "608",
        }
    ]


def test_the_answer_holds_what_was_earned_and_so_does_the_same_again(api, member, program):
    spending("4")
    rule("Red three times", "multiple_reward", conditions={"multipliers": [
        {"match": {"labels": [{"key": "color", "value": "red"}]}, "multiplier": "3"}]})  # fmt: skip
    document = {"external_id": "S1", "profile_id": str(member.pk), "items": [
        {"sku": "123", "quantity": 1, "price_sell": 12, "meta": {"labels": [{"key": "color", "value": "red"}]}},
        {"sku": "000", "quantity": 1, "price_sell": 100}]}  # fmt: skip
    first = api.post("/api/v3/transactions", document, format="json")
    assert first.status_code == 201, first.json()
    earned = first.json()["data"]["meta"]["earned"]
    assert [(one["rule"], one["points"], one["state"]) for one in earned] == [
        ("four-per-unit", "448", "active"),
        ("red-three-times", "96", "active"),
    ]
    again = api.post("/api/v3/transactions", document, format="json")
    assert again.json()["data"]["meta"]["earned"] == earned
    listed = api.get("/api/v3/transactions").json()["data"]
    assert listed[0]["meta"]["earned"] == earned
    assert Award.objects.count() == 2


@pytest.mark.parametrize("status", ["pending", "in_review", "reversed"])
def test_only_what_is_completed_earns(sell, points, program, status, at, cause):
    spending("4")
    sale = sell(*t0(), status=status)
    assert points() == 0
    sale.change({"status": "completed"}, at=at, cause=cause)
    assert points() == 608
    sale.change({"status": "reversed"}, at=at, cause=cause)
    assert points() == 0


def test_nobodys_sale_earns_when_it_is_claimed(sell, points, program, member, at, cause):
    spending("4")
    sale = sell(*t0(), profile=None)
    assert not Award.objects.exists()
    sale.claim(member, at=at, cause=cause)
    assert points() == 608


def test_a_return_takes_back_line_by_line(sell, take_back, points, program):
    spending("4")
    sell(*t0(), external_id="S1")
    back = take_back("S1", line("123", price="12.00"))
    assert points() == 560
    assert points("reversed") == 48
    back.void(at=back.transacted_at, cause=__import__("profiles.cause").cause.Cause())
    assert points() == 608
    take_back("S1", *t0())
    assert points() == 0
    assert Award.objects.get().state == "reversed"


def test_a_return_by_its_total_takes_its_part(sell, take_back, points, program):
    spending("5")
    sell(line("X", price="200.00"), external_id="S1")
    take_back("S1", total=Decimal(100), items=[])
    assert points() == 500


def test_a_sale_that_is_put_right_earns_anew(sell, points, program, at, cause):
    spending("4")
    sale = sell(line("A", price="10.00"), line("B", price="5.00"), external_id="S1")
    sale.change({"items": [{"sku": "A", "name": "A", "quantity": Decimal(2)}]}, at=at, cause=cause)
    assert points() == 100
    sale.void_item(sale.items.get(sku="B"), at=at, cause=cause)
    assert points() == 80
    sale.change({"receipt_ref": "1"}, at=at, cause=cause)
    assert Award.objects.count() == 3
    sale.void(at=at, cause=cause)
    assert (points(), points("debt")) == (0, 0)


def test_moving_a_sale_moves_what_it_earned(sell, points, program, other_member, other_card, at, cause):
    spending("4")
    sale = sell(*t0(), external_id="S1")
    sale.change({}, profile=other_member, at=at, cause=cause)
    assert points() == 0
    assert Balance.objects.get(card=other_card, unit="points").active == 608


def test_a_limit_of_a_customer_is_counted_and_trims(sell, points, program):
    spending("1", limits=[limit(100, measure="points", period="month", on_exceed="trim")])
    sell(line(price="70.00"))
    sell(line(price="70.00"))
    sell(line(price="70.00"))
    assert points() == 100
    assert LimitCounter.objects.get().used == 100
    assert Award.objects.count() == 2


def test_a_limit_for_all_is_counted_for_all(sell, points, program, other_member):
    spending("1", limits=[limit(1, scope="global", period="forever")])
    sell(line(price="70.00"), profile=other_member)
    sell(line(price="70.00"))
    assert points() == 0
    assert LimitCounter.objects.get().used == 1


def test_a_sale_that_earns_no_more_frees_only_what_it_used_of_a_limit(sell, program, at, cause):
    spending("1", limits=[limit(200, measure="points", period="month")])
    gone = sell(line(price="70.00"))
    sell(line(price="60.00"))
    gone.change({"status": "reversed"}, at=at, cause=cause)
    assert LimitCounter.objects.get().used == 60


def test_a_sale_that_moves_frees_only_what_it_used_of_a_limit(sell, program, other_member, other_card, at, cause):
    spending("1", limits=[limit(200, measure="points", period="month")])
    moves = sell(line(price="70.00"))
    sell(line(price="60.00"))
    moves.change({}, profile=other_member, at=at, cause=cause)
    assert dict(LimitCounter.objects.values_list("card__profile__first_name", "used")) == {"Maria": 60, "Otto": 70}


def test_the_first_purchase_is_one_ever(sell, take_back, points, program):
    event("first_purchase", points="50")
    sell(line(), external_id="S1")
    assert points() == 50
    take_back("S1", line())
    assert points() == 0
    sell(line(), external_id="S2")
    assert points() == 0


CSV = b"""external_id,email,transacted_at,sku,quantity,price_sell,type,returns
S1,maria@example.com,2026-04-01 10:00,KNIT,2,10.00,sale,
R1,maria@example.com,2026-04-02 10:00,KNIT,1,10.00,return,S1
"""


@pytest.mark.parametrize(("earns", "left"), [(False, 0), (True, 10)])
def test_history_from_a_file_earns_only_when_it_is_asked_to(program, card, points, tmp_path, capsys, earns, left):
    spending("1")
    file = tmp_path / "history.csv"
    file.write_bytes(CSV)
    for _ in range(2):
        call_command("import_transactions", str(file), earn=earns)
    assert '"refused": 0' in capsys.readouterr().out
    assert points() == left


def test_awards_come_along_when_two_customers_become_one(
    sell, take_back, points, program, card, member, other_member, other_card, at, cause
):
    Badge.objects.create(name="Early bird", handle="early-bird")
    spending("1", badge="early-bird", limits=[limit(100, measure="points", period="month", on_exceed="trim")])
    event("first_purchase", points="5")
    sell(line(price="60.00"), external_id="S1")
    sell(line(price="30.00"), external_id="S2", profile=other_member)
    merge(winner=member, loser=other_member, at=at, cause=cause)
    assert points() == 100
    assert {one.card for one in Award.objects.all()} == {card}
    assert (BadgeHeld.objects.count(), LimitCounter.objects.get().used) == (1, 90)
    take_back("S2", line(price="30.00"))
    assert points() == 65
    sell(line(price="60.00"))
    assert points() == 105


def test_a_sale_of_a_customer_who_is_gone_can_still_be_voided(sell, points, program, member, at, cause):
    spending("1")
    sale = sell(line(price="60.00"), external_id="S1")
    member.remove(at=at, cause=cause)
    sale.void(at=at, cause=cause)
    assert (sale.is_void, points()) == (True, 60)


def test_points_that_were_spent_on_a_sale_come_back_when_it_is_voided(sell, card, points, program, at, cause):
    card.credit(Decimal(100), at=at, cause=cause)
    sale = sell(line(price="60.00"), external_id="S1")
    card.spend(Decimal(40), at=at, cause=cause, transaction=sale)
    sale.void(at=at, cause=cause)
    assert points() == 100


def test_a_customer_who_brought_another_earns_by_their_first_purchase(
    sell, points, program, card, other_member, other_card, at, cause
):
    conditions = {"event": "first_purchase", "beneficiary": "both"}
    rule("Bring a friend", "referral", points="50", conditions=conditions)
    LoyaltyCard.objects.filter(pk=card.pk).update(referred_by=other_member)
    for number in range(2):
        sell(line(price="60.00"), external_id=f"S{number}")
    assert points() == 50
    assert Balance.objects.get(card=other_card, unit="points").active == 50
    Transaction.objects.get(external_id="S0").void(at=at, cause=cause)
    assert (points(), Balance.objects.get(card=other_card, unit="points").active) == (0, 0)

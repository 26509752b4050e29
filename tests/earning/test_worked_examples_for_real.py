"""The worked examples of earning-reference 3 as customers meet them: sold, returned and reported, by their numbers there.

Each purchase is foretold first (W70): the same numbers, and nothing written.
"""

from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.awards.returning import rest_of
from earning.ledger import checking
from earning.models import Award, Balance, Credit, Debit, LimitCounter
from earning.occurrences import consenting, posting
from earning.occurrences.hearing import award_for
from earning.occurrences.reporting import report
from earning.simulating import simulate_purchase
from profiles.cause import Cause
from profiles.models import Event, Location, Profile, Segment
from tests.earning.rules_made import custom, event, limit, rule, spending
from tests.transactions.conftest import line
from transactions.models import Transaction

RED = {"labels": [{"key": "color", "value": "red"}]}
BLUE = {"labels": [{"key": "color", "value": "blue"}]}
T0 = [
    line("123", price="12.00", meta={"labels": {"color": "red"}}),
    line("000", price="100.00", meta={"labels": {"color": "blue"}}),
    line("0001", price="40.00"),
]
I1 = [line("12113", price="3.00"), line("11223233", price="20.00"), line("SKU123", price="20.00")]


def rows() -> list[int]:
    """How many there are of what earning writes."""
    return [model.objects.count() for model in (Transaction, Event, Award, Credit, Debit, Balance, LimitCounter)]


def costs(price: str) -> list[dict]:
    return [line("X", price=price)]


def one(points=None, type: str = "spending", /, **given) -> dict:
    """A rule's document; what is no field of a rule is one of its conditions."""
    own = ("name", "percent", "priority", "stop_after", "requires_approval", "segments", "limits")
    fields = {name: given.pop(name) for name in own if name in given}
    rewards = {} if points is None else {"points": points}
    return {"type": type, "conditions": given} | rewards | fields


def times(factor: str, *matches: dict) -> dict:
    return one(None, "multiple_reward", multipliers=[{"match": match, "multiplier": factor} for match in matches])


def product(points: str, sku: str, **given) -> dict:
    return one(points, "specific_purchase", match={"skus": [sku]}, **given)


FOUR = one("4")
# Number, the rules, what is bought, what it earns; and what of the program is otherwise.
EARNED = [
    ("W01", [FOUR], T0, 608, {}),
    ("W02", [one("4", exclude={"skus": ["000"]})], T0, 208, {}),
    ("W03", [one("4", exclude=RED)], T0, 560, {}),
    ("W05", [one("4", exclude=RED, exclude_delivery=True)], T0, 400, {"delivery_skus": ["0001"]}),
    ("W06", [product("200", "000")], T0, 200, {}),
    ("W07", [one("10"), FOUR], T0, 2128, {}),
    ("W08", [product("100", "123"), FOUR], T0, 708, {}),
    ("W09", [FOUR, times("3", {"skus": ["123"]})], T0, 704, {}),
    ("W10", [FOUR, times("3", RED)], T0, 704, {}),
    ("W13", [FOUR, times("0", RED, BLUE)], T0, 160, {}),
    ("W15", [one("4", min_order_total="100")], T0, 608, {}),
    ("W16", [one("4", min_order_total="300")], T0, 0, {}),
    ("W18", [FOUR, times("2", {"skus": ["123", "000", "0001"]})], T0, 1216, {}),
    ("W19", [one("1", priority=1), one("1", priority=2, stop_after=True), one("10", priority=3)], T0, 304, {}),
    ("W21", [one("2.3"), times("2", {"skus": ["SKU123"]})], I1, Decimal("144.9"), {}),
    ("W23", [one("100", segments=["women"])], costs("100.00"), 10_000, {}),
    ("W46", [one("1", mode="step", per_amount="10")], costs("105.00"), 10, {}),
    ("W47", [one("1"), times("3", {"skus": ["X"]})], costs("5.00"), 15, {}),
    ("W49 of 100", [one("0.1")], costs("100.00"), 10, {"points_scale": 0}),
    ("W49 of 47", [one("0.1")], costs("47.00"), 5, {"points_scale": 0}),
    ("W49 of 32", [one("0.1")], costs("32.00"), 3, {"points_scale": 0}),
    ("W52 per line", [product("50", "X", per="line")], [line("X", "3", "30.00")], 50, {}),
    ("W52 per transaction", [product("50", "X", per="transaction")], [line("X", "3", "30.00")], 50, {}),
    ("W52 per unit", [product("50", "X", per="unit")], [line("X", "3", "30.00")], 150, {}),
    ("W55 half_up", [one("0.5")], costs("99.00"), 50, {"points_scale": 0, "points_rounding": "half_up"}),
    ("W55 floor", [one("0.5")], costs("99.00"), 49, {"points_scale": 0, "points_rounding": "floor"}),
    ("W55 half_even", [one("0.5")], costs("99.00"), 50, {"points_scale": 0, "points_rounding": "half_even"}),
    ("W55 ceil", [one("0.5")], costs("99.00"), 50, {"points_scale": 0, "points_rounding": "ceil"}),
    ("a limit", [one("4", limits=[limit(100, measure="points", on_exceed="trim")])], T0, 100, {}),
]


@pytest.fixture
def program(program):
    program.points_scale, program.timezone = 2, "UTC"
    program.save()
    return program


@pytest.fixture
def held(card):
    """What of a unit the member has in a column of the balance."""

    def read(name: str = "active", unit: str = "points") -> Decimal:
        row = Balance.objects.filter(card=card, unit=unit).first()
        return getattr(row, name) if row is not None else Decimal(0)

    return read


@pytest.fixture
def buy(member, card, sell, at):
    """Sell it, having foretold it."""

    def run(lines: list[dict], **given):
        before = rows()
        document = {"items": lines, "transacted_at": at, "timezone": "UTC"}
        foretold = simulate_purchase(member, document, at=at).as_json()
        assert rows() == before
        sale = sell(*lines, **given)
        awards = list(Award.objects.filter(transaction=sale))
        assert Decimal(foretold["points"]) == sum(award.points for award in awards)
        assert Decimal(foretold["currency"]["AUD"]) == sum(award.currency_amount for award in awards)
        assert list(checking.drift()) == []
        return sale

    return run


@pytest.mark.parametrize(
    ("rules", "lines", "points", "terms"), [row[1:] for row in EARNED], ids=[row[0] for row in EARNED]
)
def test_what_a_purchase_earns(program, member, buy, held, at, cause, rules, lines, points, terms):
    Segment.objects.create(name="Women", handle="women", condition={"==": [{"var": "gender"}, "female"]})
    member.change(gender="female", at=at, cause=cause)
    for name, value in terms.items():
        setattr(program, name, value)
    program.save()
    for number, document in enumerate(rules):
        rule(**{"name": f"Rule {number}"} | document)

    buy(lines)

    assert held() == held("earned") == points


def test_w16_says_why(buy, member, at):
    rule(**{"name": "From 300"} | one("4", min_order_total="300"))
    (told,) = simulate_purchase(member, {"items": T0}, at=at).as_json()["rules"]
    assert told["reason"] == "below_min_order"


def test_w18_the_award_names_both(buy):
    spending("4", name="Test 1")
    rule(**{"name": "Test 2"} | times("2", {"skus": ["123", "000", "0001"]}))
    sale = buy(T0)
    assert [one.name for one in sale.awards.order_by("pk")] == ["Test 1", "Test 1, Test 2"]


def test_w48_percent_back(buy, held):
    rule("Cash back", percent="3")
    buy(costs("83.33"))
    assert (held(unit="AUD"), held()) == (Decimal("2.50"), 0)


def test_w56_what_waits_is_approved_once(buy, held, at, cause):
    spending("4", requires_approval=True)
    buy(T0)
    assert (held(), held("pending_approval")) == (0, 608)
    for _ in range(2):
        Award.objects.get().approve(at=at, cause=cause)
        assert (held(), held("pending_approval")) == (608, 0)


def test_w69_a_suspended_member(buy, card, held, member, at, cause):
    spending("4")
    card.change_status("suspended", at=at, cause=cause)
    (told,) = simulate_purchase(member, {"items": T0}, at=at).as_json()["rules"]
    buy(T0)
    assert (told["reason"], held(), Award.objects.count()) == ("member_status", 0, 0)


# --- Returns ----------------------------------------------------------------------------------------------------------


def test_w25_half_the_sale_returned(buy, take_back, held):
    spending("5")
    buy(costs("200.00"), external_id="S1")
    take_back("S1", total=Decimal(100), items=[])
    assert (held(), held("reversed")) == (500, 500)


def test_w26_nothing_left_to_take_back(buy, take_back, card, held, at, cause):
    spending("5")
    sale = buy(costs("200.00"), external_id="S1")
    card.reverse(sale.awards.get().credits.get(), at=at, cause=cause)
    entries = Debit.objects.count()
    take_back("S1", total=Decimal(100), items=[])
    assert (held(), held("reversed"), held("debt"), Debit.objects.count()) == (0, 1000, 0, entries)


@pytest.mark.parametrize(("sku", "price", "back"), [("A", "10.00", 20), ("B", "10.00", 30), ("C", "20.00", 20)])
def test_w27_a_return_takes_back_what_its_own_line_earned(buy, take_back, held, sku, price, back):
    for number, document in enumerate([one("1"), product("10", "A"), product("20", "B")]):
        rule(**{"name": f"Rule {number}"} | document)
    buy([line("A", price="10.00"), line("B", price="10.00"), line("C", price="20.00")], external_id="S1")
    assert held() == 70
    take_back("S1", line(sku, price=price))
    assert (held(), held("reversed")) == (70 - back, back)
    assert sum(rest_of(award).points for award in Award.objects.all()) == 70 - back


# --- Besides purchases ------------------------------------------------------------------------------------------------


def test_w30_only_the_highest_of_two_for_who_joins(program, at):
    event("account_created", points="100", handle="high")
    event("account_created", points="60", handle="low")
    joined = Profile(first_name="Nadia").enrol(at=at, cause=Cause())
    award_for(list(Event.objects.filter(name="profile.created", profile=joined)), at=at)
    assert Balance.objects.get(card__profile=joined, unit="points").active == 100


def test_w33_a_custom_event(member, card, held, at, cause):
    custom("facebook_like", points="100")
    report(member, "facebook_like", external_id="1", at=at, cause=cause)
    assert held() == 100


def test_w34_a_custom_event_of_a_location(member, card, held, at, cause):
    here, there = (Location.objects.create(name=name) for name in "PQ")
    custom("visit", points="88", locations=[here.pk])
    member.change(preferred_location=there, at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        report(member, "visit", external_id="1", at=at, cause=cause)
    assert no.value.code == "event_not_available"
    member.change(preferred_location=here, at=at, cause=cause)
    report(member, "visit", external_id="1", at=at, cause=cause)
    assert held() == 88


def test_w57_percent_of_what_is_posted(program, member, card, held, at, cause):
    rule("Savers", "ledger_transaction", percent="2", conditions={"direction": "credit", "min_amount": "100"})
    posted = {"external_id": "L1", "account": "savings", "direction": "credit", "amount": Decimal(150)}
    for _ in range(2):
        posting.post(member, **posted, currency="AUD", at=at, cause=cause)
        assert held(unit="AUD") == 3
    posting.void("L1", program=program, at=at, cause=cause)
    assert (held(unit="AUD"), held("reversed", unit="AUD")) == (0, 3)


def test_w58_a_permission_once_ever(member, card, held, at, cause):
    rule("For permissions", "permission", points="50", conditions={"permissions": ["email_marketing"]})
    for granted in (True, False, True):
        consenting.set_permission(member, "email_marketing", granted=granted, at=at, cause=cause)
        assert held() == held("earned") == 50

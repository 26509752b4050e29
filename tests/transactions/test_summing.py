"""The figures that the verbs keep are those that the transactions add up to."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.merging import merge
from profiles.models import Event, Location, Profile
from tests.transactions.conftest import line, on
from transactions import summing
from transactions.models import Aggregation, PurchasedBrand, TransactedLocation, Transaction, TransactionItem
from transactions.models.aggregation import year_before

CENT = Decimal("0.01")
NOON = on(1)


def rounded(number: Decimal) -> Decimal:
    return number.quantize(CENT, rounding=ROUND_HALF_UP)


def worked_out(profile, *, at: datetime) -> dict:
    """The figures by plain arithmetic, transaction by transaction."""
    rows = [row for row in Transaction.objects.filter(profile=profile).order_by("transacted_at", "id") if row.counts]
    sales = [row for row in rows if row.type == "sale"]
    visits = sorted({row.transacted_on for row in sales})
    nets: dict[date, Decimal] = {}
    for row in rows:
        nets[row.transacted_on] = nets.get(row.transacted_on, Decimal(0)) + row.net
    last = max(nets, default=None)
    lately = [row for row in rows if row.transacted_on > year_before(last)]
    now = [row for row in rows if row.transacted_on > year_before(at.date())]
    priced = [row for row in sales if row.total_original is not None]
    full, paid = sum(row.total_original for row in priced), sum(row.total for row in priced)
    span = (visits[-1] - visits[0]).days if visits else 0
    places = {row.is_online for row in sales} - {None}
    return {
        "spend_all": total(rows),
        "spend_12m": total(lately),
        "spend_12m_now": total(now),
        "spend_12m_now_since": min((row.transacted_on for row in now), default=None),
        "spend_atv_all": each(total(rows), sales),
        "spend_atv_12m": each(total(lately), [row for row in sales if row in lately]),
        "spend_first_date": min(nets, default=None),
        "spend_last_date": last,
        "shop_count": sum(net > 0 for net in nets.values()),
        "total_shop_days": len(visits),
        "shop_days": rounded(Decimal(span) / (len(visits) - 1)) if len(visits) > 1 else None,
        "average_shop_days": rounded(Decimal(span) / len(visits)) if len(visits) > 2 else None,
        "first_shop_date": visits[0] if visits else None,
        "second_shop_date": visits[1] if len(visits) > 1 else None,
        "second_shop_days": (visits[1] - visits[0]).days if len(visits) > 1 else None,
        "previous_shop_date": visits[-2] if len(visits) > 1 else None,
        "latest_shop_date": visits[-1] if visits else None,
        "latest_shop_days": [(two - one).days for one, two in pairwise(visits)][-1] if len(visits) > 1 else None,
        "at_risk_date": at_risk(visits),
        "dimension_frequency": frequency(visits),
        "channel": {frozenset(): "", frozenset({True}): "CO", frozenset({False}): "CF"}.get(frozenset(places), "CM"),
        "latest_shop_spend": sales[-1].net if sales else Decimal(0),
        "latest_shop_currency": sales[-1].currency if sales else "",
        "discount_avg": max(rounded(100 * (full - paid) / full), Decimal("-99999.99")) if full > 0 else None,
        "most_transacted_location_id": favourite(sales),
        "latest_transacted_location_id": latest_place(sales),
    }


def total(rows) -> Decimal:
    return sum((row.net for row in rows), Decimal(0))


def each(amount: Decimal, sales: list) -> Decimal:
    return rounded(amount / len(sales)) if sales else Decimal(0)


def at_risk(visits: list[date]) -> date | None:
    if len(visits) < 3:
        return None
    days = (Decimal(3 * (visits[-1] - visits[0]).days) / len(visits)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return visits[-1] + timedelta(days=int(days))


def frequency(visits: list[date]) -> str:
    if len(visits) < 3:
        return f"F{len(visits)}"
    return "FL" if (visits[-1] - visits[0]).days / (len(visits) - 1) > 30 else "FH"


def latest_place(sales: list[Transaction]) -> int | None:
    """Of sales at the very same moment, the location that was there first."""
    placed = [(row.transacted_at, -row.location_id) for row in sales if row.location_id]
    return -max(placed)[1] if placed else None


def favourite(sales: list[Transaction]) -> int | None:
    seen: dict[int, tuple] = {}
    for row in sales:
        if row.location_id:
            seen[row.location_id] = (seen.get(row.location_id, (0,))[0] + 1, row.transacted_at, -row.location_id)
    return max(seen, key=seen.get, default=None)


def brands(profile) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in TransactionItem.objects.filter(transaction__profile=profile, is_void=False).exclude(brand=""):
        if item.transaction.counts:
            sign = -1 if item.transaction.type == "return" else 1
            found[item.brand] = found.get(item.brand, Decimal(0)) + sign * item.quantity
    return {brand: quantity for brand, quantity in found.items() if quantity > 0}


def kept(profile) -> dict:
    row = Aggregation.objects.filter(profile=profile).first() or Aggregation()
    return {name: getattr(row, name) for name in Aggregation.figures()}


def everything_kept(profile) -> tuple:
    return (
        kept(profile),
        list(
            PurchasedBrand.objects.filter(profile=profile)
            .order_by("brand")
            .values_list("brand", "quantity", "latest_at")
        ),
        list(TransactedLocation.objects.filter(profile=profile).order_by("location").values_list("location", "sales")),
    )


SKUS = ["KNIT", "MUG", "SOAP"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "sell",
                "sell",
                "sell",
                "return",
                "return",
                "return",
                "void",
                "void_line",
                "edit",
                "delete",
                "claim",
                "merge",
            ]
        ),
        st.integers(0, 10_000),
        # Few, so that some fall on the same day and some on the edge of a year.
        st.sampled_from([0, 1, 2, 31, 40, 200, 364, 365, 366, 700]),
        st.decimals("0.01", "300", places=2),
    ),
    min_size=4,
    max_size=16,
)


class Till:
    """Does one random thing after another; what a rule refuses is simply not done."""

    def __init__(self, profile: Profile, other: Profile, places: list[Location]):
        self.profile, self.other, self.places, self.count = profile, other, places, 0

    def do(self, what: str, pick: int, days: int, price: Decimal) -> None:
        with suppress(Refusal):
            getattr(self, f"_{what}")(pick, NOON - timedelta(days=days), price)

    def _one(self, pick: int, **narrow) -> Transaction | None:
        rows = list(Transaction.objects.filter(**narrow).order_by("id"))
        return rows[pick % len(rows)] if rows else None

    def _sell(self, pick: int, moment: datetime, price: Decimal) -> None:
        self.count += 1
        whose = [self.profile, self.profile, self.other, None][pick % 4]
        document = {
            "external_id": f"S{self.count}",
            "transacted_at": moment,
            "timezone": "Australia/Melbourne",
            "status": "pending" if pick % 7 == 0 else "completed",
            "location": [None, *self.places][pick % 3],
            "total_original": [None, price * 3][pick % 2],
            "items": [
                line(SKUS[pick % 3], pick % 4 + 1, price, brand=f"B{pick % 3}"),
                line("MUG", 1, price, brand="B1"),
            ],
        }
        Transaction.objects.record(whose, document, at=NOON, cause=Cause())

    def _return(self, pick: int, moment: datetime, price: Decimal) -> None:
        sale = self._one(pick, type="sale")
        if sale is None:
            return
        document = {"type": "return", "returns": sale.external_id, "transacted_at": moment, "timezone": "UTC"}
        document |= {"items": [line(SKUS[pick % 3], pick % 3 + 1, price)]}
        # Now and then more than was paid.
        document["total"] = -price if pick % 5 == 0 else -min(price, sale.total)
        whose = [None, None, self.profile, self.other][pick % 4]
        Transaction.objects.record(whose, document, at=NOON, cause=Cause())

    def _void(self, pick: int, *_) -> None:
        if (one := self._one(pick)) is not None:
            one.void(at=NOON, cause=Cause())

    def _void_line(self, pick: int, *_) -> None:
        one = self._one(pick)
        lines = list(one.items.order_by("id")) if one is not None else []
        if lines:
            one.void_item(lines[pick % len(lines)], at=NOON, cause=Cause())

    def _edit(self, pick: int, moment: datetime, price: Decimal) -> None:
        if (one := self._one(pick)) is None:
            return
        document = {"transacted_at": moment, "status": ["completed", "reversed", "pending"][pick % 3]}
        if pick % 2:
            document |= {"items": [line(SKUS[pick % 3], pick % 5 + 1, price)]}
        if pick % 5 == 0:
            document |= {"delete_existing_items": True, "location": self.places[0]}
        whose = [..., ..., ..., self.profile, self.other, None][pick // 3 % 6]
        one.change(document, profile=whose, at=NOON, cause=Cause())

    def _delete(self, pick: int, *_) -> None:
        if (one := self._one(pick)) is not None:
            one.remove(at=NOON, cause=Cause())

    def _claim(self, pick: int, *_) -> None:
        if (one := self._one(pick, profile=None)) is not None:
            one.claim(self.profile, at=NOON, cause=Cause())

    def _merge(self, *_) -> None:
        merge(winner=self.profile, loser=self.other, at=NOON, cause=Cause())
        self.other = Profile(first_name="Another").enrol(at=NOON, cause=Cause())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
@pytest.mark.django_db(transaction=True)
def test_kept_figures_are_the_rebuilt_and_the_worked_out(moves):
    Transaction.objects.exclude(returns=None).delete()
    Transaction.objects.all().delete()
    till = Till(
        Profile(first_name="Maria").enrol(at=NOON, cause=Cause()),
        Profile(first_name="Otto").enrol(at=NOON, cause=Cause()),
        [Location.objects.create(name="Fitzroy", type="store"), Location.objects.create(name="Web", type="online")],
    )
    for move in moves:
        till.do(*move)
    for profile in (till.profile, till.other):
        assert kept(profile) == worked_out(profile, at=NOON)
        before = everything_kept(profile)
        assert {row[0]: row[1] for row in before[1]} == brands(profile)
        Aggregation.objects.filter(profile=profile).delete()
        PurchasedBrand.objects.filter(profile=profile).delete()
        TransactedLocation.objects.filter(profile=profile).delete()
        list(summing.rebuild(Profile.objects.all(), at=NOON, cause=Cause()))
        assert everything_kept(profile) == before
    for sold in TransactionItem.objects.filter(transaction__type="sale"):
        taken = [one for one in sold.returned_by.filter(is_void=False) if one.transaction.takes_back]
        assert sold.returned_quantity == sum((one.quantity for one in taken), Decimal(0))
    for back in Transaction.objects.exclude(returns=None).select_related("returns"):
        assert back.profile_id == back.returns.profile_id
        live = [one.total for one in back.returns.returned_by.all() if one.takes_back]
        assert sum(live, Decimal(0)) <= back.returns.total


def test_a_full_price_of_a_cent_refuses_no_sale(sell, member, at, cause):
    sell(line(), total=Decimal("99999.99"), total_original=Decimal("0.01"))
    assert kept(member)["discount_avg"] == Decimal("-99999.99")


def test_nothing_is_told_when_no_figure_changes(sell, member, at, cause):
    sell(line(), status="pending")
    assert not Event.objects.filter(name="aggregation.updated").exists()
    assert summing.refresh(member, at=at, cause=cause) == {}

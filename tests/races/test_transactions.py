"""Sales, returns and claims of the same things at the same moment."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from cxmanager.refusals import Refusal
from profiles.cause import Cause, Door
from profiles.merging import merge
from profiles.models import Event, Profile
from tests.races.tills import outcome
from transactions import returning
from transactions.models import Aggregation, Product, ProductVariant, Transaction, TransactionClaim, TransactionItem
from transactions.summing import work_out

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CAUSE = Cause(door=Door.API)
TILLS = 12


def line(quantity=1, sku="KNIT") -> dict:
    return {"sku": sku, "name": sku, "quantity": Decimal(quantity), "price_sell": Decimal("10.00"), "brand": "Acme"}


def document(external_id: str | None = None, **given) -> dict:
    return {"external_id": external_id, "items": [line()], "transacted_at": AT, "timezone": "UTC"} | given


def customer(name: str = "Maria") -> Profile:
    return Profile.objects.create(first_name=name)


def selling(profile: Profile | None, **given):
    return lambda: Transaction.objects.record(profile, document(**given), at=AT, cause=CAUSE)


def spent(profile: Profile) -> Decimal:
    return Aggregation.objects.get(profile=profile).spend_all


def test_parallel_sales_of_one_customer_all_count(at_once):
    maria = customer()
    results = at_once([selling(maria, external_id=f"S{number}") for number in range(TILLS)])
    assert outcome(results) == {"done": TILLS}
    assert spent(maria) == 10 * TILLS
    last = Event.objects.filter(name="aggregation.updated").latest("id")
    assert last.payload["spend_all"] == f"{10 * TILLS}.00"


def test_without_the_customers_turn_some_would_not_count(at_once, monkeypatch):
    monkeypatch.setattr("transactions.recording.in_turn", lambda profile: profile)
    lost = 0
    for number in range(10):
        profile = customer(f"C{number}")
        # Without brand or place the figures themselves are the first that two sales write both.
        at_once([selling(profile, items=[line() | {"brand": ""}]) for _ in range(TILLS)])
        lost += spent(profile) != 10 * TILLS
        work_out([profile.pk], at=AT)
        assert spent(profile) == 10 * TILLS
    assert lost


def returning_one(sale: str):
    return selling(None, type="return", returns=sale)


def test_a_line_is_never_returned_more_often_than_it_was_bought(at_once):
    maria = customer()
    selling(maria, external_id="S1", items=[line(3)])()
    results = at_once([returning_one("S1") for _ in range(TILLS)])
    assert outcome(results) == {"done": 3, "returned_too_many": TILLS - 3}
    assert TransactionItem.objects.get(transaction__type="sale").returned_quantity == 3
    assert spent(maria) == 0


@pytest.fixture
def without_the_lines_constraint(transactional_db):
    constraint = next(one for one in TransactionItem._meta.constraints if "returned_more" in one.name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(TransactionItem, constraint)
    yield
    Transaction.objects.filter(type="return").delete()
    TransactionItem.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(TransactionItem, constraint)


def test_with_neither_lock_nor_condition_it_would_be(at_once, monkeypatch, without_the_lines_constraint):
    def take_blindly(sold, count, line):
        TransactionItem.objects.filter(pk=sold.pk).update(returned_quantity=sold.returned_quantity + count)
        sold.returned_quantity += count

    monkeypatch.setattr(returning, "_take", take_blindly)
    monkeypatch.setattr(TransactionItem.objects.__class__, "select_for_update", lambda self, **_: self.all())
    monkeypatch.setattr("transactions.recording.in_turn", lambda profile: profile)
    selling(None, external_id="S1", items=[line(3)], total=Decimal(1000))()
    results = at_once([returning_one("S1") for _ in range(TILLS)])
    assert outcome(results)["done"] > 3


def test_five_identical_update_creates_make_one_sale(at_once):
    maria = customer()
    whole = document("S1", items=[line(2), line(1, "MUG")])
    calls = [lambda: Transaction.objects.update_create(whole, profile=maria, at=AT, cause=CAUSE) for _ in range(5)]
    results = at_once(calls)
    assert sorted(is_new for _, is_new in results) == [False] * 4 + [True]
    assert Transaction.objects.get().items.count() == 2
    assert spent(maria) == 30
    assert Event.objects.filter(name="transaction.created").count() == 1
    assert not Event.objects.filter(name="transaction.updated").exists()


def test_one_of_many_who_show_a_receipt_gets_it(at_once):
    selling(None, receipt_ref="R-1")()
    asked = {"receipt_ref": "R-1", "transacted_on": date(2026, 5, 1), "total": Decimal(10), "at": AT, "cause": CAUSE}
    people = [customer(f"C{number}") for number in range(8)]
    results = at_once([lambda one=one: TransactionClaim.objects.ask(one, **asked) for one in people])
    assert sorted(claim.status for claim in results) == ["claimed"] + ["rejected"] * 7
    assert Aggregation.objects.filter(spend_all=10).count() == 1
    assert Event.objects.filter(name="transaction.created", profile__isnull=False).count() == 1


def test_sales_edits_and_a_merge_neither_block_one_another_nor_lose_money(at_once):
    maria, otto = customer(), customer("Otto")
    sales = [selling(one, external_id=f"{one.first_name}{number}")() for one in (maria, otto) for number in range(4)]
    calls = [lambda: merge(winner=maria, loser=otto, at=AT, cause=CAUSE)]
    calls += [
        lambda one=one: Transaction.objects.get(pk=one.pk).change({"total": Decimal(20)}, at=AT, cause=CAUSE)
        for one in sales
    ]
    calls += [selling(otto, external_id=f"New{number}") for number in range(4)]
    results = at_once(calls)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert spent(maria) == 8 * 20 + 4 * 10
    assert not Transaction.objects.filter(profile=otto).exists()


def test_new_skus_in_any_order_make_one_product_each(at_once):
    def basket(number: int):
        skus = [f"SKU{one}" for one in range(10)]
        items = [line(1, sku) for sku in (skus if number % 2 else reversed(skus))]
        return selling(None, items=items)

    results = at_once([basket(number) for number in range(8)])
    assert outcome(results) == {"done": 8}
    assert (ProductVariant.objects.count(), Product.objects.count()) == (10, 10)


def test_a_sale_that_is_voided_while_it_is_returned_is_one_or_the_other(at_once):
    maria = customer()
    for number in range(6):
        sale = selling(maria, external_id=f"S{number}")()
        calls = [
            returning_one(f"S{number}"),
            lambda sale=sale: Transaction.objects.get(pk=sale.pk).void(at=AT, cause=CAUSE),
        ]
        results = at_once(calls)
        assert sum(isinstance(one, Refusal) for one in results) == 1, results
    assert spent(maria) == 0


def test_a_return_and_its_sale_that_are_claimed_at_once_are_one_customers(at_once):
    for number in range(6):
        people = [customer(f"C{number}-{one}") for one in range(4)]
        sale = selling(None, external_id=f"S{number}", items=[line(3)])()
        back = returning_one(f"S{number}")()
        claims = [
            lambda one=one, what=what: Transaction.objects.get(pk=what.pk).claim(one, at=AT, cause=CAUSE)
            for one, what in zip(people[:2], (sale, back), strict=True)
        ]
        moved = lambda one=people[2], back=back: Transaction.objects.get(pk=back.pk).change(  # noqa: E731
            {}, profile=one, at=AT, cause=CAUSE
        )
        bringing = selling(people[3], type="return", returns=f"S{number}")
        results = at_once([*claims, moved, bringing])
        assert sum(isinstance(one, Refusal) for one in results) == 3, results
        assert Transaction.objects.filter(pk__gte=sale.pk).values("profile").distinct().count() == 1
        assert all(isinstance(one, Refusal) or not isinstance(one, Exception) for one in results)


def test_no_more_money_is_ever_paid_back_than_was_paid(at_once):
    maria = customer()
    selling(maria, external_id="S1", items=[line(TILLS)], total=Decimal(100))()
    results = at_once([selling(None, type="return", returns="S1", total=Decimal(30)) for _ in range(TILLS)])
    assert outcome(results) == {"done": 3, "returned_too_much": TILLS - 3}
    assert spent(maria) == 10

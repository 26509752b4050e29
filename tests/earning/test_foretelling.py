"""What is foretold is what happens, whatever the basket and the rules; and a hundred rules cost as many statements as one."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earning.awards.earned import told_of
from earning.models import Program
from earning.simulating import simulate_purchase
from tests.earning.rules_made import event, limit, rule, spending
from tests.transactions.conftest import line
from transactions.models import Transaction

amounts = st.integers(0, 30_000).map(lambda cents: Decimal(cents) / 100)
lines = st.builds(
    lambda sku, price, quantity, color: line(sku, quantity, price, meta={"labels": {"color": color}}),
    st.sampled_from(["A", "B", "C"]),
    amounts,
    st.integers(1, 4).map(Decimal),
    st.sampled_from(["red", "blue", ""]),
)
points = st.sampled_from(["0.5", "1", "2.3", "4"])
limits = st.lists(
    st.builds(
        limit,
        st.integers(1, 400),
        scope=st.sampled_from(["member", "global"]),
        measure=st.sampled_from(["count", "points"]),
        period=st.sampled_from(["day", "forever"]),
        on_exceed=st.sampled_from(["reject", "trim"]),
    ),
    max_size=1,
)
spendings = st.fixed_dictionaries(
    {
        "type": st.just("spending"),
        "points": points,
        "limits": limits,
        "stop_after": st.booleans(),
        "requires_approval": st.booleans(),
        "conditions": st.fixed_dictionaries(
            {"mode": st.sampled_from(["ratio", "step"]), "min_order_total": st.sampled_from([None, "20"])}
        ),
    }
)
cash_backs = st.fixed_dictionaries({"type": st.just("spending"), "percent": st.sampled_from(["1", "3.5"])})
multiples = st.fixed_dictionaries(
    {
        "type": st.just("multiple_reward"),
        "conditions": st.sampled_from(["0", "0.5", "3"]).map(
            lambda factor: {"multipliers": [{"match": {"skus": ["A"]}, "multiplier": factor}]}
        ),
    }
)
products = st.fixed_dictionaries(
    {
        "type": st.just("specific_purchase"),
        "points": points,
        "limits": limits,
        "conditions": st.sampled_from(["line", "unit", "transaction"]).map(
            lambda per: {"match": {"labels": [{"key": "color", "value": "red"}]}, "per": per}
        ),
    }
)
firsts = st.just({"type": "event", "points": "50", "conditions": {"event": "first_purchase"}})
rules = st.lists(st.one_of(spendings, cash_backs, multiples, products, firsts), min_size=1, max_size=5)


def without_rows(awards: list[dict]) -> list[dict]:
    """What a document says of its awards, but for the keys that only rows have."""
    return [
        {key: value for key, value in one.items() if key not in ("id", "lines")}
        | {"lines": [(share["points"], share["currency_amount"]) for share in one["lines"]]}
        for one in awards
    ]


def counts_of_rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=rules, baskets=st.lists(st.lists(lines, min_size=1, max_size=4), min_size=1, max_size=2))
@pytest.mark.django_db
def test_what_is_foretold_is_what_happens(card, member, at, cause, documents, baskets):
    with transaction.atomic():
        Program.objects.update(points_scale=2)
        for number, document in enumerate(documents):
            rule(f"Rule {number}", **document)
        for basket in baskets:
            document = {"items": basket, "transacted_at": at, "timezone": "UTC"}
            if not any(one["price_sell"] for one in basket):
                continue
            foretold = simulate_purchase(member, document, at=at).as_json()
            sale = Transaction.objects.record(member, document, at=at, cause=cause)
            assert without_rows(told_of(sale)) == without_rows(foretold["awards"])
            read = Transaction.objects.get(pk=sale.pk)
            assert told_of(read) == told_of(sale)
        transaction.set_rollback(True)


def test_foretelling_writes_nothing(card, member, at):
    spending("4", limits=[limit(1, scope="global", period="forever"), limit(2)])
    event("first_purchase")
    before = counts_of_rows()
    for _ in range(3):
        simulate_purchase(member, {"items": [line("NEVER-SEEN", price="10.00")]}, at=at)
    assert counts_of_rows() == before


def cost_of_a_sale(member, at, cause, *, lines: int = 1) -> int:
    document = {"items": [line(f"SKU-{number}") for number in range(lines)], "transacted_at": at, "timezone": "UTC"}
    # What is kept in the process is kept, and the products are known.
    Transaction.objects.record(member, document, at=at, cause=cause)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        Transaction.objects.record(member, document, at=at, cause=cause)
    return len(queries)


def test_a_hundred_rules_and_many_lines_cost_as_many_statements_as_one(card, member, at, cause):
    spending("4", limits=[limit(100, measure="points", on_exceed="trim", period="forever")])
    one = cost_of_a_sale(member, at, cause)
    # SQLite takes so few values in one statement that it would need several.
    for number in range(99 if connection.vendor == "postgresql" else 19):
        spending("1", name=f"Rule {number}", limits=[limit(50_000, measure="points", period="year")])
    assert cost_of_a_sale(member, at, cause, lines=20) <= one + 1

"""The simulator: what a basket, an event or a coupon would earn, why not, and nothing written."""

import pytest
from django.urls import reverse

from earning.admin.simulation_form import NO_PRICE, NO_QUANTITY
from earning.models import Award, Credit, EarningRule
from tests.earning.rules_made import custom, event, limit, rule, spending
from transactions.models import Product, ProductVariant
from transactions.numbers import TOO_LARGE

pytestmark = pytest.mark.django_db
PAGE = "admin:earning_earningrule_simulate"


@pytest.fixture
def ask(browser, member, card):
    def ask(**said):
        return browser.get(reverse(PAGE), {"profile": member.pk, "kind": "purchase"} | said).context

    return ask


BASKET = {"sku": ["A", "B"], "quantity": ["2", "1"], "price": ["10", "5.50"], "labels": ["color: red", ""]}


def test_a_basket_earns_with_its_arithmetic_and_every_rule_says_why_not(ask):
    spending("4")
    rule("Red", "specific_purchase", points="50", conditions={"match": {"labels": [{"key": "color", "value": "red"}]}})
    spending("1", name="From a hundred", conditions={"min_order_total": "100"})
    spending("1", name="Asleep", status="inactive")

    result = ask(**BASKET)["result"]

    assert result["points"] == "152"
    assert [(one.rule.name, one.given) for one in result["applied"]] == [
        ("Four per unit", ["4 points × 25.50 = 102 points"]),
        ("Red", ["50 points"]),
    ]
    assert [(one.rule.name, one.outcome.text) for one in result["not_applied"]] == [
        ("From a hundred", "The order comes to 25.50, and this rule needs 100.00.")
    ]
    assert [one.rule.name for one in result["sleeping"]] == ["Asleep"]
    assert not Award.objects.exists()
    assert not Credit.objects.exists()


def test_a_rule_is_tried_as_if_it_were_active_in_place_of_itself(ask):
    one = spending("4", status="inactive")
    spending("1", name="Other")
    result = ask(**BASKET, rule=one.pk)["result"]
    assert [(each.rule.name, each.is_tried) for each in result["applied"]] == [
        ("Other", False),
        ("Four per unit", True),
    ]
    assert result["sleeping"] == []
    alone = ask(**BASKET, rule=one.pk, only="on")["result"]
    assert (alone["points"], len(alone["applied"]), alone["not_applied"]) == ("102", 1, [])


def test_what_was_typed_in_the_editor_is_tried_without_being_saved(browser, ask):
    one = spending("4")
    said = {
        "do": "try",
        "name": one.name,
        "type": "spending",
        "handle": one.handle,
        "apply_automatically": "on",
        "conditions.per_amount": "1",
        "rewards.points": "10",
    }
    answer = browser.post(reverse("admin:earning_earningrule_change", args=[one.pk]), said)
    assert answer.headers["Location"] == f"{reverse(PAGE)}?typed=1&rule={one.pk}"

    assert ask(**BASKET, rule=one.pk, typed="1")["result"]["points"] == "255"
    assert EarningRule.objects.get().points == 4
    # What is wrong is said in the editor.
    form = browser.post(reverse("admin:earning_earningrule_add"), said | {"rewards.points": "x"}).context["form"]
    assert list(form.errors) == ["rewards.points"]


def test_an_event_and_its_data_are_asked_about(ask):
    event("birthday", "200")
    custom("app.shared", "20", predicate={">": [{"var": "score"}, 10]})
    assert ask(kind="event", event="birthday")["result"]["points"] == "200"
    assert ask(kind="event", event="app.shared", data='{"score": 11}')["result"]["points"] == "20"
    low = ask(kind="event", event="app.shared", data='{"score": 1}')["result"]
    assert low["points"] == "0"
    assert "The data of the event does not meet the condition of this rule." in [
        one.outcome.text for one in low["not_applied"]
    ]
    assert ask(kind="event", event="app.shared", data="[1]")["form"].errors["data"]
    unknown = ask(kind="event", event="app.shard")
    assert (unknown["result"], unknown["form"].non_field_errors()) == (
        None,
        ["No rule of this program is about this event."],
    )


@pytest.mark.parametrize(
    ("type", "conditions", "said"),
    [
        ("coupon", {"codes": ["SUMMER"]}, {"kind": "coupon", "coupons": "summer"}),
        ("coupon", {"codes": ["SUMMER"]}, BASKET | {"coupons": "SUMMER"}),
        ("permission", {"permissions": ["email"]}, {"kind": "permission", "name": "email"}),
        (
            "ledger_transaction",
            {"accounts": ["savings"], "min_amount": "50"},
            {"kind": "ledger_transaction", "name": "savings", "amount": "60", "direction": "credit"},
        ),
    ],
)
def test_all_that_rules_hear_can_be_asked_about(type, conditions, said, ask):
    rule("Heard", type, points="30", conditions=conditions)
    assert ask(**said)["result"]["points"] == "30"


def test_a_limit_and_a_moment_are_told(ask):
    spending("4", limits=[limit(50, measure="points")], starts_at="2026-06-01 00:00:00")
    early = ask(**BASKET, at="2026-05-01T10:00")["result"]
    assert early["not_applied"][0].outcome.text.startswith("This rule starts on 1 Jun 2026")
    late = ask(**BASKET, at="2026-06-02T10:00")["result"]
    assert late["applied"] == []
    assert "limit" in late["not_applied"][0].outcome.text


def test_of_several_customers_one_is_chosen_with_the_basket_kept(browser, member, other_member):
    for one in (member, other_member):
        one.last_name = "Silva"
        one.save()
    context = browser.get(reverse(PAGE), {"customer": "Silva", "sku": "A", "price": "5", "quantity": "1"}).context
    assert {one.pk for one in context["customers"]} == {member.pk, other_member.pk}
    assert "sku=A" in context["kept"]
    assert "customer" not in context["kept"]
    assert browser.get(reverse(PAGE), {"customer": "Nobody at all"}).context["was_asked"]


def test_rows_are_added_and_taken_out_and_wrong_ones_say_so(ask):
    assert len(ask(**BASKET, do="add")["basket"].rows) == 3
    assert [one.sku for one in ask(**BASKET, do="remove:0")["basket"].rows] == ["B"]
    context = ask(sku="A", quantity="none", price="1", labels="")
    assert context["basket"].rows[0].errors == {"quantity": "The quantity is a number above zero."}
    assert context["result"] is None
    for strange in (
        {"rule": "x"},
        {"rule": "999"},
        {"location": "x"},
        {"kind": "x"},
        {"at": "soon"},
        {"do": "remove:9"},
    ):
        ask(**BASKET, **{name: value for name, value in strange.items() if name != "kind"})


@pytest.mark.parametrize(
    ("box", "typed", "told"),
    [
        ("quantity", "999999999999", TOO_LARGE),
        ("quantity", "1e400", TOO_LARGE),
        ("quantity", "1e8", TOO_LARGE),
        ("quantity", "0.0001", NO_QUANTITY),
        ("quantity", "NaN", NO_QUANTITY),
        ("quantity", "-Infinity", NO_QUANTITY),
        ("quantity", "9" * 20_000, NO_QUANTITY),
        ("quantity", "-1", NO_QUANTITY),
        ("price", "9" * 30, TOO_LARGE),
        ("price", "1e30", TOO_LARGE),
        ("price", "Infinity", NO_PRICE),
        ("price", "9" * 20_000, NO_PRICE),
        ("price", "-1", NO_PRICE),
    ],
)
def test_a_number_that_no_sale_has_is_said_at_its_box(ask, box, typed, told):
    spending("4")
    context = ask(**{"sku": "A", "quantity": "1", "price": "1", "labels": "", box: typed})
    assert (context["basket"].rows[0].errors, context["result"]) == ({box: told}, None)


def test_the_largest_basket_is_simulated(ask):
    spending("4")
    lines = {"sku": ["A"] * 30, "quantity": ["99999999.999"] * 30, "price": ["9999999999.9999"] * 30}
    assert ask(**lines, labels=[""] * 30)["result"]["points"] == "10,000,000,000"


@pytest.mark.parametrize(
    "typed", ["0001-01-01T00:00", "1899-12-31T10:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00"]
)
def test_a_moment_beyond_all_calendars_is_said_at_its_box(ask, typed):
    context = ask(**BASKET | {"price": ["10", "x"]}, at=typed)
    assert context["basket"].rows[1].errors == {"price": NO_PRICE}
    assert context["form"].errors["at"] == ["This must lie between the years 1900 and 9998."]
    assert context["result"] is None


@pytest.mark.parametrize("typed", ["1900-01-02T00:00", "9998-12-30T00:00"])
def test_the_first_and_the_last_moment_are_simulated(ask, typed):
    spending("4")
    event("birthday", "200")
    assert ask(**BASKET, at=typed)["result"]["points"] == "102"
    assert ask(kind="event", event="birthday", at=typed)["result"]["points"] == "200"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1e400", TOO_LARGE),
        ("9" * 30, TOO_LARGE),
        ("NaN", "Write a number, such as 12.50."),
        ("9" * 20_000, "Write a number, such as 12.50."),
    ],
)
def test_an_amount_that_nobody_posts_is_said_at_its_box(ask, typed, told):
    context = ask(kind="ledger_transaction", name="savings", amount=typed)
    assert (context["form"].errors["amount"], context["result"]) == ([told], None)


def test_data_of_an_event_may_say_any_number(ask):
    custom("app.shared", "20", predicate={">": [{"var": "score"}, 10]})
    for number in ("1e400", "NaN", "-Infinity", "9" * 4_000, "9" * 20_000):
        assert ask(kind="event", event="app.shared", data=f'{{"score": {number}}}')


def test_the_catalogue_suggests(browser):
    product = Product.objects.create(title="Red scarf", brand="Acme", category="knitwear")
    ProductVariant.objects.create(product=product, sku="SCARF-RED", title="One size", price="59.00")
    address = reverse("admin:earning_earningrule_suggest")

    def suggested(of: str, typed: str) -> list[str]:
        return [one["value"] for one in browser.get(address, {"of": of, "q": typed}).json()["data"]]

    assert suggested("skus", "scarf") == suggested("skus", "red") == ["SCARF-RED"]
    assert suggested("categories", "knit") == ["knitwear"]
    assert suggested("nothing", "x") == []


def test_a_clerk_does_not_simulate(as_clerk):
    assert as_clerk.get(reverse(PAGE)).status_code == 403

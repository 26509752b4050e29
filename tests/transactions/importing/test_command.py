"""Files of sales and returns, imported from the command line."""

import csv
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from profiles.models import Event, Identity
from tests.declared import undeclared_rows
from transactions.models import Aggregation, ProductVariant, StagedLine, Transaction, TransactionClaim, TransactionItem

HEADER = "external_id,email,transacted_at,timezone,location,sku,name,brand,category,quantity,price_sell,type,returns"
SALES = """
S1,maria@example.com,2026-05-01 12:00:00,Australia/Melbourne,FIT,KNIT,Knit,Acme,knitwear,2,49.95,,
S1,maria@example.com,2026-05-01 12:00:00,Australia/Melbourne,FIT,MUG,Mug,,,1,5,,
S2,otto@example.com,2026-04-01 12:00:00,UTC,,MUG,Mug,,,3,5.00,,
S3,,2026-04-02,UTC,Fitzroy,MUG,Mug,,,1,5,,
""".strip()


@pytest.fixture
def run(tmp_path, member, other_member, fitzroy):
    def run(rows: str, *, header: str = HEADER, **options) -> tuple[dict, list[str]]:
        file, refused = tmp_path / "lines.csv", tmp_path / "refused.csv"
        file.write_text(f"{header}\n{rows}\n")
        out = StringIO()
        call_command("import_transactions", file, refused=refused, stdout=out, **options)
        with refused.open() as content:
            reasons = [row["reasons"] for row in csv.DictReader(content)]
        return json.loads(out.getvalue().splitlines()[-1]), reasons

    return run


def counts(told: dict) -> tuple[int, ...]:
    return tuple(told[name] for name in ("rows", "created", "updated", "unchanged", "refused"))


def test_lines_become_transactions(run, member, other_member, fitzroy):
    told, reasons = run(SALES)
    assert (counts(told), reasons) == ((4, 4, 0, 0, 0), [])
    sale = Transaction.objects.get(external_id="S1")
    assert (sale.profile, sale.location, sale.total, sale.items.count()) == (member, fitzroy, Decimal("104.90"), 2)
    assert sale.transacted_on.isoformat() == "2026-05-01"
    assert Transaction.objects.get(external_id="S3").profile is None
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("104.90")
    assert Aggregation.objects.get(profile=other_member).spend_all == 15
    assert ProductVariant.objects.get(sku="KNIT").product.brand == "Acme"
    event = Event.objects.get(name="transaction.created", profile=member)
    assert (event.subject_id, event.payload["total"], event.payload["is_imported"]) == (str(sale.pk), "104.90", True)
    assert Event.objects.filter(name="aggregation.updated").count() == 2
    assert not StagedLine.objects.exists()


def test_what_a_file_tells_is_what_the_catalogue_declares(run):
    """These rows are written past the model, where nothing else looks at them."""
    run(SALES)
    run("R1,maria@example.com,2026-05-02,UTC,FIT,KNIT,Knit,Acme,knitwear,1,49.95,return,S1")

    told = set(Event.objects.values_list("name", flat=True))
    assert told >= {"transaction.created", "transaction.returned", "aggregation.updated"}
    assert undeclared_rows() == []


def test_the_same_file_again_changes_nothing(run):
    run(SALES)
    events = Event.objects.count()
    told, _ = run(SALES)
    assert counts(told) == (4, 0, 0, 4, 0)
    assert Event.objects.count() == events


def test_a_corrected_file_changes_what_differs(run, member):
    run(SALES)
    told, _ = run(SALES.replace("2,49.95", "1,49.95"))
    assert counts(told) == (4, 0, 2, 2, 0)
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("54.95")


def test_returns_name_their_sale(run, member):
    returns = "R1,maria@example.com,2026-05-03,UTC,,KNIT,,,,1,49.95,return,S1\nR2,maria@example.com,2026-05-04,UTC,,KNIT,,,,2,49.95,return,S1"
    told, reasons = run(f"{SALES}\n{returns}")
    assert counts(told) == (6, 5, 0, 0, 1)
    assert reasons == ["Row 7: More would be returned than was bought."]
    back = Transaction.objects.get(external_id="R1")
    assert (back.returns.external_id, back.total, back.profile) == ("S1", Decimal("49.95"), member)
    assert TransactionItem.objects.get(sku="KNIT", transaction__type="sale").returned_quantity == 1
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("54.95")
    assert counts(run(f"{SALES}\n{returns}")[0]) == (6, 0, 0, 5, 1)


def test_cancellations_are_matched_where_asked_for(run, member, capsys):
    cancelled = (
        "C1,maria@example.com,2026-05-03,UTC,,KNIT,,,,-1,49.95,,\n"
        "C1,maria@example.com,2026-05-03,UTC,,SOAP,,,,-1,2,,\n"
        "C2,maria@example.com,2026-04-30,UTC,,KNIT,,,,-1,49.95,,"
    )
    told, reasons = run(f"{SALES}\n{cancelled}")
    assert (counts(told), len(reasons)) == ((7, 4, 0, 0, 3), 3)
    assert reasons[0] == (
        "Row 6: A quantity below zero is a return: name its sale in the column returns, or choose “Match returns to "
        "earlier sales”."
    )
    assert "For returns that name no sale there is --match-returns." in capsys.readouterr().err
    told, reasons = run(f"{SALES}\n{cancelled}", match_returns=True)
    assert counts(told) == (7, 1, 0, 4, 2)
    assert reasons == [
        f"Row {number}: The customer has no earlier sale of this with so many left to return." for number in (7, 8)
    ]
    assert Aggregation.objects.get(profile=member).spend_all == Decimal("54.95")
    assert counts(run(f"{SALES}\n{cancelled}", match_returns=True)[0]) == (7, 0, 0, 5, 2)


def test_customers_by_their_card(run, member):
    Identity.objects.create(profile=member, handle="card", identifier="77")
    row = "S1,77,2026-05-01,UTC,,KNIT,Knit,,,1,10,,\nS2,78,2026-05-01,UTC,,KNIT,Knit,,,1,10,,"
    told, reasons = run(row, header=HEADER.replace("email", "identity:card"))
    assert (counts(told), reasons) == ((2, 1, 0, 0, 1), ["Row 3: No customer is known by “78”."])
    assert Transaction.objects.get().profile == member


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("S1,,soon,UTC,,K,K,,,1,10,,", "“soon” is not a time."),
        ("S1,,2999-01-01,UTC,,K,K,,,1,10,,", "A transaction cannot lie in the future."),
        ("S1,,2026-05-01,Mars,,K,K,,,1,10,,", "“Mars” is not a time zone."),
        ("S1,,2026-05-01,UTC,NOWHERE,K,K,,,1,10,,", "There is no location “NOWHERE”."),
        ("S1,,2026-05-01,UTC,,K,K,,,one,10,,", "“one” is not a number."),
        ("S1,,2026-05-01,UTC,,K,K,,,NaN,10,,", "“NaN” is too large a number."),
        ("S1,,2026-05-01,UTC,,K,K,,,1,1e40,,", "“1e40” is too large a number."),
        ("S1,,2026-05-01,UTC,,K,K,,,0,10,,", "A line has a quantity."),
        ("S1,,2026-05-01,UTC,,,,,,1,10,,", "Say what was sold: a SKU, a name, or a product variant."),
        ("S1,,2026-05-01,UTC,,K,K,,,1,,,", "The price sell is missing."),
        (",,2026-05-01,UTC,,K,K,,,1,10,,", "The external id is missing."),
        ("S1,,2026-05-01,UTC,,K,K,,,1,10,gift,", "“gift” is not a type."),
        ("S1,,2026-05-01,UTC,,K,K,,,1,10,return,S9", "There is no sale with this external id to return goods of."),
        ("S1,,2026-05-01,UTC,,K,K,,,99999999,9999999999,,", "This number is too large."),
        (f"{'x' * 192},,2026-05-01,UTC,,K,K,,,1,10,,", "The external id is too long."),
        ("S1,nobody@example.com,2026-05-01,UTC,,K,K,,,1,10,,", "No customer is known by “nobody@example.com”."),
    ],
)
def test_what_is_wrong_is_told_by_row(run, row, reason):
    told, reasons = run(f"{SALES.splitlines()[3]}\n{row}")
    assert counts(told) == (2, 1, 0, 0, 1)
    assert reasons[0].startswith(f"Row 3: {reason}")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("external_id,quantity,price_sell", "needs the column transacted_at"),
        (f"{HEADER},sku", "Columns 6 and 14 are both “SKU”."),
        ("a,b", r"external_id .*, transacted_at .*, quantity .* and price_sell \(Price of one piece\)\."),
    ],
)
def test_what_is_no_list_of_transactions(run, header, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("x", header=header)
    assert not StagedLine.objects.exists()


def test_small_lots_make_the_same(run, member, monkeypatch):
    monkeypatch.setattr("transactions.importing.running.lines_in_a_lot", lambda: 1)
    assert counts(run(SALES)[0]) == (4, 4, 0, 0, 0)
    assert Transaction.objects.get(external_id="S1").items.count() == 2


def test_another_currency_needs_what_it_comes_to(run, member):
    header = "external_id,email,transacted_at,sku,quantity,price_sell,currency,currency_rate,total_converted"
    rows = [
        f"S{number},maria@example.com,2026-05-01,KNIT,1,10,{said}"
        for number, said in enumerate(("NZD,,", "NZD,0.5,", "NZD,,7", "AUD,,"))
    ]
    told, reasons = run("\n".join(rows), header=header)
    assert counts(told) == (4, 3, 0, 0, 1)
    assert reasons[0].startswith("Row 2: This is in NZD and the programme counts in AUD.")
    assert Aggregation.objects.get(profile=member).spend_all == 5 + 7 + 10


def test_a_receipt_that_somebody_waits_for_becomes_theirs(run, member, fitzroy):
    asked = TransactionClaim.objects.create(
        profile=member,
        transaction_receipt_ref="R-77",
        transaction_transacted_at="2026-05-01",
        transaction_timezone="Australia/Melbourne",
        transaction_total="5.00",
        transaction_location_external_code="FIT",
    )
    run(
        "S1,2026-05-01 02:00,Australia/Melbourne,FIT,KNIT,1,5,R-77",
        header="external_id,transacted_at,timezone,location,sku,quantity,price_sell,receipt",
    )
    asked.refresh_from_db()
    assert (asked.status, Transaction.objects.get().profile) == ("claimed", member)
    assert Aggregation.objects.get(profile=member).spend_all == 5


def test_a_return_of_nobodys_sale_makes_it_its_customers(run, member, other_member):
    sales = "S3,,2026-04-02,UTC,,MUG,Mug,,,3,5,,\nS4,,2026-04-02,UTC,,MUG,Mug,,,3,5,,"
    run(f"{sales}\nR0,,2026-04-03,UTC,,MUG,,,,1,5,return,S3")
    told, reasons = run(
        "R1,maria@example.com,2026-05-03,UTC,,MUG,,,,9,5,return,S3\n"
        "R2,otto@example.com,2026-05-03,UTC,,MUG,,,,1,5,return,S3"
    )
    assert (counts(told), reasons) == ((2, 1, 0, 0, 1), ["Row 2: More would be returned than was bought."])
    _, reasons = run("R3,maria@example.com,2026-05-04,UTC,,MUG,,,,1,5,return,S3")
    assert reasons == ["Row 2: The sale that is returned belongs to another customer."]
    owners = dict(Transaction.objects.values_list("external_id", "profile"))
    assert owners == {"S3": other_member.pk, "R0": other_member.pk, "R2": other_member.pk, "S4": None}
    assert Aggregation.objects.get(profile=other_member).spend_all == 5


def test_no_more_money_comes_back_than_was_paid(run, member):
    """The third would be too much for the first two, and what it would have taken is there for the fourth."""
    rows = [
        f"R{number},maria@example.com,2026-05-0{number + 3},UTC,,{sku},,,,1,{price},return,S1"
        for number, (sku, price) in enumerate((("KNIT", 50), ("MUG", 20), ("KNIT", 40), ("KNIT", "34.90")))
    ]
    told, reasons = run("\n".join([SALES, *rows]))
    assert counts(told) == (8, 7, 0, 0, 1)
    assert reasons == ["Row 8: 110.00 AUD would be paid back of a sale of 104.90 AUD."]
    assert Aggregation.objects.get(profile=member).spend_all == 0
    sold = TransactionItem.objects.filter(transaction__external_id="S1").order_by("sku")
    assert list(sold.values_list("sku", "returned_quantity")) == [("KNIT", 2), ("MUG", 1)]
    _, reasons = run(f"{rows[1]}".replace("R1", "R9"))
    assert reasons == ["Row 2: More would be returned than was bought."]


# --- Whose they are ---------------------------------------------------------------------------------------------------

PLAIN = "external_id,transacted_at,sku,quantity,price_sell,type,returns"
NOBODYS = "S1,2026-05-01,KNIT,2,10,sale,\nS2,2026-05-02,MUG,1,5,sale,\nR1,2026-05-03,KNIT,1,10,return,S1"


def of(whose: str, rows: str = NOBODYS) -> str:
    return "\n".join(f"{row},{whose}" for row in rows.splitlines())


def test_a_later_file_says_whose_purchases_are(run, member, capsys):
    assert counts(run(NOBODYS, header=PLAIN)[0]) == (3, 3, 0, 0, 0)
    assert "all purchases of this file would be nobody's" in capsys.readouterr().err
    assert not Transaction.objects.exclude(profile=None).exists()
    Identity.objects.create(profile=member, handle="retail", identifier="77")
    told, reasons = run(of("77"), header=f"{PLAIN},identity:retail")
    assert (counts(told), reasons) == ((3, 0, 3, 0, 0), [])
    assert "nobody's" not in capsys.readouterr().err
    assert not Transaction.objects.exclude(profile=member).exists()
    assert Aggregation.objects.get(profile=member).spend_all == 15
    changed = Event.objects.filter(name="transaction.updated", profile=member)
    assert [one.payload["changes"] for one in changed] == [{"profile_id": [None, str(member.pk)]}] * 2
    assert counts(run(of("77"), header=f"{PLAIN},identity:retail")[0]) == (3, 0, 0, 3, 0)


def test_a_return_goes_with_its_sale(run, member):
    run(NOBODYS, header=PLAIN)
    told, _ = run(of("maria@example.com", "S1,2026-05-01,KNIT,3,10,sale,"), header=f"{PLAIN},email")
    assert counts(told) == (1, 0, 1, 0, 0)
    assert set(Transaction.objects.filter(profile=member).values_list("external_id", flat=True)) == {"S1", "R1"}
    assert Transaction.objects.get(external_id="S1").total == 30


def test_an_empty_customer_takes_nobody_away(run, member):
    run(of("maria@example.com"), header=f"{PLAIN},email")
    events = Event.objects.count()
    assert counts(run(of(""), header=f"{PLAIN},email")[0]) == (3, 0, 0, 3, 0)
    assert counts(run(NOBODYS, header=PLAIN)[0]) == (3, 0, 0, 3, 0)
    assert Event.objects.count() == events
    assert counts(run(NOBODYS.replace("S2,2026-05-02,MUG,1,5", "S2,2026-05-02,MUG,1,6"), header=PLAIN)[0])[2] == 1
    assert (Transaction.objects.filter(profile=member).count(), Aggregation.objects.get().spend_all) == (3, 16)


def test_a_purchase_does_not_go_from_one_customer_to_another(run, member, other_member):
    run(of("maria@example.com"), header=f"{PLAIN},email")
    told, reasons = run(of("otto@example.com"), header=f"{PLAIN},email")
    assert counts(told) == (3, 0, 0, 0, 3)
    assert reasons[0] == (
        f"Row 2: This purchase is another customer's (profile {member.pk}), and the file says “otto@example.com”. "
        "An import does not move a purchase from one customer to another."
    )
    assert Transaction.objects.filter(profile=member).count() == 3


@pytest.mark.parametrize("lines_in_a_lot", [1, 100])
def test_rows_of_a_purchase_without_its_customer_are_told(run, member, monkeypatch, lines_in_a_lot):
    monkeypatch.setattr("transactions.importing.running.lines_in_a_lot", lambda: lines_in_a_lot)
    rows = "S1,2026-05-01,KNIT,2,10,sale,,maria@example.com\nS1,2026-05-01,MUG,1,5,sale,,\nS2,2026-05-01,MUG,1,5,sale,,"
    for created in (2, 0):
        told, reasons = run(rows, header=f"{PLAIN},email")
        assert counts(told) == (3, created, 0, 2 - created, 1)
        assert reasons[0].startswith("Row 3: Other rows of this file with the same transaction number name a customer.")
    assert Transaction.objects.get(external_id="S1").items.get().sku == "KNIT"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            "S1,2026-05-01,KNIT,1,10,sale,,maria@example.com\nS1,2026-05-01,MUG,1,5,sale,,otto@example.com",
            "Row 3: Other rows of this file with the same transaction number name another customer.",
        ),
        (
            "S1,2026-05-01,KNIT,1,10,sale,,maria@example.com\nS1,2026-05-02,KNIT,1,10,return,S1,maria@example.com",
            "Row 3: This number is a sale's. A sale cannot become a return, nor a return a sale.",
        ),
    ],
)
def test_one_number_is_one_purchase(run, member, other_member, rows, reason):
    # Written with what comes behind it.
    told, reasons = run(f"{rows}\nS2,2026-05-01,MUG,1,5,sale,,", header=f"{PLAIN},email")
    assert (counts(told), reasons) == ((3, 2, 0, 0, 1), [reason])


def test_a_sale_below_zero_is_no_sale(run):
    row = "S1,maria@example.com,2026-05-01,KNIT,1,10,-5"
    told, reasons = run(row, header="external_id,email,transacted_at,sku,quantity,price_sell,total")
    assert counts(told) == (1, 0, 0, 0, 1)
    assert reasons[0].startswith("Row 2: A sale’s total is not below zero.")

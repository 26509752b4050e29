"""What customers buy and return, what that sums to, and the products they choose from."""

from profiles.events.catalogue import Customer, declare
from profiles.events.schemas import (
    AMOUNT,
    CHANGES,
    DAY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    about,
    list_of,
    one_of,
    or_null,
    record,
)
from transactions import telling
from transactions.models import Transaction
from transactions.payloads import LINES_TOLD

PLACE = or_null(record({"id": WHOLE, "name": TEXT, "external_code": or_null(TEXT), "type": TEXT}))
LINE = record(
    {
        "id": WHOLE,
        "sku": TEXT,
        "name": TEXT,
        "brand": TEXT,
        "category": TEXT,
        "quantity": AMOUNT,
        "amount": about("What the line comes to.", AMOUNT),
        "is_void": YES_NO,
    }
)
SOLD = {
    "transaction_id": WHOLE,
    "external_id": or_null(TEXT),
    "receipt_ref": TEXT,
    "type": one_of(*Transaction.Type.values),
    "status": one_of(*Transaction.Status.values),
    "total": about("In its own currency; of a return what was paid back, above zero.", AMOUNT),
    "net": about("In the programme's currency, without voided lines; of a return below zero.", AMOUNT),
    "currency": TEXT,
    "transacted_at": MOMENT,
    "location": PLACE,
    "items": about(f"The first {LINES_TOLD} lines.", list_of(LINE, maxItems=LINES_TOLD)),
    "items_count": about("How many lines there are.", WHOLE),
}
# Of any of its events, where it is a return whose sale is known.
RETURNS = {"returns": about("The id of the sale that is taken back.", WHOLE)}
ARRIVING = RETURNS | {
    "is_claimed": about("True where it is told of because a customer claimed it.", YES_NO),
    "is_imported": about("True where it came with a file.", YES_NO),
}
LINE_EXAMPLE = {
    "id": 9021,
    "sku": "KNIT-10",
    "name": "Merino knit",
    "brand": "Harbour",
    "category": "Knitwear",
    "quantity": "1",
    "amount": "49.95",
    "is_void": False,
}
SOLD_EXAMPLE = {
    "transaction_id": 5001,
    "external_id": "S-4711",
    "receipt_ref": "4711",
    "type": "sale",
    "status": "completed",
    "total": "49.95",
    "net": "49.95",
    "currency": "AUD",
    "transacted_at": "2026-05-01T12:00:00+00:00",
    "location": {"id": 3, "name": "Fitzroy", "external_code": "FITZ", "type": "store"},
    "items": [LINE_EXAMPLE],
    "items_count": 1,
}
RETURN_EXAMPLE = SOLD_EXAMPLE | {
    "transaction_id": 5002,
    "external_id": "R-4711",
    "type": "return",
    "net": "-49.95",
    "items": [LINE_EXAMPLE | {"id": 9022}],
    "returns": 5001,
}


def declare_transaction(name: str, *, sometimes=None, always=None, example=None, **said) -> None:
    declare(
        name,
        group="Purchases",
        subject="transactions.transaction",
        customer=Customer.SOMETIMES,
        payload=record(SOLD | (always or {}), sometimes=sometimes or RETURNS),
        example=SOLD_EXAMPLE | (example or {}),
        **said,
    )


declare_transaction(
    "transaction.created",
    when="A purchase is recorded; again where a customer claims one that was nobody's.",
    says=telling.bought,
    icon="receipt_long",
    sometimes=ARRIVING,
)
declare_transaction(
    "transaction.returned",
    when="Goods are returned; again where a customer claims the purchase and its returns come along.",
    says=telling.returned,
    icon="assignment_return",
    sometimes=ARRIVING,
    example=RETURN_EXAMPLE,
)
declare_transaction(
    "transaction.updated",
    when="A purchase or return changes: its lines, its total, its status, whose it is.",
    says=telling.updated,
    icon="edit",
    always={"changes": about("As of any change; of lines and payments how many there were and are.", CHANGES)},
    example={"changes": {"total": ["59.95", "49.95"]}},
)
declare_transaction(
    "transaction.voided",
    when="A purchase, a return or one of its lines is voided.",
    says=telling.voided,
    icon="block",
    sometimes=RETURNS | {"item_id": about("The line, where not all of it was voided.", WHOLE)},
    example={"net": "0.00"},
)
declare_transaction(
    "transaction.deleted",
    when="A purchase or return is deleted for good. It is told as it was.",
    says=telling.deleted,
    icon="delete",
)
declare_transaction(
    "transaction.resent",
    when="An integration asks that all who listen be told of a purchase or return again.",
    says="A transaction was told again to all who listen.",
    icon="sync",
)
declare_transaction(
    "transaction-item.resent",
    when="An integration asks that all who listen be told of one line again.",
    says="A line of a transaction was told again to all who listen.",
    icon="sync",
    always={"item": LINE},
    example={"item": LINE_EXAMPLE},
)
declare(
    "aggregation.updated",
    when="The figures of a customer's purchases change, such as after a sale or because a year went by.",
    says=telling.spent,
    icon="functions",
    is_consequence=True,
    group="Purchases",
    subject="profiles.profile",
    payload=record(
        {
            "spend_12m": AMOUNT,
            "spend_all": AMOUNT,
            "spend_atv_all": about("On average for each purchase.", AMOUNT),
            "shop_count": WHOLE,
            "total_shop_days": WHOLE,
            "latest_shop_date": or_null(DAY),
        },
        sometimes={
            "changes": about("All figures that changed; not where many customers' were worked out at once.", CHANGES)
        },
    ),
    example={
        "spend_12m": "2450.00",
        "spend_all": "12800.00",
        "spend_atv_all": "175.34",
        "shop_count": 14,
        "total_shop_days": 12,
        "latest_shop_date": "2026-05-01",
        "changes": {"spend_all": ["12750.05", "12800.00"], "spend_12m": ["2400.05", "2450.00"]},
    },
)

for noun, model, called, said, example, icon in (
    ("product", "product", "A product", "The product “{name}”", "Merino knit", "inventory_2"),
    ("product-variant", "productvariant", "A variant of a product", "The variant “{name}”", "Merino knit, 10", "style"),
    ("brand", "brand", "A brand", "The brand “{name}”", "Harbour", "sell"),
    ("system", "system", "A system that purchases come from", "The system “{name}”", "pos", "dns"),
):
    for what, done, change in (
        ("created", "added", {}),
        ("updated", "changed", {"external_id": [None, "P-77"]}),
        ("deleted", "deleted", {"name": [example, None]}),
    ):
        # A system is never renamed.
        if (noun, what) == ("system", "updated"):
            continue
        declare(
            f"{noun}.{what}",
            when=f"{called} is {done} over the API.",
            says=f"{said} was {done}.",
            icon=icon,
            group="Products",
            subject=f"transactions.{model}",
            customer=Customer.NEVER,
            payload=record({"name": TEXT, "changes": CHANGES}),
            example={"name": example, "changes": change},
        )

"""What happens to rewards: what customers take from the catalogue, and what they pay with."""

from earning.events import GROUP
from earning.events.telling import rewards as telling
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, TEXT, WHOLE, about, list_of, record

DEFINITION = record({"handle": TEXT, "name": TEXT})
ORDER = record(
    {
        "order_id": WHOLE,
        "definition": about("What was taken.", DEFINITION),
        "quantity": WHOLE,
        "points": about("What was paid for all of them.", AMOUNT),
        "made": about("What the customer got.", list_of(record({"type": TEXT, "id": TEXT}))),
    }
)
ORDER_EXAMPLE = {
    "order_id": 5,
    "definition": {"handle": "ten-off", "name": "Ten dollars off"},
    "quantity": 1,
    "points": "1000",
    "made": [{"type": "earning.credit", "id": "42"}],
}
REDEEMED = {
    "redemption_id": WHOLE,
    "total": about("What was paid so, in the currency.", AMOUNT),
    "currency": TEXT,
    "transaction_external_id": TEXT,
}
REDEEMED_EXAMPLE = {
    "redemption_id": 1_000_000_000_001,
    "total": "25.00",
    "currency": "AUD",
    "transaction_external_id": "POS-1042",
}

declare(
    "reward.ordered",
    group=GROUP,
    subject="earning.rewardorder",
    when="A customer takes something from the catalogue and pays with points.",
    says=telling.ordered,
    icon="shopping_bag",
    payload=ORDER,
    example=ORDER_EXAMPLE,
)
declare(
    "reward.order_cancelled",
    group=GROUP,
    subject="earning.rewardorder",
    when="An order from the catalogue is undone.",
    says="The order of {quantity} × “{definition[name]}” was cancelled.",
    icon="remove_shopping_cart",
    payload=ORDER,
    example=ORDER_EXAMPLE,
)
for what, when, says, more in (
    (
        "redeemed",
        "A customer pays with rewards, points or both.",
        "The customer paid {total} {currency} with what was on the card.",
        {},
    ),
    ("reversed", "Such a payment is undone within minutes.", "The payment of {total} {currency} was undone.", {}),
    (
        "returned",
        "Some of such a payment comes back, because goods did.",
        "Of a payment of {total} {currency}, {returned} came back.",
        {"returned": "10.00"},
    ),
):
    declare(
        f"balance.{what}",
        group=GROUP,
        subject="earning.balanceredemption",
        when=when,
        says=says,
        icon="payments",
        is_consequence=what == "redeemed",
        payload=record(REDEEMED | ({"returned": about("What came back.", AMOUNT)} if more else {})),
        example=REDEEMED_EXAMPLE | more,
    )

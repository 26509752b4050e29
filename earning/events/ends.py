"""What is told ahead of what ends."""

from earning.amounts import POINTS
from earning.events import GROUP, PROGRAM, PROGRAM_EXAMPLE
from earning.events.telling import points as telling
from earning.ledger.told import name_of
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, DAY, MOMENT, TEXT, WHOLE, about, record

EXPIRING = record(
    {
        "card_id": WHOLE,
        "program": PROGRAM,
        "unit": about("points, or the three letters of a currency.", TEXT),
        "amount": about("What ends on that day, unless it is used.", AMOUNT),
        "ends_on": about("The last day on which it can be used, where the program is.", DAY),
        "ends_at": about("When the first of it ends.", MOMENT),
        "days": about("How many days ahead it is told, as the program says.", WHOLE),
    }
)
for unit, amount, when in (
    (
        POINTS,
        "120",
        "Points of a customer end soon: so many days ahead as the program says, at nine in the morning there.",
    ),
    (
        "AUD",
        "15.00",
        "Reward money of a customer ends soon: so many days ahead as the program says, at nine in the morning there.",
    ),
):
    declare(
        name_of("expiring", unit),
        group=GROUP,
        subject="earning.loyaltycard",
        when=when,
        says=telling.expiring,
        icon="hourglass_top",
        payload=EXPIRING,
        example={
            "card_id": 7,
            "program": PROGRAM_EXAMPLE,
            "unit": unit,
            "amount": amount,
            "ends_on": "2026-05-31",
            "ends_at": "2026-05-31T13:59:59+00:00",
            "days": 7,
        },
    )

"""What happens to customers' cards and what is on them."""

from earning import telling
from profiles.events.catalogue import declare
from profiles.events.schemas import CHANGES, TEXT, WHOLE, record

GROUP = "Earning"
PROGRAM = record({"handle": TEXT, "name": TEXT})
PROGRAM_EXAMPLE = {"handle": "default", "name": "Loyalty"}
CARD = {"card_id": WHOLE, "program": PROGRAM, "number": TEXT, "status": TEXT}
CARD_EXAMPLE = {"card_id": 7, "program": PROGRAM_EXAMPLE, "number": "1047297313375", "status": "active"}

declare(
    "card.created",
    group=GROUP,
    subject="earning.loyaltycard",
    when="A customer gets a card: of the default program when they join, of another when somebody gives them one.",
    says=telling.card_created,
    icon="credit_card",
    payload=record(CARD),
    example=CARD_EXAMPLE,
)
declare(
    "card.updated",
    group=GROUP,
    subject="earning.loyaltycard",
    when="A card is activated, suspended or closed.",
    says=telling.card_updated,
    icon="credit_card",
    payload=record(CARD | {"changes": CHANGES}),
    example=CARD_EXAMPLE | {"status": "suspended", "changes": {"status": ["active", "suspended"]}},
)

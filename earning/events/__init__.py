"""What happens to customers' cards and what is on them."""

from earning.events import telling
from earning.models import TierChange
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, CHANGES, MOMENT, TEXT, WHOLE, about, one_of, or_null, record

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

TIER = record({"handle": TEXT, "name": TEXT})
MOVED = {
    "card_id": WHOLE,
    "program": PROGRAM,
    "definition": about("The tier that the event is about: of tier.lost the one that was lost.", TIER),
    "before": about("The tier before, or null.", or_null(TIER)),
    "after": about("The tier from now on, or null.", or_null(TIER)),
    "how": about("Why it moved.", one_of(*TierChange.Kind.values)),
    "value": about("The figure that decided it; null where somebody gave the tier by hand.", or_null(AMOUNT)),
    "anniversary_at": about(
        "When it is seen whether the tier was kept; null where it asks for nothing.", or_null(MOMENT)
    ),
}
MOVED_EXAMPLE = {
    "card_id": 7,
    "program": PROGRAM_EXAMPLE,
    "definition": {"handle": "gold", "name": "Gold"},
    "before": {"handle": "silver", "name": "Silver"},
    "after": {"handle": "gold", "name": "Gold"},
    "how": "achieved",
    "value": "1040",
    "anniversary_at": "2027-05-01T13:59:59+00:00",
}
for what, when, says, icon, example in (
    (
        "achieved",
        "A customer reaches a tier, or is given a higher one by hand.",
        telling.tier_achieved,
        "military_tech",
        MOVED_EXAMPLE,
    ),
    (
        "maintained",
        "A customer's year on a tier is over, and they keep it.",
        telling.tier_maintained,
        "verified",
        MOVED_EXAMPLE | {"before": MOVED_EXAMPLE["after"], "how": "maintained"},
    ),
    (
        "lost",
        "A customer falls to a lower tier: the year is over without enough, the sale that brought the tier was undone, or by hand.",
        telling.tier_lost,
        "trending_down",
        MOVED_EXAMPLE | {"before": MOVED_EXAMPLE["after"], "after": MOVED_EXAMPLE["before"], "how": "lost"},
    ),
):
    declare(
        f"tier.{what}",
        group=GROUP,
        subject="earning.loyaltycard",
        when=when,
        says=says,
        icon=icon,
        payload=record(MOVED),
        example=example,
    )
declare(
    "tier.progressed",
    group=GROUP,
    subject="earning.loyaltycard",
    when="What counts towards a customer's next tier changes.",
    says=telling.tier_progressed,
    icon="trending_up",
    is_consequence=True,
    payload=record(
        {
            "card_id": WHOLE,
            "program": PROGRAM,
            "definition": about("The next tier.", TIER),
            "progress": about("What counts towards it now.", AMOUNT),
            "remain": about("What is missing.", AMOUNT),
        }
    ),
    example={
        "card_id": 7,
        "program": PROGRAM_EXAMPLE,
        "definition": {"handle": "gold", "name": "Gold"},
        "progress": "640",
        "remain": "360",
    },
)

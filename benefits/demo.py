"""The benefits of the demo: definitions of each type, issued to some customers and used by some of those, and two to be claimed."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from access.models import User
from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from profiles.cause import Cause, Door
from profiles.demo import first_customers
from profiles.models import Location

DEFINITIONS = [
    {
        "name": "Birthday coffee",
        "handle": "birthday-coffee",
        "type": "free_product",
        "value": Decimal("4.50"),
        "period": 30,
        "product_skus": ["COFFEE-S", "COFFEE-L"],
        "short_description": "A coffee on us in your birthday month.",
        "description": "Issued in the first week of the birthday month. One coffee of any size.",
        "redeem_instructions_store": "Show this card before you order.",
        "redeem_instructions_online": "Not for online orders.",
        "redeem_code_pos": "BDAY-COFFEE",
        "terms_conditions": "One coffee for each birthday. Not to be exchanged for money.",
        "is_extendable": True,
    },
    {
        "name": "15% off knitwear",
        "handle": "15-off-knitwear",
        "type": "product_discount",
        "discount_percent": Decimal("15"),
        "product_categories": ["knitwear"],
        "period": 3,
        "period_type": "months",
        "max_redemptions": 3,
        "short_description": "15% off every piece of knitwear, three times.",
        "redeem_instructions_store": "Give your name at the till.",
        "redeem_instructions_online": "Enter the code at checkout.",
        "redeem_code_pos": "KNIT15",
        "redeem_code_online": "KNIT15",
        "is_claimable": True,
    },
    {
        "name": "Free alterations",
        "handle": "free-alterations",
        "type": "entitlement",
        "period": 1,
        "period_type": "years",
        "max_redemptions": None,
        "short_description": "Hems and sleeves altered for free, all year.",
        "redeem_instructions_store": "Bring the piece and the receipt to any store.",
        "is_extendable": True,
    },
    {
        "name": "Early access to the winter sale",
        "handle": "winter-early-access",
        "type": "entitlement",
        "period": 2,
        "period_type": "weeks",
        "max_global_redemptions": 200,
        "short_description": "Shop the sale a day before everyone else.",
        "terms_conditions": "For the first two hundred customers.",
        "is_claimable": True,
        "is_reclaimable": False,
    },
    {
        "name": "Gift wrapping for regulars",
        "handle": "gift-wrapping",
        "type": "entitlement",
        "period": 6,
        "period_type": "months",
        "max_redemptions": 5,
        "short_description": "Five presents wrapped for free.",
        "earn_instructions": "Shop with us on three days.",
        "redeem_instructions_store": "Ask at the till.",
        "is_claimable": True,
        "claim_condition": {">=": [{"var": "aggregations.total_shop_days"}, 3]},
    },
    {
        "name": "A scarf to try",
        "handle": "scarf-to-try",
        "type": "free_product",
        "value": Decimal("49.00"),
        "product_categories": ["scarves"],
        "period": 30,
        "short_description": "Take a scarf home for a month; keep it if you like.",
        "earn_instructions": "For customers who let us write to them and spent 300 or more within a year.",
        "redeem_instructions_store": "Choose one with our staff.",
        "is_claimable": True,
        # Others would only be annoyed by it.
        "view_condition": {"==": [{"var": "attributes.comms.email_promo"}, True]},
        "claim_condition": {
            "and": [
                {">=": [{"var": "aggregations.spend_12m_now"}, 300]},
                {">=": [{"var": "days_since_joined"}, 30]},
            ]
        },
    },
]


def make_definitions() -> list[BenefitDefinition]:
    """The demo's definitions, made where they are missing. An edited one stays as it is."""
    definitions = []
    for values in DEFINITIONS:
        definition = BenefitDefinition.objects.filter(handle=values["handle"]).first()
        if definition is None:
            definition = BenefitDefinition(**values)
            definition.full_clean()
            definition.save()
        definitions.append(definition)
    return definitions


def issue_some(
    definitions: list[BenefitDefinition],
    *,
    at: datetime,
    seed: int,
    clerk: User,
    locations: list[Location],
    most: int = 200,
) -> int:
    """Give benefits to the first customers over the last thirty days and let some use them. Returns how many are new.

    Those with a condition are left to be claimed.
    """
    definitions = [one for one in definitions if one.claim_condition is None]
    chance = Random(f"{seed}/benefits")  # noqa: S311 (repeatable on purpose)
    made = 0
    for number, profile in enumerate(first_customers(seed, most)):
        definition = chance.choice(definitions)
        issued_at = max(profile.joined_at, at - timedelta(days=30 * chance.random()))
        location, is_used = chance.choice(locations), chance.random() < 0.4
        external_id = f"demo-{seed}-{number}"
        if Benefit.objects.filter(external_id=external_id).exists():
            continue
        cause = Cause(door=Door.COMMAND, user=clerk, location=location, reason="Demo data.")
        try:
            benefit = definition.issue(profile, at=issued_at, cause=cause, external_id=external_id)
            made += 1
            if is_used:
                used_at = issued_at + (min(at, benefit.expires_at) - issued_at) * chance.random()
                benefit.redeem(at=used_at, cause=cause)
        except Refusal:
            # A programme that was played with: a limit reached, a definition archived.
            continue
    return made

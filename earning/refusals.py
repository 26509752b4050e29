"""Every reason for which something about cards and points is refused: code (api.md 3) and sentence, in one place for all doors."""

from cxmanager.refusals import Refusal

SENTENCES = {
    "profile_inactive": "This customer's profile was deleted.",
    "card_held": "The customer has a card of this program already.",
    "number_taken": "Another card has this number.",
    "tier_in_use": "Customers have this tier, or had it, or a rule names it, so it cannot be deleted.",
    "tier_not_assignable": "This tier cannot be given by hand.",
    "tier_of_another_program": "This tier belongs to another program than the card.",
    "tier_held": "The customer has this tier already.",
    "moved_meanwhile": "The tier of this customer has changed meanwhile. Try again.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code."""
    return Refusal(SENTENCES[code], code=code, **details)

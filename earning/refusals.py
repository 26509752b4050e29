"""Every reason for which something about cards and points is refused: code (api.md 3) and sentence, in one place for all doors."""

from cxmanager.refusals import Refusal

SENTENCES = {
    "profile_inactive": "This customer's profile was deleted.",
    "card_held": "The customer has a card of this program already.",
    "number_taken": "Another card has this number.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code."""
    return Refusal(SENTENCES[code], code=code, **details)

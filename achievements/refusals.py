"""Every reason for which an achievement is refused: code and sentence, in one place for all doors."""

from cxmanager.refusals import Refusal

SENTENCES = {
    "not_published": "This achievement is not published, so nothing counts towards it.",
    "not_started": "This achievement has not started yet.",
    "ended": "This achievement has ended.",
    "retired": "This achievement is retired, so nothing counts towards it any more.",
    "profile_inactive": "This customer's profile was deleted.",
    "nothing_to_correct": "The count is that already.",
    "has_progress": "Customers have climbed this achievement, so it cannot be deleted. Retire it instead.",
    "period_in_use": "Customers have progress that was counted by this period. Duplicate the achievement to count by another.",
    "nothing_to_recount": "Nothing counts by itself here: first say what it counts.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code."""
    return Refusal(SENTENCES[code], code=code, **details)

"""Every reason for which a benefit is refused: code (api.md 3) and sentence, in one place for all doors."""

from cxmanager.refusals import Refusal

SENTENCES = {
    "not_issued_yet": "This benefit is not issued yet.",
    "expired": "This benefit has expired.",
    "revoked": "This benefit was revoked.",
    "fully_redeemed": "This benefit has no uses left.",
    "globally_redeemed": "All uses of this benefit have been taken by customers.",
    "archived": "This benefit is no longer offered.",
    "not_extendable": "This benefit cannot be extended.",
    "already_extended": "This benefit has already been extended as often as it may be.",
    "not_later": "The new end must be later than the present one.",
    "not_claimable": "This benefit cannot be claimed.",
    "claim_window_closed": "This benefit cannot be claimed at this time.",
    "tier_required": "This benefit is for customers on another tier.",
    "claim_condition_failed": "The customer does not meet the conditions of this benefit.",
    "already_held": "The customer has already claimed this benefit.",
    "no_allocation_left": "All uses of this benefit have been taken, so no more are given out.",
    "external_id_taken": "Another benefit has this external id.",
    "already_sent": "This form was sent before, for another benefit. Open it anew.",
    "already_revoked": "This benefit was already revoked.",
    "already_reversed": "This redemption was already reversed.",
    "reversal_window_closed": "This redemption is too old to be reversed.",
    "nothing_to_return": "There are not that many uses left to give back.",
    "has_benefits": "This benefit was given to customers, so it cannot be deleted. Archive it instead.",
    "none_held": "The customer holds no such benefit that could be used now.",
    "profile_inactive": "This customer's profile was deleted.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code."""
    return Refusal(SENTENCES[code], code=code, **details)


def too_few(code: str, *, left: int) -> Refusal:
    """`fully_redeemed` or `globally_redeemed`, to somebody who asked for more uses than are left."""
    if left < 1:
        return refusal(code)
    whose = " for all customers together" if code == "globally_redeemed" else ""
    uses = "1 use of this benefit is" if left == 1 else f"{left:,} uses of this benefit are"
    return Refusal(f"Only {uses} left{whose}.", code=code)

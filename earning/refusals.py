"""Every reason for which something about cards and points is refused: code (api.md 3) and sentence, in one place for all doors."""

from decimal import Decimal

from cxmanager.refusals import Refusal
from earning.amounts import POINTS, as_text, in_words

SENTENCES = {
    "program_is_default": "The default program cannot be deleted. Make another the default first.",
    "profile_inactive": "This customer's profile was deleted.",
    "card_held": "The customer has a card of this program already.",
    "number_taken": "Another card has this number.",
    "tier_in_use": "Customers have this tier, or had it, or a rule names it, so it cannot be deleted.",
    "tier_not_assignable": "This tier cannot be given by hand.",
    "tier_of_another_program": "This tier belongs to another program than the card.",
    "tier_held": "The customer has this tier already.",
    "event_unknown": "No rule of this program is about this event.",
    "event_not_available": "This event earns nothing where the customer is.",
    "event_external_id_taken": "Another event has this external id.",
    "award_decided": "Somebody has decided about this award already.",
    "type_is_fixed": "The type of a rule cannot be changed once it was active or applied. Make another rule.",
    "rule_archived": "This rule is archived. Bring it back from the archive first.",
    "rule_not_archived": "This rule is not archived.",
    "rule_in_use": "Customers earned by this rule, so it cannot be deleted. Archive it instead.",
    "moved_meanwhile": "The tier of this customer has changed meanwhile. Try again.",
    "card_suspended": "This card is suspended.",
    "card_closed": "This card is closed.",
    "card_pending": "This card is not active yet.",
    "insufficient_points": "The card has {left}, which is {missing} too {few}.",
    "in_debt": "{owed} are owed on this card. What is earned next repays them; until then nothing can be spent.",
    "external_id_taken": "Something else on these cards has this external id.",
    "same_card": "Points cannot be transferred to the card that they are on.",
    "other_program": "Points can only be transferred between cards of one program.",
    "taker_not_active": "The card that is to get the points is not active.",
    "transfer_too_small": "At least {min} are transferred at a time.",
    "transfer_too_large": "At most {max} are transferred at a time.",
    "transfer_limit_reached": "From one card at most {max} are transferred {period}, and {left} left of that.",
    "not_spent": "This was not spent, so it cannot come back.",
    "nothing_to_restore": "All of this has come back already.",
    "more_than_spent": "Only {most} can come back.",
    "nothing_to_block": "There is nothing left of this that could be blocked.",
    "not_blocked": "This is not blocked.",
    "own_request": "Somebody else than who asked for it has to decide.",
    "already_decided": "Somebody has decided this already.",
    "not_backtestable": "Only rules for purchases can be back-tested: nobody kept the other things that happened then.",
    "points_in_use": "Points of this definition were given to customers, so it cannot be deleted.",
    "reward_archived": "This reward is no longer given out.",
    "reward_in_use": "This reward was given to customers, so it cannot be deleted. Archive it instead.",
    "reward_over": "Nothing is left of this reward.",
    "not_extendable": "This reward cannot be extended.",
    "already_extended": "This reward has already been extended.",
    "not_later": "The new end must be later than the present one.",
    "not_in_catalogue": "This is not in the catalogue.",
    "not_available_now": "This cannot be taken from the catalogue at this time.",
    "tier_required": "This is for customers of other tiers.",
    "most_for_each": "Each customer may take at most {most} of this.",
    "out_of_stock": "There are not that many of this left.",
    "no_coupons_left": "There are not that many codes of this left.",
    "already_cancelled": "This order was already cancelled.",
    "order_was_used": "Some of this reward was used, so the order cannot be cancelled.",
    "order_is_a_benefit": "This order brought a benefit. Revoke that, and give the points back by an adjustment.",
    "already_reversed": "This redemption was already reversed.",
    "reversal_window_closed": "This redemption is too old to be reversed.",
    "posting_external_id_taken": "Another posting has this external id.",
    "posting_voided": "This posting was voided.",
    "coupon_unknown": "There is no such coupon.",
    "coupon_used": "This coupon was used already.",
    "coupon_of_another_pool": "One of these codes belongs to another pool.",
    "coupon_pool_in_use": "This pool has codes, or rewards come with its codes, so it cannot be deleted.",
    "limit_reached": "This was used as often as it can be.",
    "too_many_attempts": "Too many codes were tried that are none. Wait a few minutes.",
    "already_referred": "The customer was referred by somebody already.",
    "referred_by_oneself": "Nobody can refer themselves.",
    "referred_in_a_circle": "The one who refers was referred by this customer.",
    "referrer_inactive": "The profile of who refers was deleted.",
    "nobody_decides": "A person has to decide this.",
}


def refusal(code: str, **details) -> Refusal:
    """The refusal of this code. `details` are further keys of the API's answer."""
    return Refusal(SENTENCES[code], code=code, **details)


def too_little(wanted: Decimal, left: Decimal, *, unit: str) -> Refusal:
    """`insufficient_points`, of points or money, with what is missing as `shortfall`."""
    sentence = SENTENCES["insufficient_points"].format(
        left=in_words(left, unit),
        missing=in_words(wanted - left, unit),
        few="few" if unit == POINTS else "little",
    )
    details = {"shortfall": as_text(wanted - left, unit), "balance": as_text(left, unit)}
    return Refusal(sentence, code="insufficient_points", **details)


def too_few_to_transfer(least: Decimal) -> Refusal:
    """`transfer_too_small`, with the `min`."""
    sentence = SENTENCES["transfer_too_small"].format(min=in_words(least, POINTS))
    return Refusal(sentence, code="transfer_too_small", min=as_text(least, POINTS))


def too_many_to_transfer(most: Decimal) -> Refusal:
    """`transfer_too_large`, with the `max`."""
    sentence = SENTENCES["transfer_too_large"].format(max=in_words(most, POINTS))
    return Refusal(sentence, code="transfer_too_large", max=as_text(most, POINTS))


def too_many_in_period(most: Decimal, period: str, *, left: Decimal) -> Refusal:
    """`transfer_limit_reached`, with the `max` of the period and what is `left` of it."""
    said = f"{in_words(left, POINTS)} {'is' if left == 1 else 'are'}"
    sentence = SENTENCES["transfer_limit_reached"].format(max=in_words(most, POINTS), period=period, left=said)
    return Refusal(sentence, code="transfer_limit_reached", max=as_text(most, POINTS), left=as_text(left, POINTS))


def in_debt(debt: Decimal, *, unit: str) -> Refusal:
    """`in_debt`, with the `debt`."""
    sentence = SENTENCES["in_debt"].format(owed=in_words(debt, unit))
    return Refusal(sentence, code="in_debt", debt=as_text(debt, unit))


def too_much_back(most: Decimal, *, unit: str) -> Refusal:
    """`more_than_spent`, with what can come back at `most`."""
    sentence = SENTENCES["more_than_spent"].format(most=in_words(most, unit))
    return Refusal(sentence, code="more_than_spent", most=as_text(most, unit))


def too_many_for_one(most: int, *, taken: int | None = None) -> Refusal:
    """`most_for_each`, with how many the customer has taken where that is less than the most."""
    sentence = SENTENCES["most_for_each"].format(most=f"{most:,}")
    if taken is not None and 0 < taken < most:
        sentence += f" This one has taken {taken:,}."
    return Refusal(sentence, code="most_for_each", most=most)

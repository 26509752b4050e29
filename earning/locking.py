"""The customer's own row is the lock for their cards and all that is on them: taken first, as for their purchases (transactions.locking).

Then the card with its balances and credits, and what many customers share last, just before the commit.
"""

from earning.models import Balance, LoyaltyCard
from earning.refusals import refusal
from profiles.models import Profile
from transactions.locking import in_turn as customer_in_turn
from transactions.locking import lock_customers


def balance_in_turn(card: LoyaltyCard, unit: str) -> Balance:
    """The card's balance of the unit as it is now, made where there is none, with card and program; the customer is locked.

    Where the customer was merged into another, the other's card of the program. Raises Refusal `profile_inactive`. Two queries.
    """
    return balance_of(card, unit, customer_in_turn(Profile(pk=card.profile_id)))


def balance_of(card: LoyaltyCard, unit: str, profile: Profile) -> Balance:
    """The same for a customer who is locked already."""
    rows = Balance.objects.select_related("card__program")
    balance = rows.filter(card__profile=profile, card__program=card.program_id, unit=unit).first()
    if balance is None:
        fresh = LoyaltyCard.objects.select_related("program").get(profile=profile, program=card.program_id)
        balance = Balance.objects.create(card=fresh, unit=unit)
    balance.card.profile = profile
    return balance


def both_in_turn(giver: LoyaltyCard, taker: LoyaltyCard, unit: str) -> tuple[Balance, Balance]:
    """The balances of two customers' cards, both locked in the order of their keys. Raises Refusal `profile_inactive`."""
    lock_customers({giver.profile_id, taker.profile_id})
    found = Profile.objects.in_bulk([giver.profile_id, taker.profile_id])
    if any(one.deleted_at is not None for one in found.values()):
        raise refusal("profile_inactive")
    return tuple(balance_of(card, unit, found[card.profile_id]) for card in (giver, taker))

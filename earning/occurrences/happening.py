"""What happens to a customer besides purchases earns: events, referrals, permissions, postings to accounts and coupons (behaviour.md 5).

    award_happening(card, Happening(kind=EVENT, name="birthday", at=at, key=f"birthday:{card.pk}:2026"), at=at, cause=cause)

The same key earns once for each kind of happening and card, however often and by however many it is reported at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from earning.amounts import POINTS, as_text
from earning.awards.awarding import Made, Source, award
from earning.awards.earned import GONE, award_as_json
from earning.awards.members import AtHand, card_at_hand
from earning.awards.returning import rest_of, take
from earning.models import Award, LoyaltyCard
from earning.snapshot import REFERRAL, Happening, Outcome
from profiles.cause import Cause
from profiles.models import Profile
from transactions.locking import in_turn, lock_customers


@dataclass
class Heard:
    """What a happening earned on this card, now or when it was heard first. `outcomes` has one for every rule of the program, but only the first time."""

    card: LoyaltyCard
    awards: list[Award]
    outcomes: Sequence[Outcome] = ()
    is_new: bool = True
    others: list[Award] = field(default_factory=list)

    def as_json(self) -> dict:
        """The same shape as a simulation's (api.md 5)."""
        money = {self.card.program.currency: Decimal(0)}
        for one in self.awards:
            if one.currency:
                money[one.currency] = money.get(one.currency, Decimal(0)) + one.currency_amount
        points = sum((one.points for one in self.awards), Decimal(0))
        return {
            "points": as_text(points, POINTS),
            "currency": {currency: as_text(amount, currency) for currency, amount in sorted(money.items())},
            "awards": [award_as_json(one) for one in self.awards],
            "rules": self._rules(),
            "tier_after": self.card.tier.as_payload() if self.card.tier_id else None,
        }

    def _rules(self) -> list[dict]:
        if self.is_new:
            return [outcome_as_json(one) for one in self.outcomes]
        named = [(one.rule.handle, one.rule.name) for one in self.awards]
        return [
            {"rule": handle, "rule_name": name, "applied": True, "reason": None, "text": "It applied before."}
            for handle, name in named
        ]


def outcome_as_json(one: Outcome) -> dict:
    return {
        "rule": one.rule.handle,
        "rule_name": one.rule.name,
        "applied": one.applied,
        "reason": one.reason and one.reason.value,
        "text": one.text,
    }


@transaction.atomic
def award_happening(card: LoyaltyCard, happening: Happening, *, at: datetime, cause: Cause) -> Heard:
    """Write what it earns on this card, and for a referral on the card of who referred the customer. Needs a key.

    `cause.event` is what led to it. Records what `awarding.award` does. Raises Refusal `profile_inactive`.
    """
    if not happening.key:
        raise ValueError("A happening without a key would earn as often as it is heard.")
    at_hand = in_turn_with(card, happening, at=at)
    earlier = heard_before(at_hand.card, happening)
    if earlier:
        fresh = LoyaltyCard.objects.select_related("program", "tier").get(pk=at_hand.card.pk)
        return Heard(fresh, [one for one in earlier if one.state not in GONE], is_new=False)
    source = Source(kind=happening.kind, key=happening.key)
    made: Made = award(at_hand, [happening], source, at=at, cause=cause, everything=True)
    fresh = LoyaltyCard.objects.select_related("program", "tier").get(pk=at_hand.card.pk)
    others = [one for one in made.awards if one.card_id != fresh.pk]
    return Heard(fresh, made.own, made.decision.outcomes, others=others)


def in_turn_with(card: LoyaltyCard, happening: Happening, *, at: datetime) -> AtHand:
    """The card as it is now, its customer locked, and for a referral who referred them; in the order of their keys."""
    if happening.kind == REFERRAL:
        referrer = LoyaltyCard.objects.values_list("referred_by", flat=True).get(pk=card.pk)
        lock_customers({card.profile_id, referrer})
    profile = in_turn(Profile(pk=card.profile_id))
    card.profile = profile
    return card_at_hand(card, at=at)


def heard_before(card: LoyaltyCard, happening: Happening) -> list[Award]:
    """What it earned on this card before, though some of that may have been taken back since. One query, and its credits."""
    rows = Award.objects.filter(card=card, source=happening.kind, source_key=happening.key)
    return list(rows.select_related("rule", "badge", "card__program").prefetch_related("credits").order_by("pk"))


def take_back(card: LoyaltyCard, kind: str, key: str, *, at: datetime, cause: Cause, reason: str = "") -> list[Award]:
    """Take back what this happening earned, such as a posting that was voided or a permission that was withdrawn. Once.

    Raises Refusal `profile_inactive`.
    """
    with transaction.atomic():
        in_turn(Profile(pk=card.profile_id))
        live = Award.objects.filter(card=card, source=kind, source_key=key).exclude(state__in=GONE).order_by("pk")
        awards = list(live.select_related("card__program", "card__profile", "rule").prefetch_related("credits"))
        take({one: rest_of(one) for one in awards}, None, at=at, cause=cause, reason=reason)
    return awards

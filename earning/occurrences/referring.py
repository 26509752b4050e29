"""One customer brings another: said once for each card, by nobody for themselves, and never in a circle (earning-reference 1.8)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cxmanager.refusals import Refusal
from earning.models import LoyaltyCard, Referral
from earning.occurrences.happening import award_happening
from earning.refusals import refusal
from earning.rules.referral import REGISTER
from earning.snapshot import REFERRAL, Happening
from profiles.cause import Cause
from profiles.listening import listens
from profiles.models import Event, Profile
from transactions.locking import lock_customers

# A chain of customers who brought one another is no longer than this, or nobody follows it further.
DEEPEST = 1_000


def why_not_referred(card: LoyaltyCard, referrer: Profile) -> Refusal | None:
    """Why this customer was not brought by that one, or None."""
    if referrer.deleted_at is not None:
        return refusal("referrer_inactive")
    if is_same_person(card.profile, referrer):
        return refusal("referred_by_oneself")
    if card.referred_by_id is not None:
        return refusal("already_referred")
    return refusal("referred_in_a_circle") if leads_to(referrer, card) else None


def is_same_person(one: Profile, other: Profile) -> bool:
    """Whether they are one profile, or have an address or a number in common."""
    if one.pk == other.pk:
        return True
    numbers = [
        {value.replace(" ", "") for value in (row.mobile_phone_e164, row.mobile_phone, row.secondary_phone) if value}
        for row in (one, other)
    ]
    return bool(numbers[0] & numbers[1]) or bool(one.email and one.email == other.email)


def leads_to(referrer: Profile, card: LoyaltyCard) -> bool:
    """Whether who refers was brought, over whomever, by the customer of the card. One query for each step of the chain."""
    asked = referrer.pk
    for _ in range(DEEPEST):
        asked = (
            LoyaltyCard.objects.filter(program=card.program_id, profile=asked)
            .values_list("referred_by", flat=True)
            .first()
        )
        if asked is None:
            return False
        if asked == card.profile_id:
            return True
    return True


@transaction.atomic
def refer(card: LoyaltyCard, referrer: Profile, *, at: datetime, cause: Cause) -> Referral:
    """Note who brought the customer, and award what registering gives to either. The same again changes nothing.

    Records `referral.created`. Raises Refusal: already_referred, referred_by_oneself, referred_in_a_circle,
    referrer_inactive.
    """
    # Both, so that two who refer one another at once do not both find no circle.
    lock_customers({card.profile_id, referrer.pk})
    fresh = LoyaltyCard.objects.select_related("program", "profile").get(pk=card.pk)
    referrer = Profile.objects.get(pk=referrer.pk)
    if fresh.referred_by_id == referrer.pk and hasattr(fresh, "referral"):
        return fresh.referral
    no = why_not_referred(fresh, referrer)
    if no is not None:
        raise no
    LoyaltyCard.objects.ensure(referrer, fresh.program, at=at, cause=Cause())
    LoyaltyCard.objects.filter(pk=fresh.pk).update(referred_by=referrer, updated_at=at)
    card.referred_by = fresh.referred_by = referrer
    referral = Referral.objects.create(card=fresh, referrer=referrer, referred_at=at)
    payload = {"card_id": fresh.pk, "program": fresh.program.as_payload(), "referrer_id": str(referrer.pk)}
    event = fresh.profile.record("referral.created", at=at, cause=cause, subject=referral, payload=payload)
    award_happening(fresh, happening_of(referral), at=at, cause=cause.because_of(event))
    return referral


def happening_of(referral: Referral) -> Happening:
    """What rules hear of it at once; what is bought later they hear with the purchase."""
    return Happening(kind=REFERRAL, name=REGISTER, at=referral.referred_at, key=f"register:{referral.card_id}")


@listens("earning.referrals", to=lambda: {"transaction.created"} if Referral.objects.exists() else set())
def advance(events: Sequence[Event], *, at: datetime) -> None:
    """Whoever was brought and has bought something by now is further on. One statement."""
    bought = {event.profile_id for event in events} - {None}
    open_ = Referral.objects.filter(card__profile__in=bought, state=Referral.State.REGISTERED)
    open_.update(state=Referral.State.PURCHASED, purchased_at=at)

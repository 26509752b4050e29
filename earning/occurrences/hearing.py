"""Rules for events of the product: what happened to a customer is heard here, and earns (earning-reference 1.8).

First purchases are no matter of this: they earn with the purchase itself.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from earning.models import EarningRule, LoyaltyCard, Program
from earning.occurrences.happening import award_happening
from earning.rulebook.rulesets import rules_of_program
from earning.rules.event import ACCOUNT_CREATED, LOGIN
from earning.snapshot import EVENT, Happening
from profiles.cause import Cause
from profiles.listening import listens, with_profiles
from profiles.models import Event, Profile
from transactions.locking import lock_customers

NEWSLETTERS = ("email_promo", "email_newsletter")


def completed(event: Event) -> bool:
    changes = event.payload.get("changes") or {}
    return "is_completed" in changes and changes["is_completed"][1] is True


def activated(event: Event) -> bool:
    changes = event.payload.get("changes") or {}
    return "status" in changes and changes["status"][1] == LoyaltyCard.Status.ACTIVE


def is_newsletter(event: Event) -> bool:
    return event.payload.get("permission") in NEWSLETTERS


def always(event: Event) -> bool:
    return True


# The events of the product → what rules call them, and of which of them that is so.
MEANING: dict[str, tuple[tuple[str, Callable[[Event], bool]], ...]] = {
    "profile.created": ((ACCOUNT_CREATED, always),),
    "profile.updated": (("profile_completed", completed),),
    "profile.signed_in": ((LOGIN, always),),
    "card.updated": (("card_activated", activated),),
    "consent.granted": (("consent_given", always), ("newsletter_subscribed", is_newsletter)),
    "tier.achieved": (("level_up", always),),
    "badge.earned": (("badge_earned", always),),
}


def wanted() -> set[str]:
    """Those that a live rule of any program is about. One query."""
    live = EarningRule.objects.live().filter(type=EarningRule.Type.EVENT)
    named = set(live.values_list("conditions__event", flat=True))
    return {name for name, meanings in MEANING.items() if any(word in named for word, _ in meanings)}


@listens("earning.rules", to=wanted)
def award_for(events: Sequence[Event], *, at: datetime) -> None:
    """Award what each means in every program of which the customer has a card; of the default one they get it here, if need be."""
    meant = [(event, names) for event in with_profiles(events) if (names := list(names_in(event)))]
    living = [(event, names) for event, names in meant if is_living(event.profile)]
    lock_customers({event.profile_id for event, _ in living})
    programs = list(Program.objects.all())
    for event, names in living:
        for program in programs:
            hears = [name for name in names if rules_of_program(program).hears_event(name)]
            card = card_for(event, program, at=at) if hears else None
            if card is not None:
                award_names(event, card, hears, at=at)


def names_in(event: Event) -> Iterable[str]:
    return (name for name, means in MEANING[event.name] if means(event))


def is_living(profile: Profile | None) -> bool:
    return profile is not None and profile.deleted_at is None


def card_for(event: Event, program: Program, *, at: datetime) -> LoyaltyCard | None:
    """What happened on a card is a matter of that card's program alone."""
    own = event.payload.get("card_id")
    if own is not None:
        return LoyaltyCard.objects.filter(pk=own, program=program, profile=event.profile_id).first()
    if program.is_default:
        return LoyaltyCard.objects.ensure(event.profile, program, at=at, cause=Cause())
    return LoyaltyCard.objects.filter(profile=event.profile_id, program=program).first()


def award_names(event: Event, card: LoyaltyCard, names: Iterable[str], *, at: datetime) -> None:
    for name in names:
        award_happening(card, happening_of(event, name), at=at, cause=Cause(event=event))


def happening_of(event: Event, name: str) -> Happening:
    """What rules hear of it, by one of the names that they have for it."""
    return Happening(kind=EVENT, name=name, at=event.at, key=f"{name}:{event.pk}", data=event.payload)

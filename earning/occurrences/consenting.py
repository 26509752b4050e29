"""Customers earn by granting a permission, once for each ever; and lose what is not spent of it where the rule says so (W58).

The permission itself is the profile's to keep: whoever changes it, at whichever door, is heard here. What files brought earns
nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from earning.awards.returning import rest_of, take
from earning.models import Award, EarningRule, LoyaltyCard, Program
from earning.occurrences.happening import Heard, award_happening
from earning.rules.permission import ALL, REVERSE
from earning.snapshot import PERMISSION, Happening
from profiles.cause import Cause, Door
from profiles.listening import listens, with_profiles
from profiles.models import Event, Profile
from transactions.locking import in_turn, lock_customers

GRANTED, WITHDRAWN = "consent.granted", "consent.withdrawn"
GONE = (Award.State.REVERSED, Award.State.REJECTED)


@transaction.atomic
def set_permission(
    profile: Profile, code: str, *, granted: bool, at: datetime, cause: Cause, text_version: str = ""
) -> list[Heard]:
    """Note that the customer grants or withdraws the permission, and award or take back at once.

    Records `consent.granted` or `consent.withdrawn`. Raises ValidationError, Refusal `profile_inactive`.
    """
    profile = in_turn(profile)
    if not profile.set_consent(code, granted=granted, at=at, cause=cause, text_version=text_version):
        return []
    names = [GRANTED if granted else WITHDRAWN]
    event = profile.events.filter(name__in=names, payload__permission=code).order_by("-pk").first()
    return follow(event, at=at)


def follow(event: Event, *, at: datetime) -> list[Heard]:
    """What a permission that was granted earns on each of the customer's cards; of one that was withdrawn, nothing."""
    code, profile = event.payload["permission"], event.profile
    LoyaltyCard.objects.ensure(profile, at=at, cause=Cause())
    cards = list(LoyaltyCard.objects.select_related("program").filter(profile=profile).order_by("program"))
    cause = Cause(event=event)
    if event.name == WITHDRAWN:
        for card in cards:
            withdraw(card, code, at=at, cause=cause)
        return []
    happening = happening_of(event, profile)
    asked = [card for card in cards if rules_about_permissions(card.program).exists()]
    return [award_happening(card, happening, at=at, cause=cause) for card in asked]


def happening_of(event: Event, profile: Profile) -> Happening:
    """What rules hear of a permission that was granted. One query."""
    code = event.payload["permission"]
    return Happening(
        kind=PERMISSION, name=code, at=event.at, key=f"{code}:{event.pk}", granted=profile.granted_permissions()
    )


def rules_about_permissions(program: Program):
    return EarningRule.objects.live().filter(program=program, type=EarningRule.Type.PERMISSION)


def withdraw(card: LoyaltyCard, code: str, *, at: datetime, cause: Cause) -> None:
    """Take back what is not spent of what the permission earned, where the rule says so. Two queries where nothing was."""
    awards = Award.objects.filter(card=card, source=PERMISSION).exclude(state__in=GONE).order_by("pk")
    rows = awards.select_related("card__program", "card__profile", "rule").prefetch_related("credits")
    due = {one: rest_of(one) for one in rows if goes_with(one, code)}
    if due:
        # Never into debt: what is spent is spent.
        policy = Program.ReturnPolicy.WITHIN_BALANCE
        take(due, None, at=at, cause=cause, policy=policy, reason="The permission was withdrawn.")


def goes_with(award: Award, code: str) -> bool:
    conditions = award.rule.read_conditions()
    if conditions.on_withdrawal != REVERSE or code not in conditions.permissions:
        return False
    return conditions.match == ALL or award.source_key.startswith(f"{code}:")


def heard_now() -> set[str]:
    """Both events, as long as a rule is about permissions. One query."""
    is_asked = EarningRule.objects.filter(type=EarningRule.Type.PERMISSION).exists()
    return {GRANTED, WITHDRAWN} if is_asked else set()


@listens("earning.permissions", to=heard_now)
def hear(events: Sequence[Event], *, at: datetime) -> None:
    """The same for what is said at other doors; what was awarded or taken back at once is so already."""
    said = [one for one in with_profiles(events) if one.door != Door.IMPORT and is_living(one.profile)]
    lock_customers({one.profile_id for one in said})
    for event in still_so(said):
        follow(event, at=at)


def is_living(profile: Profile | None) -> bool:
    return profile is not None and profile.deleted_at is None


def still_so(events: Iterable[Event]) -> list[Event]:
    """A permission that was withdrawn before it was heard that it was granted earns nothing; what was granted again is not taken back."""
    found = []
    for event in events:
        is_granted = event.payload["permission"] in event.profile.granted_permissions()
        if is_granted == (event.name == GRANTED):
            found.append(event)
    return found

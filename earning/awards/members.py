"""What evaluation must know of a customer: their cards with the rules of each program, and what they used of limits already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from cxmanager.statements import Select
from earning.models import Award, LimitCounter, LoyaltyCard
from earning.rulebook.rulesets import RuleSet, rules_of
from earning.snapshot import Member, Occurrence, Purchase, RuleTerms
from earning.windows import window_of
from profiles.conditions.asking import Asking
from profiles.models import Profile

PURCHASE = "purchase"
COLUMNS = ("pk", "number", "status", "program_id", "program__rules_token", "tier_id", "tier__handle", "referred_by_id")
CARDS = Select(
    lambda profile: LoyaltyCard.objects.filter(profile=profile).order_by("program_id").values_list(*COLUMNS),
    profile=UUID(int=0),
)


@dataclass
class Counters:
    """What is used of limits, by limit and card (None for all): the row's key and the sum, as they were read under the lock."""

    rows: dict[tuple[int, int | None], tuple[int, Decimal]] = field(default_factory=dict)

    def used(self, card_id: int | None, rules: Iterable[RuleTerms]) -> dict[int, Decimal]:
        """By the limit's id, of a member's limit by this card and of a global one by all."""
        used = {}
        for rule in rules:
            for limit in rule.limits:
                row = self.rows.get((limit.id, card_id if limit.scope == "member" else None))
                if row is not None:
                    used[limit.id] = row[1]
        return used


@dataclass
class AtHand:
    """One card with the rules of its program, and the member as evaluation has them, without what depends on the occurrence."""

    card: LoyaltyCard
    rules: RuleSet
    member: Member

    def of_program(self, rules: RuleSet) -> "AtHand":
        """The same card with other rules, such as drafts."""
        return replace(self, rules=rules)


def cards_of(profile: Profile, *, at: datetime, only: Iterable[int] | None = None) -> list[AtHand]:
    """The customer's cards with the rules of their programs. One query, and those of the segments that the rules name.

    `only` are the programs that are meant, all where none are named.
    """
    found = []
    for pk, number, status, program, token, tier, handle, referrer in CARDS.rows(profile=profile.pk):
        if only is not None and program not in only:
            continue
        rules = rules_of(program, token)
        card = LoyaltyCard(
            pk=pk,
            number=number,
            status=status,
            program=rules.program,
            profile=profile,
            tier_id=tier,
            referred_by_id=referrer,
        )
        card._state.adding = False
        found.append(AtHand(card, rules, member_of(card, profile, tier=handle)))
    return with_segments(found, profile, at=at)


def card_at_hand(card: LoyaltyCard, *, at: datetime) -> AtHand:
    """One card as it is now. Raises LoyaltyCard.DoesNotExist."""
    found = cards_of(card.profile, at=at, only=[card.program_id])
    if not found:
        raise LoyaltyCard.DoesNotExist
    return found[0]


def member_of(card: LoyaltyCard, profile: Profile, *, tier: str | None) -> Member:
    home = profile.preferred_location_id or profile.joined_location_id
    return Member(
        card_id=card.pk,
        profile_id=str(profile.pk),
        status=card.status,
        tier=tier,
        location=str(home) if home is not None else None,
    )


def with_segments(cards: Sequence[AtHand], profile: Profile, *, at: datetime) -> list[AtHand]:
    """Each member with those of the segments that the rules of their program name. Nothing is asked where none is named."""
    conditions = {handle: one for at_hand in cards for handle, one in at_hand.rules.segments.items()}
    if not conditions:
        return list(cards)
    asking = Asking(conditions.values(), profile, at=at)
    holding = frozenset(handle for handle, condition in conditions.items() if asking.holds(condition))
    return [replace(one, member=replace(one.member, segments=holding & one.rules.segments.keys())) for one in cards]


def heard_by(occurrence: Occurrence) -> str:
    return PURCHASE if isinstance(occurrence, Purchase) else occurrence.kind


def counters_of(rules: Sequence[RuleTerms], card_ids: Sequence[int], *, at: datetime, zone) -> Counters:
    """What is used of the limits of these rules in the windows of that moment. One query, or none without limits."""
    windows = {limit.id: window_of(limit.period, at, zone) for rule in rules for limit in rule.limits if limit.id > 0}
    if not windows:
        return Counters()
    found = LimitCounter.objects.filter(
        Q(card=None) | Q(card__in=card_ids), limit__in=windows, period_key__in={*windows.values()}
    )
    rows = found.values_list("limit_id", "card_id", "period_key", "pk", "used")
    return Counters({(limit, card): (pk, used) for limit, card, key, pk, used in rows if key == windows[limit]})


def had_by(
    rules: Sequence[RuleTerms], occurrence: Occurrence, member: Member, program, card_ids: Sequence[int]
) -> dict[int, frozenset]:
    """What is given once, and was: by card, the pairs (rule, once) among those that this occurrence would make. One query, or none."""
    wanted = {rule.id: rule.conditions.once_for(occurrence, member, program) for rule in rules}
    wanted = {rule: once for rule, once in wanted.items() if once is not None and rule > 0}
    if not wanted:
        return {}
    found = Award.objects.filter(card__in=card_ids, rule__in=wanted, once_key__in={*wanted.values()})
    had: dict[int, set] = {}
    for card, rule, once in found.values_list("card_id", "rule_id", "once_key"):
        had.setdefault(card, set()).add((rule, once))
    return {card: frozenset(pairs) for card, pairs in had.items()}

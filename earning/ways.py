"""By which rules a customer can earn, for them and for staff (seed 004, earning-reference 1.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from earning.awards.members import AtHand, cards_of
from earning.models import EarningRule, LoyaltyCard
from earning.reasons import Code
from earning.rules import type_of
from earning.snapshot import Member, RuleTerms
from profiles.models import Profile

SAYS = {
    Code.TIER: "This is for customers of other tiers.",
    Code.SEGMENT: "The customer belongs to none of its segments.",
    Code.EXCLUDED: "The customer, or a segment to which they belong, is left out.",
    Code.MEMBER_STATUS: "The customer's card does not earn.",
}


@dataclass(frozen=True)
class Way:
    """A rule, and why it is not for the customer, if so."""

    rule: EarningRule
    why_not: Code | None

    @property
    def description(self) -> str:
        """In the customer's words; what the type says where nobody wrote any. Empty where a link stands for it."""
        return "" if self.rule.link else self.rule.description or type_of(self.rule.type).sentence

    @property
    def message(self) -> str | None:
        return self.why_not and SAYS[self.why_not]


def ways_of(profile: Profile, *, at: datetime, for_member: bool = False) -> list[Way]:
    """The live rules of the customer's programs that have not ended. For a member, those that are meant for them to see.

    Two queries, and those of the segments that rules name.
    """
    whys = {terms.id: why_not(terms, one) for one in cards_of(profile, at=at) for terms in started(one, at=at)}
    rules = EarningRule.objects.filter(pk__in=whys).select_related("program", "badge")
    ways = [Way(rule, whys[rule.pk]) for rule in rules.order_by("program", "priority", "created_at", "pk")]
    return [one for one in ways if not one.rule.is_hidden and one.why_not is None] if for_member else ways


def started(at_hand: AtHand, *, at: datetime) -> Iterable[RuleTerms]:
    for terms in at_hand.rules.live:
        if (terms.starts_at is None or terms.starts_at <= at) and (terms.ends_at is None or terms.ends_at >= at):
            yield terms


def why_not(terms: RuleTerms, at_hand: AtHand) -> Code | None:
    """Why the rule is not for the customer, whatever they do; None where it is."""
    member: Member = at_hand.member
    if member.status not in at_hand.rules.terms.earning_statuses and member.status != LoyaltyCard.Status.PENDING:
        return Code.MEMBER_STATUS
    if terms.tiers and member.tier not in terms.tiers:
        return Code.TIER
    if terms.segments and not set(terms.segments) & member.segments:
        return Code.SEGMENT
    if member.profile_id in terms.excluded_members:
        return Code.EXCLUDED
    return Code.EXCLUDED if set(terms.excluded_segments) & member.segments else None

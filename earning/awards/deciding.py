"""What an occurrence earns on one card: the rules are asked of it and of what follows from it, and nothing is written.

Recording, simulating and explaining all come through here, so what is foretold is what happens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from earning.awards.members import PURCHASE, AtHand, Counters, counters_of, had_by, heard_by, member_of
from earning.evaluating import evaluate
from earning.evaluating.ordering import InOrder
from earning.models import LoyaltyCard
from earning.reasons import Code
from earning.rules.referral import EVERY_PURCHASE, FIRST_PURCHASE
from earning.snapshot import (
    EVENT,
    REFERRAL,
    Awarded,
    Evaluation,
    Happening,
    Member,
    Occurrence,
    Outcome,
    Purchase,
    RuleTerms,
)
from profiles.models import Profile
from transactions.models import Transaction


@dataclass(frozen=True)
class Given:
    """One award that was decided, and for what."""

    awarded: Awarded
    occurrence: Occurrence


@dataclass(frozen=True)
class Decision:
    """What one card gets; `counters` are what was used of limits when it was decided.

    `referrer` is the card of who referred the customer, where something may be theirs.
    """

    at_hand: AtHand
    given: tuple[Given, ...]
    evaluations: tuple[Evaluation, ...]
    counters: Counters
    referrer: LoyaltyCard | None = None

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """One for every rule that was asked."""
        outcomes = {}
        for evaluation in self.evaluations:
            for outcome in evaluation.outcomes:
                outcomes[outcome.rule.id] = better(outcomes.get(outcome.rule.id), outcome)
        return tuple(outcomes.values())

    @property
    def points(self) -> Decimal:
        return sum((one.awarded.points for one in self.own), Decimal(0))

    @property
    def own(self) -> tuple[Given, ...]:
        """What is the customer's own, without what goes to who referred them."""
        return tuple(one for one in self.given if one.awarded.beneficiary == "member")


def decide(at_hand: AtHand, occurrences: Sequence[Occurrence], *, rules: Sequence[RuleTerms] | None = None) -> Decision:
    """Ask the live rules, or these, about each occurrence in turn. Two queries where limits or awards given once are concerned.

    Passes do not see what another gave: a rule hears one kind of occurrence, and each limit is one rule's.
    """
    terms = at_hand.rules.terms
    referrer = referrer_of(at_hand) if any(heard_by(one) == REFERRAL for one in occurrences) else None
    cards = [one.pk for one in (at_hand.card, referrer) if one is not None]
    given, evaluations, all_counters = [], [], Counters()
    for occurrence in occurrences:
        kind = heard_by(occurrence)
        asked = at_hand.rules.heard(kind) if rules is None else InOrder(rules)
        member = replace(at_hand.member, referrer=referrer and referring(referrer))
        limited = [rule for rule in asked.limited if kind in rule.conditions.hears]
        counters = counters_of(limited, cards, at=occurrence.at, zone=terms.zone)
        given_once = [rule for rule in asked.given_once if kind in rule.conditions.hears]
        had = had_by(given_once, occurrence, member, terms, cards)
        member = informed(member, limited, counters, had)
        evaluations.append(evaluate(terms, asked, member, occurrence))
        given += [Given(one, occurrence) for one in evaluations[-1].awards]
        all_counters.rows |= counters.rows
    return Decision(at_hand, tuple(given), tuple(evaluations), all_counters, referrer)


def better(held: Outcome | None, new: Outcome) -> Outcome:
    """Of what two passes say of a rule, what is about it: that it applied, else why not of the pass that it hears."""
    if held is None or (new.applied and not held.applied):
        return new
    return new if not held.applied and held.reason == Code.EVENT_MISMATCH else held


def informed(member: Member, rules: Iterable[RuleTerms], counters: Counters, had: dict[int, frozenset]) -> Member:
    """The member, and who referred them, with what they used and had."""
    rules = list(rules)

    def know(one: Member) -> Member:
        return replace(one, used=counters.used(one.card_id, rules), had=had.get(one.card_id, frozenset()))

    return replace(know(member), referrer=member.referrer and know(member.referrer))


def referrer_of(at_hand: AtHand) -> LoyaltyCard | None:
    """The card of who referred the customer, in the same program. One query, or none."""
    if at_hand.card.referred_by_id is None:
        return None
    cards = LoyaltyCard.objects.select_related("profile", "tier").filter(
        profile=at_hand.card.referred_by_id, program=at_hand.rules.program.pk
    )
    card = cards.first()
    if card is not None:
        card.program = at_hand.rules.program
    return card


def referring(card: LoyaltyCard) -> Member:
    return member_of(card, card.profile, tier=card.tier.handle if card.tier_id else None)


# --- What follows from a purchase -------------------------------------------------------------------------------------


def occurrences_of(
    at_hand: AtHand, purchase: Purchase, *, profile: Profile, sale: Transaction | None, everything: bool = False
) -> list[Occurrence]:
    """The purchase, and the events that it is: the first one, and one of somebody who was referred. One query where a rule asks.

    With `everything` the events are there though no live rule hears them, as somebody asks about rules that are not live.
    """
    rules, found = at_hand.rules, [purchase]
    is_referred = at_hand.card.referred_by_id is not None and (everything or bool(rules.heard(REFERRAL)))
    asks_first = everything or rules.hears_event(FIRST_PURCHASE)
    if not (is_referred or asks_first):
        return found
    is_first = not bought_before(profile, sale)
    if is_first and asks_first:
        found.append(happening(EVENT, FIRST_PURCHASE, purchase))
    if is_referred:
        found.append(happening(REFERRAL, FIRST_PURCHASE if is_first else EVERY_PURCHASE, purchase))
    return found


def happening(kind: str, name: str, purchase: Purchase) -> Happening:
    return Happening(
        kind=kind,
        name=name,
        at=purchase.at,
        key=purchase.external_id or "",
        location=purchase.location,
        amount=purchase.total,
        currency=purchase.currency,
        chosen=purchase.chosen,
    )


def bought_before(profile: Profile, sale: Transaction | None) -> bool:
    """Whether the customer has another sale that counts. One query."""
    rows = Transaction.objects.counted().filter(profile=profile, type=Transaction.Type.SALE)
    return (rows if sale is None else rows.exclude(pk=sale.pk)).exists()


def earns_by_purchases(at_hand: AtHand) -> bool:
    """Whether a live rule of the program hears purchases, or what follows from them."""
    rules = at_hand.rules
    return any(rules.heard(kind) for kind in (PURCHASE, REFERRAL)) or rules.hears_event(FIRST_PURCHASE)

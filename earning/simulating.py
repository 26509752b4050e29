"""What an occurrence would earn: the same rules, asked the same way, and nothing written (api.md 5, earning-reference 1.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from earning.amounts import POINTS, as_text
from earning.awards.deciding import Decision, Given, decide, occurrences_of
from earning.awards.earned import given_as_json, lines_as_json
from earning.awards.members import AtHand, cards_of, member_of, with_segments
from earning.coupons.codes import with_pools
from earning.ledger.expiry import usable_from
from earning.models import LoyaltyCard, Program, TierDefinition
from earning.models.rule import by_place
from earning.numbering import number_of
from earning.occurrences.reporting import check_is_known
from earning.purchases import draft_of, purchase_of
from earning.rulebook.documents import read_document
from earning.rulebook.rulesets import RuleSet, read_rules
from earning.snapshot import EVENT, Happening, Occurrence
from earning.tiers.tiering import tier_after
from profiles.models import Profile


@dataclass(frozen=True)
class Simulation:
    """What was decided, and the tier after it."""

    decision: Decision
    tier_after: dict | None
    at: datetime

    def as_json(self) -> dict:
        """As api.md 5 has it: every rule of the program is in `rules`, in the order in which they were asked."""
        rules = self.decision.at_hand.rules
        money = {rules.program.currency: Decimal(0)}
        for one in self.decision.own:
            if one.awarded.currency:
                currency = one.awarded.currency
                money[currency] = money.get(currency, Decimal(0)) + one.awarded.currency_amount
        return {
            "points": as_text(self.decision.points, POINTS),
            "currency": {currency: as_text(amount, currency) for currency, amount in sorted(money.items())},
            "awards": [given_told(one, rules, at=self.at) for one in self.decision.own],
            "rules": [
                {
                    "rule": one.rule.handle,
                    "rule_name": one.rule.name,
                    "applied": one.applied,
                    "reason": one.reason and one.reason.value,
                    "text": one.text,
                }
                for one in self.decision.outcomes
            ],
            "tier_after": self.tier_after,
        }


def given_told(one: Given, rules: RuleSet, *, at: datetime) -> dict:
    awarded = one.awarded
    named = given_as_json(
        awarded.rule.handle,
        awarded.comment or awarded.rule.name,
        awarded.points,
        awarded.currency_amount,
        awarded.currency,
    )
    lines = lines_as_json(awarded.shares.items(), awarded.currency)
    return {**named, "badge": awarded.badge, "state": state_of(one, rules, at=at), "lines": lines}


def state_of(one: Given, rules: RuleSet, *, at: datetime) -> str:
    """As the award would be: active, pending or pending_approval."""
    awarded, program = one.awarded, rules.program
    if awarded.needs_approval:
        return "pending_approval"
    days = awarded.rule.pending_days if awarded.rule.pending_days is not None else program.pending_days
    from_then = usable_from(one.occurrence.at, pending_days=days, timezone=program.timezone)
    gives = awarded.points or awarded.currency_amount
    return "pending" if gives and from_then > at else "active"


def simulate_purchase(
    profile: Profile,
    document: dict,
    *,
    at: datetime,
    program: Program | None = None,
    drafts: Sequence[dict] = (),
    only_draft: bool = False,
) -> Simulation:
    """What a sale of this document (transactions.recording) would earn. Raises ValidationError by place for a draft that is wrong."""
    at_hand = with_drafts(standing_of(profile, program, at=at), drafts, only_draft=only_draft, at=at)
    sale, items = draft_of(document, at=at)
    purchase = purchase_of(sale, items)
    occurrences = occurrences_of(at_hand, purchase, profile=profile, sale=None, everything=True)
    spend = sale.total if sale.counts else Decimal(0)
    if not sale.counts:
        occurrences = []
    return simulate(at_hand, occurrences or [replace(purchase, lines=(), total=Decimal(0))], at=at, spend=spend)


def simulate_happening(
    profile: Profile,
    happening: Happening,
    *,
    at: datetime,
    program: Program | None = None,
    drafts: Sequence[dict] = (),
    only_draft: bool = False,
) -> Simulation:
    """What an event, a coupon, a permission or a posting would earn.

    Raises Refusal `event_unknown` as a report of it would, unless a draft is about it; ValidationError as for a purchase.
    """
    standing = standing_of(profile, program, at=at)
    at_hand = with_drafts(standing, drafts, only_draft=only_draft, at=at)
    if happening.kind == EVENT:
        check_is_known(happening.name, standing.rules, at_hand.rules)
    return simulate(at_hand, [happening], at=at)


def simulate(
    at_hand: AtHand, occurrences: Sequence[Occurrence], *, at: datetime, spend: Decimal = Decimal(0)
) -> Simulation:
    """Ask all rules of the program, those too that are not active, and say on which tier the customer would be."""
    decision = decide(at_hand, with_pools(occurrences, at_hand.rules), rules=at_hand.rules.all)
    counting = sum(
        (one.awarded.points for one in decision.own if state_of(one, at_hand.rules, at=at) == "active"), Decimal(0)
    )
    tier = tier_after(at_hand.card, at=at, points=counting, spend=spend) if at_hand.card.pk else None
    return Simulation(decision, tier and tier.as_payload(), at)


def standing_of(profile: Profile, program: Program | None, *, at: datetime) -> AtHand:
    """The customer's card of the program, the default one where none is named; one that is not written where they have none."""
    program = program or Program.objects.default()
    found = cards_of(profile, at=at, only=[program.pk])
    if found:
        return found[0]
    card = LoyaltyCard(number=number_of(0), profile=profile, program=program, created_at=at, updated_at=at)
    return unwritten(card, profile, at=at)


def unwritten(card: LoyaltyCard, profile: Profile, *, at: datetime) -> AtHand:
    rules = read_rules(card.program)
    card.tier = TierDefinition.objects.entry(card.program)
    member = member_of(card, profile, tier=card.tier.handle if card.tier is not None else None)
    return with_segments([AtHand(card, rules, member)], profile, at=at)[0]


def with_drafts(at_hand: AtHand, drafts: Sequence[dict], *, only_draft: bool, at: datetime) -> AtHand:
    """The card with rules that nobody saved beside those of the program, or alone. One with the handle of a rule stands in its place."""
    if not drafts and not only_draft:
        return at_hand
    read, errors = [], {}
    for number, one in enumerate(drafts):
        try:
            read.append(read_document(one, program=at_hand.rules.program))
        except ValidationError as error:
            errors |= by_place(f"draft_rules.{number}", error)
    if errors:
        raise ValidationError(errors)
    rules = read_rules(at_hand.rules.program, drafts=read, only_drafts=only_draft)
    return with_segments([at_hand.of_program(rules.with_drafts_in_place())], at_hand.card.profile, at=at)[0]

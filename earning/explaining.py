"""Why a customer has points or money, and why a rule gave them nothing (behaviour.md 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from earning.amounts import POINTS, in_words
from earning.awards.deciding import Decision, decide, happening, occurrences_of
from earning.awards.members import AtHand, cards_of
from earning.models import Award, Credit, Debit, EarningRule, RewardOrder
from earning.purchases import purchase_of
from earning.recalling import recall
from earning.rules.referral import FIRST_PURCHASE
from earning.snapshot import EVENT, REFERRAL, Outcome
from profiles.models import Event, Profile
from profiles.telling import by_whom, sentence
from transactions.models import Transaction

LONGEST_CHAIN = 12


@dataclass(frozen=True)
class Link:
    """One link of the chain: what it is, in words, and the row, so that pages can link to it."""

    kind: str  # credit | award | rule | transaction | event | source
    text: str
    row: object = None

    def as_json(self) -> dict:
        return {"kind": self.kind, "text": self.text, "id": getattr(self.row, "pk", None)}


def why(credit: Credit) -> list[Link]:
    """From the points to what brought them: the credit, the award with its arithmetic, the rule's version, what happened, and the
    events and people behind that. Four queries, and one for each event of the chain.
    """
    links = [Link("credit", f"{in_words(credit.value, credit.unit)}, {credit.get_kind_display().lower()}.", credit)]
    source = credit.source
    while source is not None:
        links.append(Link("source", f"They continue {in_words(source.value, source.unit)} of before.", source))
        source = source.source
    award = credit.award or (links[-1].row.award if isinstance(links[-1].row, Credit) else None)
    event_id = credit.event_id
    if award is not None:
        links += why_awarded(award)
        event_id = award.event_id or event_id
    elif (order := order_of(credit)) is not None:
        paid = in_words(order.points, POINTS)
        links.append(Link("order", f"{order} from the catalogue for {paid}.", order))
        event_id = event_id or order.event_id
    elif credit.note:
        links.append(Link("note", credit.note))
    return links + events_behind(event_id)


def order_of(credit: Credit) -> RewardOrder | None:
    """The order from the catalogue by which a reward was given. One query for a reward, none for all else."""
    if credit.reward_definition_id is None:
        return None
    made = {"type": credit._meta.label_lower, "id": str(credit.pk)}
    orders = RewardOrder.objects.filter(card=credit.card_id, definition=credit.reward_definition_id)
    rows = orders.filter(at=credit.created_at).select_related("definition")
    return next((one for one in rows if made in one.made), None)


def why_awarded(award: Award) -> list[Link]:
    """The award, what its rule said then, and the purchase."""
    version = award.version
    links = [Link("award", f"By “{award.name}”: {award.working}." if award.working else f"By “{award.name}”.", award)]
    links.append(
        Link("rule", f"Rule “{award.rule.name}”, version {version.number} of {version.created_at:%-d %b %Y}.", version)
    )
    if award.transaction is not None:
        links.append(Link("transaction", f"{award.transaction}.", award.transaction))
    if award.decided_at is not None:
        who = f" by {award.decided_by}" if award.decided_by_id else ""
        links.append(Link("decision", f"{award.get_state_display()}{who} on {award.decided_at:%-d %b %Y}.", award))
    return links


def events_behind(event_id: int | None) -> list[Link]:
    """The event, what caused it, and so on to the first; each with who did it."""
    links = []
    while event_id is not None and len(links) < LONGEST_CHAIN:
        event = Event.objects.select_related("location").filter(pk=event_id).first()
        if event is None:
            break
        told, who = sentence(event), by_whom(event)
        links.append(Link("event", f"{told.removesuffix('.')} {who}." if who else told, event))
        event_id = event.cause_id
    return links


@dataclass(frozen=True)
class WhyNot:
    """What became of a rule for a customer: of the latest of what it hears, the awards that it made or why it made none.

    `asked` says what that is, in words. Of a purchase `transaction` is the sale; where there was nothing, `missing` says so.
    """

    rule: EarningRule
    transaction: Transaction | None = None
    awards: Sequence[Award] = ()
    outcome: Outcome | None = None
    asked: str = ""
    missing: str = ""
    happened_at: datetime | None = None

    @property
    def text(self) -> str:
        if self.awards:
            return f"It applied: {self.awards[0].working or self.awards[0].name}."
        if self.outcome is None:
            return self.missing or "The customer has bought nothing that this rule could be asked about."
        if self.outcome.applied:
            # Else it was changed since, or was not active then, or the customer was otherwise.
            is_newer = self.happened_at is not None and self.happened_at < self.rule.created_at
            then = "The rule is newer than this" if is_newer else "It gave nothing at that time"
            return f"{then}. Asked now it would apply: {self.outcome.seen}."
        return self.outcome.text


def why_not(rule: EarningRule, profile: Profile, *, at: datetime, transaction: Transaction | None = None) -> WhyNot:
    """Why this rule gave nothing: for the transaction, or for the latest of what it hears where none is named. Writes nothing.

    Asked of the rule as it is now, and of the customer as they are now.
    """
    found = cards_of(profile, at=at, only=[rule.program_id])
    if not found:
        return WhyNot(rule, missing="The customer has no card of the program of this rule.")
    at_hand = found[0]
    terms = next((one for one in at_hand.rules.all if one.id == rule.pk), None)
    recalled = recall(terms, at_hand.card, profile, at=at) if terms is not None and transaction is None else None
    if recalled is None:
        return _of_sale(rule, at_hand, profile, transaction or _sale_for(rule, profile))
    if recalled.card is None:
        return WhyNot(rule, missing=recalled.told)
    if recalled.card.pk != at_hand.card.pk:
        at_hand = cards_of(recalled.card.profile, at=at, only=[rule.program_id])[0]
    heard = recalled.happening
    if heard is None:
        whose = recalled.card.profile
        return _of_sale(rule, at_hand, whose, _sale_for(rule, whose), asked=recalled.told)
    made = Award.objects.filter(rule=rule, card__profile=profile, source=heard.kind, source_key=heard.key)
    decision = decide(at_hand, [heard], rules=at_hand.rules.all)
    return WhyNot(
        rule, None, list(made.order_by("pk")), _outcome_of(rule, decision), asked=recalled.told, happened_at=heard.at
    )


def _sale_for(rule: EarningRule, profile: Profile) -> Transaction | None:
    """The customer's latest sale; of what is given for the first one, that."""
    sales = Transaction.objects.counted().filter(profile=profile, type=Transaction.Type.SALE)
    latest = sales.order_by("-transacted_at", "-pk")
    return latest.last() if _is_about_the_first(rule) else latest.first()


def _of_sale(
    rule: EarningRule, at_hand: AtHand, profile: Profile, sale: Transaction | None, *, asked: str = ""
) -> WhyNot:
    if sale is None:
        return WhyNot(rule, asked=asked, missing=f"{asked}, and nothing was bought yet." if asked else "")
    awards = list(Award.objects.filter(transaction=sale, rule=rule).order_by("pk"))
    purchase = purchase_of(sale, sale.items.order_by("pk"))
    occurrences = occurrences_of(at_hand, purchase, profile=profile, sale=sale, everything=True)
    if _is_about_the_first(rule):
        # It was the first one then, whatever was bought since.
        kind = REFERRAL if rule.type == EarningRule.Type.REFERRAL else EVENT
        occurrences = [purchase, happening(kind, FIRST_PURCHASE, purchase)]
    decision = decide(at_hand, occurrences, rules=at_hand.rules.all)
    return WhyNot(rule, sale, awards, _outcome_of(rule, decision), asked=asked, happened_at=sale.transacted_at)


def _is_about_the_first(rule: EarningRule) -> bool:
    return rule.conditions.get("event") == FIRST_PURCHASE


def _outcome_of(rule: EarningRule, decision: Decision) -> Outcome | None:
    return next((one for one in decision.outcomes if one.rule.id == rule.pk), None)


def why_taken(debit: Debit) -> list[Link]:
    """From what was taken to why: the debit, its reason, the purchase, and the events and people behind it. One query for each event."""
    links = [Link("debit", f"{in_words(debit.amount, debit.unit)}, {debit.get_kind_display().lower()}.", debit)]
    if debit.owed:
        links.append(Link("owed", f"{in_words(debit.owed, debit.unit)} of it were not there and became a debt.", debit))
    if debit.reason:
        links.append(Link("note", debit.reason))
    if debit.transaction is not None:
        links.append(Link("transaction", f"{debit.transaction}.", debit.transaction))
    return links + events_behind(debit.event_id)

"""Why a customer has points or money, and why a rule gave them nothing (behaviour.md 10)."""

from dataclasses import dataclass
from datetime import datetime

from earning.amounts import in_words
from earning.awards.deciding import decide, occurrences_of
from earning.awards.members import cards_of
from earning.models import Award, Credit, Debit, EarningRule
from earning.purchases import purchase_of
from earning.snapshot import Outcome
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
    elif credit.note:
        links.append(Link("note", credit.note))
    return links + events_behind(event_id)


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
        links.append(Link("event", " ".join(filter(None, [sentence(event), by_whom(event)])), event))
        event_id = event.cause_id
    return links


@dataclass(frozen=True)
class WhyNot:
    """What became of a rule for a customer: of their latest purchase, the awards that it made or why it made none."""

    rule: EarningRule
    transaction: Transaction | None
    awards: list[Award]
    outcome: Outcome | None

    @property
    def text(self) -> str:
        if self.awards:
            return f"It applied: {self.awards[0].working or self.awards[0].name}."
        if self.outcome is None:
            return "The customer has bought nothing that this rule could be asked about."
        return self.outcome.text


def why_not(rule: EarningRule, profile: Profile, *, at: datetime, transaction: Transaction | None = None) -> WhyNot:
    """Why this rule gave nothing for the transaction, the customer's latest sale where none is named. Writes nothing.

    Asked of the rule as it is now, and of the customer as they are now.
    """
    sales = Transaction.objects.counted().filter(profile=profile, type=Transaction.Type.SALE)
    sale = transaction or sales.order_by("-transacted_at", "-pk").first()
    cards = cards_of(profile, at=at, only=[rule.program_id])
    if sale is None or not cards:
        return WhyNot(rule, sale, [], None)
    awards = list(Award.objects.filter(transaction=sale, rule=rule).order_by("pk"))
    purchase = purchase_of(sale, sale.items.order_by("pk"))
    occurrences = occurrences_of(cards[0], purchase, profile=profile, sale=sale, everything=True)
    decision = decide(cards[0], occurrences, rules=cards[0].rules.all)
    outcome = next((one for one in decision.outcomes if one.rule.id == rule.pk), None)
    return WhyNot(rule, sale, awards, outcome)


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

"""Cards, points and tiers in words, for staff and for customers."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from cxmanager.amounts import money
from cxmanager.moments import day, in_days, sentence_of_end
from earning.amounts import POINTS, in_words
from earning.holdings import Holding
from earning.models import Award, Credit, Debit, TierDefinition
from earning.tiers.figures import Basis, Window
from earning.tiers.progress import Progress

ENDS_SHOWN = 3
CARD_VARIANTS = {"active": "success", "suspended": "warning", "closed": "danger", "pending": "info"}
# What became of a credit, where its line would not say so itself.
STATE_VARIANTS = {
    "pending_approval": "warning",
    "pending": "info",
    "expired": "default",
    "reversed": "danger",
    "rejected": "danger",
    "blocked": "warning",
}


def ends(credit: Credit, *, at: datetime) -> str:
    """“Ends 31 May, in 30 days.”"""
    if credit.expires_at is None:
        return "Has no end."
    return sentence_of_end(credit.expires_at, timezone=credit.timezone, at=at)


def ends_of(holding: Holding, *, at: datetime) -> list[str]:
    """What of the points ends when: “40 points end 31 May, in 30 days.”, the soonest few."""
    today = at.astimezone(ZoneInfo(holding.card.program.timezone)).date()
    said = [
        f"{in_words(amount, POINTS)} {'ends' if amount == 1 else 'end'} "
        f"{date_format(on, 'j F' if on.year == today.year else 'j F Y')}, {in_days((on - today).days)}."
        for on, amount in holding.ends[:ENDS_SHOWN]
    ]
    later = sum((amount for _, amount in holding.ends[ENDS_SHOWN:]), Decimal(0))
    return [*said, f"{in_words(later, POINTS)} more later."] if later else said


HELD_BACK = {
    "pending": "{} cannot be used yet.",
    "pending_approval": "{} wait for approval.",
    "blocked": "{} are blocked.",
    "debt": "{} are owed: what is earned next repays them.",
}


def held_back(holding: Holding, *, names=tuple(HELD_BACK)) -> Iterator[str]:
    """What is on the card and cannot be spent, and what is owed: a sentence for each."""
    for unit in sorted(holding.sums, key=lambda one: (one != POINTS, one)):
        for name in names:
            amount = holding.sum_of(name, unit)
            said = HELD_BACK[name]
            if amount == 1 or (amount and unit != POINTS):
                said = said.replace(" wait ", " waits ").replace(" are ", " is ").replace("repays them", "repays it")
            if amount:
                yield said.format(in_words(amount, unit))


def counted(amount: Decimal, tier: TierDefinition, *, currency: str) -> str:
    """What a tier counts: points or money."""
    return money(amount, currency) if tier.basis == Basis.SPEND else in_words(amount, POINTS)


def way_up(progress: Progress) -> str:
    """What is missing to the next tier: “260 points to Gold, counted over the last 12 months.”"""
    following, currency = progress.next_tier, progress.card.program.currency
    if following is None:
        return "This is the highest tier." if progress.tier else ""
    over = ", counted over the last 12 months" if following.window == Window.ROLLING_12M else ""
    if not progress.next_remain:
        # A lower tier was given by hand, or the ladder was changed.
        return f"What {following} asks for is there{over}: the next points bring it."
    return f"{counted(progress.next_remain, following, currency=currency)} to {following}{over}."


def staying(progress: Progress, *, at: datetime) -> str:
    """Until when the tier is sure, and what keeps it after that; empty where it is not judged."""
    judged_at = progress.card.standing.anniversary_at
    if progress.tier is None or judged_at is None:
        return ""
    on = day(judged_at, timezone=progress.card.program.timezone, at=at)
    if not progress.remain:
        return f"{progress.tier} is kept beyond {on} already."
    missing = counted(progress.remain, progress.tier, currency=progress.card.program.currency)
    return f"{missing} until {on} keep {progress.tier} for another year."


def title_of(line: Credit | Debit) -> str:
    """What a line of the ledger was for, to staff."""
    if isinstance(line, Debit):
        return f"{line.get_kind_display()}: {line.reason}" if line.reason else line.get_kind_display()
    told = line.award.name if line.award_id else line.note
    return f"{line.get_kind_display()}: {told}" if told else line.get_kind_display()


def what_of(award: Award) -> str:
    """“40 points, 2.50 AUD and the badge “Early bird””."""
    parts = []
    if award.points or not (award.currency_amount or award.badge_id):
        parts.append(in_words(award.points, POINTS))
    if award.currency_amount:
        parts.append(money(award.currency_amount, award.currency))
    if award.badge_id:
        parts.append(f"the badge “{award.badge}”")
    return " and ".join(parts)


def signed(line: Credit | Debit) -> str:
    """“+40 points”, “−2.50 AUD”."""
    is_debit = isinstance(line, Debit)
    return f"{'−' if is_debit else '+'}{in_words(line.amount if is_debit else line.value, line.unit)}"


# --- To the customer ---------------------------------------------------------------------------------------------------

TO_MEMBERS = {
    Credit.Kind.EARN: "Earned",
    Credit.Kind.ADJUSTMENT: "Put right by our team",
    Credit.Kind.TRANSFER: "From another member",
    Credit.Kind.REWARD: "Reward",
    Credit.Kind.POINT: "A gift",
    Credit.Kind.RESTORED: "Came back",
    Credit.Kind.OPENING: "Brought along",
    Debit.Kind.SPEND: "Spent",
    Debit.Kind.EXPIRY: "Ended",
    Debit.Kind.REVERSAL: "Taken back",
    Debit.Kind.REPAYMENT: "Settled",
}


def told_to_members(line: Credit | Debit) -> str:
    """What a line was for, to the customer: never a note or a reason, which are for staff, nor a rule or a reward that is hidden."""
    if isinstance(line, Debit):
        return "To another member" if line.kind == Debit.Kind.TRANSFER else TO_MEMBERS[line.kind]
    rule = line.award.rule if line.award_id else None
    if rule is not None and not rule.is_hidden:
        return rule.name
    if line.reward_definition_id and line.reward_definition.is_published:
        return line.reward_definition.name
    return TO_MEMBERS[line.kind]

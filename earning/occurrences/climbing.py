"""Money spent lifts on tiers that count it, whether or not a rule gives anything for the purchase."""

from collections.abc import Sequence

from earning.awards.members import AtHand
from earning.models import LoyaltyCard, TierDefinition
from earning.tiers.tiering import refresh
from transactions.following import Step


def climb(step: Step, cards: Sequence[AtHand] | None) -> None:
    """Let the tiers of programs that count spend follow. No query where none does, one where the cards are not at hand."""
    sale = step.transaction
    if sale.profile_id is None:
        return
    cause = step.cause.because_of(step.event)
    if cards is not None:
        for one in cards:
            if one.rules.counts_spend:
                refresh(one.card, at=step.at, cause=cause, transaction=sale, ladder=one.rules.ladder)
        return
    by_spend = TierDefinition.objects.filter(basis=TierDefinition.Basis.SPEND).values("program")
    for card in LoyaltyCard.objects.filter(profile=sale.profile_id, program__in=by_spend).order_by("program"):
        refresh(card, at=step.at, cause=cause, transaction=sale)

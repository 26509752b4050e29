"""Money spent lifts on tiers that count it, whether or not a rule gives anything for the purchase."""

from earning.models import LoyaltyCard, TierDefinition
from earning.tiers.tiering import refresh
from transactions.following import FOLLOWERS, Follower, Step


class Climbing(Follower):
    def follow(self, step: Step, foreseen) -> None:
        """Let the tiers of programs that count spend follow. One query where none does."""
        sale = step.transaction
        if sale.profile_id is None:
            return
        by_spend = TierDefinition.objects.filter(basis=TierDefinition.Basis.SPEND).values("program")
        for card in LoyaltyCard.objects.filter(profile=sale.profile_id, program__in=by_spend).order_by("program"):
            refresh(card, at=step.at, cause=step.cause.because_of(step.event), transaction=sale)


FOLLOWERS.append(Climbing())

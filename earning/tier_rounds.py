"""What is done about tiers by itself: a year that is over is judged, and a ladder that changed is climbed again by everybody."""

from datetime import datetime, timedelta

from earning import tier_years, tiering
from earning.models import LoyaltyCard, Program
from jobs.models import Job
from jobs.rounds import does
from profiles.cause import Cause
from transactions.locking import lock_customers

KIND = "earning.tiers"
EVERY = timedelta(minutes=1)
AT_ONCE = 500


class Judging:
    """A round that looks once a minute whether anybody's year is over."""

    def __init__(self):
        self.next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> int:
        if self.next_at is not None and at < self.next_at:
            return 0
        judged = tier_years.maintain_due(at=at, cause=Cause())
        # As long as there are more, at once.
        self.next_at = None if judged else at + EVERY
        return judged


does("tiers")(Judging())


def recalculate_later(program: Program, *, at: datetime, user=None) -> Job:
    """Let everybody climb the ladder of this program, which changed, in the background. Whoever stands too high now stays."""
    total = LoyaltyCard.objects.filter(program=program).count()
    return Job.objects.enqueue(KIND, at=at, user=user, total=total, program=program.pk)


def recalculate_some(program: int, *, after: int, at: datetime, cause: Cause) -> tuple[int | None, int]:
    """Bring the next cards of the program up to date, behind that key. Returns the last key and how many; (None, 0) at the end.

    Call it in a transaction.
    """
    rows = LoyaltyCard.objects.filter(program=program, pk__gt=after).order_by("pk")
    cards = list(rows[:AT_ONCE])
    if not cards:
        return None, 0
    lock_customers({card.profile_id for card in cards})
    tiering.refresh_many(cards, at=at, cause=cause)
    return cards[-1].pk, len(cards)

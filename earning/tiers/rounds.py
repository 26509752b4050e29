"""What is done about tiers by itself: a year that is over is judged, and a ladder that changed is climbed again by everybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from earning.models import LoyaltyCard, Program
from earning.tiers import tiering, years
from jobs.models import Job
from jobs.rounds import does
from profiles.cause import Cause
from profiles.listening import listens
from profiles.models import Event
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
        judged = years.maintain_due(at=at, cause=Cause())
        # As long as there are more, at once.
        self.next_at = None if judged else at + EVERY
        return judged


does("tiers")(Judging())


@listens("earning.tiers", to=lambda: {"points.activated"})
def climb(events: Sequence[Event], *, at: datetime) -> None:
    """Points that can be used from now on count from now on."""
    cards = LoyaltyCard.objects.filter(pk__in={int(event.subject_id) for event in events}).order_by("program", "pk")
    lock_customers(set(cards.values_list("profile", flat=True)))
    for _, rows in groupby(list(cards), key=lambda card: card.program_id):
        tiering.refresh_many(list(rows), at=at, cause=Cause())


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

"""The ends of benefits are told as they come (behaviour.md 6): whoever had uses left hears, or has sent, that it is too late.

How far they were told is kept in one row, which moves in the transaction of the events: each end is told once, by one worker
at a time, and a worker that dies has told nothing of what the next one tells.
"""

from datetime import datetime

from django.db import transaction

from benefits.models import Benefit, ExpiryMark
from jobs.rounds import BY_THE_CLOCK, does
from profiles.cause import Cause
from profiles.models import Event

LOT = 1_000


@does("benefits.expiring", rest=BY_THE_CLOCK)
@transaction.atomic
def tell_some(*, at: datetime) -> int:
    """Record `benefit.expired` for those of the next thousand ends that came to an unused benefit. Returns how many ends were looked at."""
    mark = ExpiryMark.objects.in_turn(at=at)
    if mark is None:
        return 0
    ended = next_ended(mark, at=at)
    if ended:
        Event.objects.bulk_create([expired(one, at=at) for one in ended if is_missed(one)])
        mark.until, mark.last_key = ended[-1].expires_at, ended[-1].pk
        mark.save(update_fields=["until", "last_key"])
    return len(ended)


def next_ended(mark: ExpiryMark, *, at: datetime) -> list[Benefit]:
    """The next that ended after the mark, in the order of their ends. Two queries along an index: many end in the same moment."""
    rows = Benefit.objects.select_related("definition", "profile")
    of_same_moment = list(rows.filter(expires_at=mark.until, pk__gt=mark.last_key).order_by("pk")[:LOT])
    later = rows.filter(expires_at__gt=mark.until, expires_at__lte=at).order_by("expires_at", "pk")
    return of_same_moment + list(later[: LOT - len(of_same_moment)])


def is_missed(benefit: Benefit) -> bool:
    """Whether somebody could have used it until then: not taken back, with uses left, and not issued with its end behind it."""
    has_uses = benefit.max_redemptions is None or benefit.redemptions < benefit.max_redemptions
    is_theirs = benefit.revoked_at is None and benefit.deleted_at is None and benefit.profile.deleted_at is None
    return has_uses and is_theirs and benefit.issued_at < benefit.expires_at


def expired(benefit: Benefit, *, at: datetime) -> Event:
    payload = benefit.as_payload() | {"uses_left": benefit.redemptions_remaining}
    return Event.of("benefit.expired", at=at, cause=Cause(), profile=benefit.profile, subject=benefit, payload=payload)

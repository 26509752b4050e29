"""Who a condition would find: how many of how many, and a few of them to look at."""

from dataclasses import dataclass
from datetime import datetime

from cxmanager.rest.paging import bounded_count
from profiles.conditions.condition import Condition
from profiles.models import Profile

SAMPLE = 5


@dataclass(frozen=True, kw_only=True)
class Audience:
    """`count` is exact; `total`, all living customers, is an estimate beyond 10,000 where `is_estimate` says so."""

    count: int
    total: int
    is_estimate: bool
    sample: list[Profile]


def audience_of(condition: Condition | None, *, at: datetime) -> Audience:
    """The customers whom the condition finds now; without one, everybody. Writes nothing; three queries at most."""
    everybody = Profile.objects.living()
    total, is_estimate = bounded_count(everybody)
    found = everybody if condition is None else everybody.matching(condition, at=at)
    count = total if condition is None else found.order_by().count()
    # The newest come first by the primary key; where nobody is found, nobody is looked for twice.
    sample = list(found[:SAMPLE]) if count else []
    return Audience(count=count, total=max(total, count), is_estimate=is_estimate, sample=sample)

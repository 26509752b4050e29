"""Tills, customers and what came of it, for the races around benefits."""

from collections import Counter
from datetime import UTC, datetime

from benefits.models import Benefit, BenefitDefinition, GlobalCounter, Redemption
from cxmanager.refusals import Refusal
from profiles.cause import Cause, Door
from profiles.models import Profile

TILLS = 20
AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CAUSE = Cause(door=Door.API)


def definition(**values) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee", **values)


def customers(count: int) -> list[Profile]:
    return Profile.objects.bulk_create(Profile(first_name=f"Customer {number}") for number in range(count))


def one_benefit(one: BenefitDefinition) -> Benefit:
    return one.issue(customers(1)[0], at=AT, cause=CAUSE)


def redeeming(pk: int, count: int = 1):
    """A till of its own: it reads the benefit and redeems it."""
    return lambda: Benefit.objects.select_related("definition").get(pk=pk).redeem(at=AT, cause=CAUSE, count=count)


def outcome(results: list) -> dict[str, int]:
    """How many were redeemed ("done"), and how many heard which refusal or error."""
    return dict(Counter(name_of(result) for result in results))


def name_of(result) -> str:
    if isinstance(result, Refusal):
        return result.code
    return type(result).__name__ if isinstance(result, Exception) else "done"


def used() -> int:
    return GlobalCounter.objects.all().totals()["used"]


def counted() -> tuple[int, int, int]:
    """The uses by redemption, by benefit and by shared counter: the three must agree."""
    redeemed = sum(row.count - row.returned for row in Redemption.objects.all())
    return redeemed, sum(Benefit.objects.values_list("redemptions", flat=True)), used()


def benefits_of_twenty(one: BenefitDefinition) -> list[int]:
    return [one.issue(profile, at=AT, cause=CAUSE).pk for profile in customers(TILLS)]

"""What reactions can do with benefits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from benefits.giving import give_many
from benefits.models import Benefit, BenefitDefinition, Redemption
from benefits.refusals import refusal
from profiles.acting import Money, Text, Whole, acts
from profiles.cause import Cause
from profiles.importing.alike import Alike
from profiles.models import Profile


def offered() -> list[tuple[str, str]]:
    return list(BenefitDefinition.objects.issuable().order_by("name").values_list("handle", "name"))


@dataclass(frozen=True)
class OfDefinition(Text):
    """The handle of one that is offered; its number is as good, where nothing has that for a handle."""

    def chosen(self, value: str) -> str:
        rows = BenefitDefinition.objects.issuable()
        if value.isdecimal() and len(value) < 19 and not rows.filter(handle=value).exists():
            value = rows.filter(pk=value).values_list("handle", flat=True).first() or value
        return super().chosen(value)


DEFINITION = OfDefinition(
    "definition", "Benefit", "The handle of its definition. Example: birthday-coffee.", choices=offered
)


def issue_to_many(
    profiles: Sequence[UUID], *, at: datetime, cause: Cause, definition: str, days: int | None = None, value=None
) -> Alike:
    return give_many(issued_as(definition), profiles, at=at, cause=cause, **as_issued(at, days, value))


@acts(
    "benefit.issue",
    label="Issue a benefit",
    sentence="issue the benefit “{definition}”",
    takes=[
        DEFINITION,
        Whole("days", "Days", "How long it holds, if not as long as its definition says.", is_required=False),
        Money("value", "Value", "What it is worth, if not what its definition says.", is_required=False),
    ],
    icon="redeem",
    aliases=("benefit.create",),
    many=issue_to_many,
)
def issue_benefit(
    profile: Profile, *, at: datetime, cause: Cause, definition: str, days: int | None = None, value=None
) -> Benefit:
    return issued_as(definition).issue(profile, at=at, cause=cause, **as_issued(at, days, value))


def issued_as(handle: str) -> BenefitDefinition:
    return BenefitDefinition.objects.get(handle=handle)


def as_issued(at: datetime, days: int | None, value: Decimal | None) -> dict:
    """What the definition does not say of this one."""
    given = {"value": value} if value is not None else {}
    return given | ({"expires_at": at + timedelta(days=days)} if days is not None else {})


@acts(
    "benefit.redeem",
    label="Use a benefit",
    sentence="use the benefit “{definition}”",
    takes=[DEFINITION, Whole("count", "Uses", "How many uses it takes.", is_required=False, default=1, most=1_000)],
    icon="done_all",
    aliases=("redeem.benefit",),
    renamed={"benefit": "definition"},
)
def redeem_benefit(profile: Profile, *, at: datetime, cause: Cause, definition: str, count: int = 1) -> Redemption:
    return held(profile, definition, at=at, count=count).redeem(at=at, cause=cause, count=count)


@acts(
    "benefit.extend",
    label="Extend a benefit",
    sentence="extend the benefit “{definition}” by {days} days",
    takes=[DEFINITION, Whole("days", "Days", "By how many days its end moves.", most=3_650)],
    icon="more_time",
)
def extend_benefit(profile: Profile, *, at: datetime, cause: Cause, definition: str, days: int) -> Benefit:
    return held(profile, definition, at=at).extend(at=at, cause=cause, days=days)


def held(profile: Profile, definition: str, *, at: datetime, count: int = 1) -> Benefit:
    """The customer's benefit of that definition that ends first. Raises Refusal `none_held`."""
    rows = profile.benefits.usable(at=at, count=count).filter(definition__handle=definition)
    first = rows.select_related("definition").order_by("expires_at", "pk").first()
    if first is None:
        raise refusal("none_held")
    return first

"""What reactions can do with achievements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError

from achievements.models import Achievement, AchievementDefinition
from achievements.models.counted import amount_in
from achievements.progressing import progress_many
from profiles.acting import Argument, Text, acts
from profiles.cause import Cause
from profiles.importing.alike import Alike
from profiles.models import Profile


def climbed() -> list[tuple[str, str]]:
    return list(AchievementDefinition.objects.living().order_by("name").values_list("handle", "name"))


@dataclass(frozen=True)
class Count(Argument):
    """How much is added: above zero, with two decimals at most."""

    def read(self, value) -> Decimal:
        amount = amount_in(value)
        if amount is None or amount != Decimal(str(value)):
            raise ValidationError(
                f"{self.label} must be a number above 0, with two decimals at most.", code="invalid_argument"
            )
        return amount


def progress_of_many(
    profiles: Sequence[UUID], *, at: datetime, cause: Cause, definition: str, count: Decimal = Decimal(1)
) -> Alike:
    return progress_many(named(definition), profiles, at=at, cause=cause, count=count)


@acts(
    "achievement.progress",
    label="Count towards an achievement",
    sentence="count {count} towards “{definition}”",
    takes=[
        Text("definition", "Achievement", "The handle of its definition. Example: coffee-regular.", choices=climbed),
        Count("count", "How much", "What it adds to the count.", is_required=False, default=Decimal(1)),
    ],
    icon="trending_up",
    aliases=("achievement.add",),
    takes_context=True,
    many=progress_of_many,
)
def progress(
    profile: Profile,
    *,
    at: datetime,
    cause: Cause,
    context: dict,
    key: str,
    definition: str,
    count: Decimal = Decimal(1),
) -> Achievement:
    """Count once for the event and the step, however often the run is tried."""
    return named(definition).progress(profile, at=at, cause=cause, count=count, source=key).achievement


def named(handle: str) -> AchievementDefinition:
    return AchievementDefinition.objects.get(handle=handle)

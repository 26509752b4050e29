"""How far a customer is in each achievement: all of it for staff, and of it what its visibility lets the customer see.

What a customer may not see is not made into anything that could be listed, counted, sorted or refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Q, QuerySet

from achievements.models import Achievement, AchievementDefinition, UnlockedLevel
from profiles.models import Profile


@dataclass(frozen=True, kw_only=True)
class Climb:
    """One definition, and how far the customer is in it. `achievement` is that of the present cycle, None before its first count.

    `best` is the highest level of all cycles; `unlocked` the levels of the present one. `is_locked` is a mystery that the
    customer has not unlocked: of it nothing is told but its hint.
    """

    definition: AchievementDefinition
    achievement: Achievement | None
    best: int
    unlocked: tuple[UnlockedLevel, ...] = ()
    is_locked: bool = False

    @property
    def count(self) -> Decimal:
        return self.achievement.count if self.achievement is not None else Decimal(0)

    @property
    def level(self) -> int:
        return self.achievement.level if self.achievement is not None else 0

    @property
    def next_level(self) -> int | None:
        return self.level + 1 if self.next_trigger is not None else None

    @property
    def next_trigger(self) -> int | None:
        """The count that the next level takes; None at the top."""
        return self.definition.ladder.trigger_of(self.level + 1)

    @property
    def count_to_next(self) -> Decimal | None:
        return None if self.next_trigger is None else max(Decimal(0), self.next_trigger - self.count)

    @property
    def percent(self) -> int:
        """How far it is from the level before to the next, 0 to 100; 100 at the top."""
        if self.next_trigger is None:
            return 100
        begun = self.definition.ladder.trigger_of(self.level) or 0
        part = (self.count - begun) * 100 / (self.next_trigger - begun)
        return int(max(0, min(100, part)))


def climbs(profile: Profile, definitions: Iterable[AchievementDefinition], *, at: datetime) -> list[Climb]:
    """How far the customer is in each of these, in their order. Three queries, however many they are."""
    definitions = list(definitions)
    rows = Achievement.objects.filter(profile=profile, definition__in=definitions)
    present = {row.definition_id: row for row in rows.current(at=at)}
    best = dict(rows.order_by().values("definition").annotate(best=Max("level")).values_list("definition", "best"))
    unlocked: dict[int, list[UnlockedLevel]] = {}
    for one in UnlockedLevel.objects.filter(achievement__in=[row.pk for row in present.values()]).order_by("level"):
        unlocked.setdefault(one.achievement_id, []).append(one)
    found = []
    for definition in definitions:
        row = present.get(definition.pk)
        if row is not None:
            row.definition = definition
        levels = tuple(unlocked.get(row.pk, ())) if row is not None else ()
        found.append(Climb(definition=definition, achievement=row, best=best.get(definition.pk, 0), unlocked=levels))
    return found


def climb_of(row: Achievement) -> Climb:
    """Of an achievement, whatever its cycle. Two queries."""
    same = Achievement.objects.filter(profile_id=row.profile_id, definition_id=row.definition_id)
    best = same.order_by("-level").values_list("level", flat=True).first() or 0
    unlocked = tuple(row.unlocked.order_by("level")) if row.pk is not None else ()
    return Climb(definition=row.definition, achievement=row, best=best, unlocked=unlocked)


def for_staff(profile: Profile) -> QuerySet[AchievementDefinition]:
    """The definitions that staff see of a customer: all that are offered, and those in which the customer has something."""
    climbed = Achievement.objects.filter(profile=profile).values("definition")
    return AchievementDefinition.objects.filter(Q(retired_at=None) | Q(pk__in=climbed))


def for_member(profile: Profile, *, at: datetime) -> list[Climb]:
    """What the customer sees, oldest definition first: by age, as a name's place among others would tell of the name.

    Four queries.
    """
    kinds = AchievementDefinition.Display
    offered = AchievementDefinition.objects.filter(is_published=True).exclude(display_option=kinds.SYSTEM)
    return [shown for one in climbs(profile, offered.order_by("pk"), at=at) if (shown := as_member_sees(one, at=at))]


def as_member_sees(climb: Climb, *, at: datetime) -> Climb | None:
    """The same as the customer may see it; None for what they may not know of (behaviour.md 4)."""
    definition, kinds = climb.definition, AchievementDefinition.Display
    if definition.display_option == kinds.SYSTEM or not definition.is_published:
        return None
    has_begun = climb.count > 0 or climb.best > 0
    is_over = definition.retired_at is not None or definition.why_not_counting(at=at) is not None
    if not has_begun and (is_over or definition.display_option == kinds.HIDDEN):
        return None
    if definition.display_option == kinds.MYSTERY and climb.best == 0:
        if is_over:
            return None
        return Climb(definition=definition, achievement=None, best=0, is_locked=True)
    return climb

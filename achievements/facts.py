"""What conditions can ask of achievements: `achievements.HANDLE.count` and `achievements.HANDLE.level`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Expression, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from achievements.models import Achievement, AchievementDefinition
from profiles.conditions.facts import FACTS, Fact, FactType

BEFORE = "achievements."
GROUP = "Achievements"
ASKED = {
    "count": (
        "Count of “{}”",
        "How much was counted; where counts restart, since they last did. 0 for who has none.",
        12,
    ),
    "level": ("Level of “{}”", "The highest level that was ever reached. 0 for who has reached none.", 3),
}


@dataclass(frozen=True)
class Asked:
    """The expression of one of a definition's two facts. Two of the same are the same, so that statements are kept."""

    handle: str
    what: str

    def __call__(self, at: datetime) -> Expression:
        # By a query of its own, which the database asks once: the key then finds the customer's row.
        definition = AchievementDefinition.objects.filter(handle=self.handle).order_by().values("pk")[:1]
        rows = Achievement.objects.filter(profile=OuterRef("pk"), definition=Subquery(definition)).order_by()
        field = Achievement._meta.get_field(self.what)
        if self.what == "count":
            found, nothing = Subquery(rows.current(at=at).values("count")[:1]), Value(Decimal(0), output_field=field)
        else:
            found = Subquery(rows.values("definition").annotate(best=Max("level")).values("best"))
            nothing = Value(0, output_field=field)
        return Coalesce(found, nothing, output_field=field)


def fact(handle: str, name: str, what: str) -> Fact:
    label, about, example = ASKED[what]
    return Fact(
        handle=f"{BEFORE}{handle}.{what}",
        label=label.format(name),
        type=FactType.NUMBER,
        example=example,
        group=GROUP,
        help=about,
        column=Asked(handle, what),
        is_secret=lambda: is_kept_from_customers(handle),
        is_always_known=True,
    )


def is_kept_from_customers(handle: str) -> bool:
    """Whether customers may not know that there is such an achievement, or not yet. One query."""
    told = AchievementDefinition.objects.filter(handle=handle, display_option=AchievementDefinition.Display.STANDARD)
    return not told.filter(is_published=True).exists()


def achievement(handle: str) -> Fact | None:
    """The fact of this name, or None where no definition has the handle. One query."""
    definition, _, what = handle.removeprefix(BEFORE).rpartition(".")
    if not handle.startswith(BEFORE) or what not in ASKED:
        return None
    name = AchievementDefinition.objects.filter(handle=definition).values_list("name", flat=True).first()
    return None if name is None else fact(definition, name, what)


def known() -> Iterator[Fact]:
    """Those to choose from, of definitions that are not retired. One query."""
    for handle, name in AchievementDefinition.objects.living().order_by("name").values_list("handle", "name"):
        yield from (fact(handle, name, what) for what in ASKED)


FACTS.register_family(achievement, known=known)

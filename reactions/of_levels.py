"""Which reactions listen to a level of an achievement, and how one begins that rewards it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from achievements.models import AchievementDefinition
from profiles.conditions.evaluating import NotEvaluated, evaluate
from reactions.models import Reaction
from reactions.models.action import FILTER
from reactions.recipes import only_if, some_benefit

UNLOCKED = "achievement.unlocked"
ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def that_may_hear(definition: AchievementDefinition) -> list[Reaction]:
    """The triggers on levels whose filters do not rule this achievement out. Two queries."""
    rows = Reaction.objects.triggers().filter(trigger=UNLOCKED).order_by("name", "pk").prefetch_related("actions")
    return [one for one in rows if may_hear(one, {"definition": as_told(definition)})]


def may_hear(reaction: Reaction, carried: dict) -> bool:
    """Whether its filters leave room for an event that carries this. What they ask of the customer nobody knows beforehand."""
    conditions = [one.condition for one in reaction.actions.all() if one.handle == FILTER]
    return not any(excludes(one, carried) for one in conditions)


def as_told(definition: AchievementDefinition) -> dict:
    return {"handle": definition.handle, "name": definition.name}


def excludes(condition, carried: dict) -> bool:
    """Whether it cannot hold of such an event, as far as that can be said from what it carries."""
    if isinstance(condition, dict) and len(condition) == 1:
        ((name, given),) = condition.items()
        if name == "and" and isinstance(given, list):
            return any(excludes(one, carried) for one in given)
        if name == "or" and isinstance(given, list):
            return bool(given) and all(excludes(one, carried) for one in given)
    names = set(asked_in(condition))
    if not names or not all(is_carried(one, carried) for one in names):
        return False
    try:
        return not evaluate(condition, carried, at=ANY_MOMENT)
    except NotEvaluated:
        return True


def asked_in(condition) -> Iterator[str]:
    """The names of all that it asks for."""
    if isinstance(condition, list):
        for one in condition:
            yield from asked_in(one)
    elif isinstance(condition, dict):
        for name, given in condition.items():
            if name == "var":
                yield str(given[0] if isinstance(given, list) and given else given)
            else:
                yield from asked_in(given)


def is_carried(name: str, carried: dict) -> bool:
    value = carried
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def rewarding(definition: AchievementDefinition, level: int | None) -> dict:
    """The document with which the editor begins: for this level, or for every level of the achievement."""
    clauses = [{"==": [{"var": "definition.handle"}, definition.handle]}]
    said = "each level"
    if level is not None:
        clauses.append({"==": [{"var": "level"}, level]})
        said = definition.level_said(level)
    return {
        "name": f"{definition.name}: a reward for {said}"[:191],
        "description": f"Whoever reaches {said} of “{definition.name}” gets a benefit.",
        "trigger": UNLOCKED,
        "actions": [only_if(*clauses), some_benefit()],
    }

"""How achievements look on the wire (omneo-reference 2.15, api.md 4), as plain dictionaries."""

from achievements.models import AchievementDefinition
from achievements.showing import Climb
from cxmanager.rest.fields import moment
from profiles.conditions.evaluating import number_of

# Texts that the model keeps empty and the wire writes as null.
NULL_WHEN_EMPTY = (
    *("description", "internal_notes", "type", "short_description", "long_description", "terms_conditions"),
    *("earn_instructions", "hint", "icon", "timezone", "period"),
)
AS_THEY_ARE = (
    "name",
    "handle",
    "is_published",
    "display_level",
    "display_option",
    "enable_annual_earn_cycle",
    "strategy",
)
COUNTED = ("count_event", "count_condition", "count_amount", "count_for")
# What levels further up an endless ladder are told as: one row that repeats.
LEVEL_IDS = 1_000
# Omneo's keys that belong to parts of the product which are not there yet.
OF_OTHER_PARTS = ("region_id", "region", "currency")


def image_url(definition: AchievementDefinition) -> str | None:
    return (definition.image.url if definition.image else definition.image_url) or None


def definition_as_json(definition: AchievementDefinition, *, with_tags: bool = True) -> dict:
    """All of it. The tags must be fetched."""
    return {
        "id": definition.pk,
        **{name: getattr(definition, name) for name in AS_THEY_ARE},
        **{name: getattr(definition, name) or None for name in NULL_WHEN_EMPTY},
        "every": definition.every,
        "max_levels": definition.max_levels,
        "first": definition.first_step,
        "growth": number_of(definition.growth),
        "levels": [level_as_json(definition, at) for at in range(1, len(definition.levels) + 1)],
        "image_url": image_url(definition),
        "starts_at": moment(definition.starts_at),
        "ends_at": moment(definition.ends_at),
        "retired_at": moment(definition.retired_at),
        "count_event": definition.count_event or None,
        **{name: getattr(definition, name) for name in COUNTED[1:]},
        "tags": [tag.handle for tag in definition.tags.all()] if with_tags else [],
        "meta": definition.meta,
        **dict.fromkeys(OF_OTHER_PARTS),
        "created_at": moment(definition.created_at),
        "updated_at": moment(definition.updated_at),
    }


def level_as_json(definition: AchievementDefinition, at: int) -> dict:
    """One level. Its id is made of the definition's and its number, and so is the same whenever it is read."""
    level = definition.levels[at - 1]
    repeats = level["repeats"]
    return {
        "id": definition.pk * LEVEL_IDS + at,
        "name": level["name"] or None,
        "achievement_definition_id": definition.pk,
        "display_number": at,
        "description": level["description"] or None,
        "trigger": level["trigger"],
        "repeats": repeats,
        "repeat_interval": level["repeat_interval"],
        "allow_multiple_earn": level["allow_multiple_earn"],
        # Where it is reached again for the first time.
        "computed_display_number": at + 1 if repeats else None,
        "computed_trigger": level["trigger"] + level["repeat_interval"] if repeats else None,
        "meta": level["meta"],
    }


def climb_as_json(climb: Climb, definition: dict) -> dict:
    """A customer's achievement: `id` is null before the first count."""
    row = climb.achievement
    return {
        "id": row.pk if row is not None else None,
        "profile_id": str(row.profile_id) if row is not None else None,
        "definition_id": definition["id"],
        "definition": definition,
        "count": number_of(climb.count),
        "level": climb.level,
        "level_name": climb.definition.level_named(climb.level) or None,
        "highest_level": climb.best,
        "next_level": climb.next_level,
        "count_to_next": number_of(climb.count_to_next),
        "percent_to_next": climb.percent,
        "cycle": (row.cycle or None) if row is not None else None,
        "cycle_ends_at": moment(row.ends_at) if row is not None else None,
        "achieved_at": moment(row.unlocked_at) if row is not None else None,
        "unlocked_levels": [
            {"level": one.level, "name": one.name or None, "unlocked_at": moment(one.unlocked_at)}
            for one in climb.unlocked
        ],
        "is_locked": climb.is_locked,
        "created_at": moment(row.created_at) if row is not None else None,
        "updated_at": moment(row.updated_at) if row is not None else None,
    }


# --- What customers read of theirs ------------------------------------------------------------------------------------

# Of a definition, what its form says is meant for them; all else is null, as the documents keep their keys.
FOR_MEMBERS = (
    *("id", "name", "handle", "is_published", "display_level", "display_option", "strategy", "period", "timezone"),
    *("enable_annual_earn_cycle", "short_description", "long_description", "terms_conditions", "earn_instructions"),
    *("icon", "image_url", "starts_at", "ends_at", "levels", "created_at", "updated_at", "hint"),
)
OF_MYSTERIES = ("id", "is_published", "display_option", "hint")


def climb_for_member(climb: Climb) -> dict:
    """As `climb_as_json`, without what is for the retailer's own people; of a mystery that is locked only its hint."""
    whole = definition_as_json(climb.definition, with_tags=False)
    told = OF_MYSTERIES if climb.is_locked else FOR_MEMBERS
    definition = {name: value if name in told else nothing_like(value) for name, value in whole.items()}
    definition["levels"] = [
        level | {"meta": None} for level in definition["levels"] if is_told(level["display_number"], climb)
    ]
    if climb.is_locked:
        return climb_as_json(climb, definition) | {"next_level": None, "count_to_next": None, "percent_to_next": 0}
    return climb_as_json(climb, definition)


def is_told(level: int, climb: Climb) -> bool:
    """Without `display_level`, what lies beyond the next level is a surprise."""
    return climb.definition.display_level or level <= climb.level + 1


def nothing_like(value) -> list | None:
    return [] if isinstance(value, list) else None

"""How far a customer is: for staff on the profile page all of it and why; for the customer in the portal what they may see."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from achievements.admin.wording import count_told, goal, seen_by
from achievements.models import AchievementDefinition
from achievements.showing import Climb, climbs, for_member, for_staff
from profiles.models import Profile
from profiles.panels import Panel, Place, register

SHOWN = 100
LEVELS_SHOWN = 12


def context(profile: Profile, request: HttpRequest) -> dict:
    """Those that the customer climbs, the furthest first, then those not begun. Four queries, however many there are."""
    definitions = for_staff(profile).order_by("name", "pk")[:SHOWN]
    rows = [row(one) for one in climbs(profile, definitions, at=timezone.now())]
    begun = [one for one in rows if one["climb"].achievement is not None]
    return {
        "rows": sorted(begun, key=lambda one: (-one["climb"].level, -one["climb"].percent)),
        "untouched": [one for one in rows if one["climb"].achievement is None],
    }


def row(climb: Climb) -> dict:
    """One achievement in words."""
    definition, achievement = climb.definition, climb.achievement
    is_standard = definition.display_option == AchievementDefinition.Display.STANDARD
    return {
        "climb": climb,
        "url": reverse("admin:achievements_achievement_change", args=[achievement.pk]) if achievement else "",
        "level": definition.level_said(climb.level).capitalize() if climb.level else "",
        "seen": "" if is_standard else seen_by(definition),
        "goal": goal(climb),
        "facts": facts(climb),
    }


def facts(climb: Climb) -> list[str]:
    said = [f"Counts {count_told(climb.count)}.", goal(climb)]
    if climb.achievement is not None and climb.achievement.unlocked_at:
        said.append(f"Latest level on {timezone.localtime(climb.achievement.unlocked_at):%-d %b %Y}.")
    if climb.best > climb.level:
        said.append(f"Reached level {climb.best} in an earlier cycle.")
    if climb.definition.retired_at is not None:
        said.append("Retired.")
    return said


def actions(profile: Profile, request: HttpRequest) -> list[dict]:
    if profile.deleted_at or not request.user.has_perm("achievements.progress_achievement"):
        return []
    return [
        {"title": "Count", "icon": "add", "url": reverse("admin:achievements_achievement_progress", args=[profile.pk])}
    ]


def portal_context(profile: Profile, request: HttpRequest) -> dict:
    """What the customer may see of theirs: `showing.for_member` decides, and nothing else is given to the template."""
    return {"climbs": [card(one) for one in for_member(profile, at=timezone.now())]}


def card(climb: Climb) -> dict:
    definition = climb.definition
    if climb.is_locked:
        return {"is_locked": True, "definition": {"hint": definition.hint}}
    return {
        "is_locked": False,
        "definition": definition,
        "picture": definition.image.thumbnail_url or definition.image_url,
        "percent": climb.percent,
        "goal": goal(climb),
        "levels": levels(climb),
    }


def levels(climb: Climb) -> list[dict]:
    """The levels that the customer is told of: all, or up to the next one."""
    definition, ladder = climb.definition, climb.definition.ladder
    last = min(ladder.top, LEVELS_SHOWN if definition.display_level else climb.level + 1)
    last = max(last, min(ladder.top, climb.level + 1))
    if ladder.repeats_every:
        # Of those without an end, some steps ahead.
        last = min(last, max(len(definition.levels), climb.level + 1))
    return [
        {
            "said": definition.level_said(number).capitalize(),
            "trigger": ladder.trigger_of(number),
            "description": definition.levels[ladder.row_of(number) - 1]["description"],
            "is_reached": number <= climb.level,
        }
        for number in range(max(1, last - LEVELS_SHOWN + 1), last + 1)
    ]


register(
    Panel(
        handle="achievements",
        title="Achievements",
        icon="emoji_events",
        order=20,
        template="admin/achievements/panel.html",
        context=context,
        actions=actions,
        permission="achievements.view_achievement",
    )
)
register(
    Panel(
        handle="achievements.portal",
        title="Achievements",
        icon="emoji_events",
        order=30,
        template="achievements/portal.html",
        context=portal_context,
        places=frozenset({Place.PORTAL}),
    )
)

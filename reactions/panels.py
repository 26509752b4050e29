"""What the profile page shows of reactions: what was done for the customer by itself lately, or why not."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from achievements.models import AchievementDefinition
from profiles.models import Profile
from profiles.panels import Panel, Place, register
from reactions.models import Reaction, Run
from reactions.models.action import FILTER
from reactions.of_levels import as_told, asked_in, may_hear, that_may_hear
from reactions.run_wording import why_not

SHOWN = 5
LEVELS_SHOWN = 5


def context(profile: Profile, request: HttpRequest) -> dict:
    """The latest runs, in one query."""
    runs = Run.objects.filter(profile=profile).select_related("reaction").order_by("-id")[:SHOWN]
    return {
        "runs": [{"run": run, "why_not": "" if run.state == Run.State.DONE else why_not(run)} for run in runs],
        "all_url": f"{reverse('admin:reactions_run_changelist')}?profile__id__exact={profile.pk}",
    }


def actions(profile: Profile, request: HttpRequest) -> list[dict]:
    """The way to ask why another one, of which there may be no run, was not done."""
    if not request.user.has_perm("reactions.view_reaction"):
        return []
    url = f"{reverse('admin:reactions_reaction_why_not')}?profile={profile.pk}"
    return [{"title": "Why not?", "icon": "help", "url": url}]


def of_levels(definition: AchievementDefinition, request: HttpRequest) -> dict:
    """For each level the reactions that listen to it, and where one is made. Three queries, however many there are."""
    heard = that_may_hear(definition)
    may_add = request.user.has_perm("reactions.add_reaction")
    add = reverse("admin:reactions_reaction_recipes")

    def row(level: int | None) -> dict:
        carried = {"definition": as_told(definition)} | ({"level": level} if level is not None else {})
        asked = urlencode({"achievement": definition.handle} | ({"level": level} if level is not None else {}))
        return {
            "level": level,
            "said": definition.level_said(level).capitalize() if level is not None else "Every level",
            "reactions": [one for one in heard if may_hear(one, carried) and asks_level(one) is (level is not None)],
            "add_url": f"{add}?{asked}" if may_add else "",
        }

    shown = min(definition.ladder.top, max(LEVELS_SHOWN, len(definition.levels)))
    return {"levels": [row(None), *(row(number) for number in range(1, shown + 1))]}


def asks_level(reaction: Reaction) -> bool:
    """Whether it says which level it is for."""
    return any("level" in asked_in(one.condition) for one in reaction.actions.all() if one.handle == FILTER)


register(
    Panel(
        handle="reactions.of_levels",
        title="What happens at each level",
        template="admin/reactions/of_levels.html",
        context=of_levels,
        icon="bolt",
        permission="reactions.view_reaction",
        places=frozenset({Place.ACHIEVEMENT}),
    )
)
register(
    Panel(
        handle="reactions.runs",
        title="Reactions",
        template="admin/reactions/panel.html",
        context=context,
        actions=actions,
        order=150,
        icon="bolt",
        is_narrow=True,
        permission="reactions.view_run",
    )
)

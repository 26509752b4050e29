"""What the profile page shows of reactions: what was done for the customer by itself lately, or why not."""

from django.http import HttpRequest
from django.urls import reverse

from profiles.models import Profile
from profiles.panels import Panel, register
from reactions.models import Run
from reactions.run_wording import why_not

SHOWN = 5


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

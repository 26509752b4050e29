"""The demo's reactions: four triggers that are switched on once its past is made, so that nothing old starts them, and some runs of one; and the automations."""

from datetime import datetime

from access.models import User
from profiles.cause import Cause, Door
from profiles.demo import first_customers
from profiles.models import Event
from reactions.demo_automations import make_automations
from reactions.models import Reaction
from reactions.running import run_some
from reactions.triggering import start_runs

TAGGED = ("coffee-club", "coffee-club", "book-club", "coffee-club")


def action(name: str, **arguments) -> dict:
    return {"name": name, "arguments": [{"name": key, "value": value} for key, value in arguments.items()]}


REACTIONS = [
    {
        "name": "Coffee for the coffee club",
        "trigger": "tag.added",
        "description": "Whoever gets the tag “coffee-club” gets a coffee.",
        "actions": [
            action("filter", condition={"==": [{"var": "tag"}, "coffee-club"]}),
            action("benefit.issue", definition="birthday-coffee", days=14),
        ],
    },
    {
        "name": "Tag who spent over 1,000 in 12 months",
        "trigger": "aggregation.updated",
        "description": "Lists, conditions and tills can ask for the tag.",
        "actions": [
            action("filter", condition={">": [{"var": "aggregations.spend_12m_now"}, 1000]}),
            action("tag.add", tag="big-spender"),
        ],
    },
    {
        "name": "Welcome",
        "trigger": "profile.created",
        "description": "Whoever joins may have presents wrapped for free.",
        "actions": [action("benefit.issue", definition="gift-wrapping")],
    },
    {
        "name": "Alterations for regulars",
        "trigger": "achievement.unlocked",
        "description": "Whoever reaches the third level of visits has clothes altered for free.",
        "actions": [
            action(
                "filter",
                condition={"and": [{"==": [{"var": "definition.handle"}, "visits"]}, {"==": [{"var": "level"}, 3]}]},
            ),
            action("benefit.issue", definition="free-alterations"),
        ],
    },
]


def make_reactions(*, at: datetime, seed: int, clerk: User) -> int:
    """Make those that are missing and switch them on; then some customers get tags. Returns how many reactions are new."""
    made = 0
    for values in REACTIONS:
        if not Reaction.objects.filter(name=values["name"]).exists():
            Reaction().write(at=at, is_active=True, **values)
            made += 1
    if made == len(REACTIONS):
        tag_some(at=at, seed=seed, clerk=clerk)
    return made + make_automations(at=at)


def tag_some(*, at: datetime, seed: int, clerk: User) -> None:
    cause = Cause(door=Door.COMMAND, user=clerk, reason="Demo data.")
    for profile, tag in zip(first_customers(seed, len(TAGGED)), TAGGED, strict=False):
        profile.add_tags(tag, at=at, cause=cause)
    # The worker, where one runs, finds these runs written and writes no others.
    start_runs(list(Event.objects.filter(name="tag.added", at=at)), at=at)
    while run_some(at=at):
        pass

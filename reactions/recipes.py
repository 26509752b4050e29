"""Ready-made reactions for what programmes do everywhere. A recipe fills the editor; nothing is saved by choosing one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from benefits.models import BenefitDefinition
from earning.models import RewardDefinition
from profiles.events.catalogue import CATALOGUE
from reactions.models import Target


@dataclass(frozen=True)
class Recipe:
    handle: str
    name: str
    about: str
    trigger: str
    actions: Callable[[], list[dict]]

    def starts(self, *, at: datetime) -> dict:
        return {"trigger": self.trigger}

    def document(self, *, at: datetime) -> dict:
        return {"name": self.name, "description": self.about, "actions": self.actions(), **self.starts(at=at)}

    @property
    def is_timed(self) -> bool:
        return False


@dataclass(frozen=True)
class TimedRecipe(Recipe):
    """`trigger` is how often; `times` is what else documents say of when, as of a moment."""

    times: Callable[[datetime], dict]

    def starts(self, *, at: datetime) -> dict:
        return {"frequency": self.trigger, **self.times(at)}

    @property
    def is_timed(self) -> bool:
        return True


def action(name: str, **arguments) -> dict:
    said = [{"name": key, "value": value, "is_dynamic": None} for key, value in arguments.items() if value is not None]
    return {"name": name, "uuid": name, "arguments": said}


def only_if(*clauses: dict) -> dict:
    return action("filter", condition=clauses[0] if len(clauses) == 1 else {"and": list(clauses)})


def some_benefit() -> dict:
    """The first that is offered: the editor shows the others."""
    first = BenefitDefinition.objects.issuable().order_by("name").values_list("handle", flat=True).first()
    return action("benefit.issue", definition=first)


def some_reward() -> dict:
    first = RewardDefinition.objects.filter(is_archived=False).order_by("name").values_list("handle", flat=True).first()
    return action("reward.issue", definition=first)


def some_target() -> dict:
    first = Target.objects.filter(is_active=True).order_by("name").values_list("handle", flat=True).first()
    return action("target.send", target=first)


RECIPES = [
    Recipe(
        "welcome",
        "Welcome benefit",
        "Whoever joins gets a benefit.",
        "profile.created",
        lambda: [some_benefit()],
    ),
    Recipe(
        "first-purchase",
        "A benefit with the first purchase",
        "Whoever bought for the first time gets a benefit for the next time.",
        "aggregation.updated",
        lambda: [
            # As of the event: by the time that a worker sees it, there may be further purchases.
            only_if({"==": [{"var": "total_shop_days"}, 1]}),
            # The figures change more than once on that day.
            only_if({"!": {"in": ["first-purchase", {"var": "flattened_tags"}]}}),
            action("tag.add", tag="first-purchase"),
            some_benefit(),
        ],
    ),
    Recipe(
        "fifth-shop",
        "A surprise on the 5th shop",
        "With the purchase of their fifth day of shopping a customer gets a benefit.",
        "aggregation.updated",
        lambda: [
            # As of the event: by the time that a worker sees it, there may be further purchases.
            only_if({"==": [{"var": "total_shop_days"}, 5]}),
            # The figures change more than once on that day.
            only_if({"!": {"in": ["fifth-shop", {"var": "flattened_tags"}]}}),
            action("tag.add", tag="fifth-shop"),
            some_benefit(),
        ],
    ),
    Recipe(
        "big-spender",
        "Tag who spent over 1,000 in 12 months",
        "Once a customer spent more than 1,000 within twelve months, they carry a tag that conditions, lists and tills can ask.",
        "aggregation.updated",
        lambda: [
            only_if({">": [{"var": "aggregations.spend_12m_now"}, 1000]}),
            action("tag.add", tag="big-spender"),
        ],
    ),
    Recipe(
        "vip",
        "A benefit for new VIPs",
        "Whoever gets the tag “vip” gets a benefit.",
        "tag.added",
        lambda: [only_if({"==": [{"var": "tag"}, "vip"]}), some_benefit()],
    ),
    Recipe(
        "visitor",
        "Tag who visited the shop",
        "When staff note down a visit, the customer carries a tag that conditions, lists and tills can ask.",
        "interaction.created",
        lambda: [only_if({"==": [{"var": "action"}, "visit"]}), action("tag.add", tag="visitor")],
    ),
    Recipe(
        "tier-welcome",
        "A benefit for a new tier",
        "Whoever reaches the tier “gold” gets a benefit.",
        "tier.achieved",
        lambda: [only_if({"==": [{"var": "definition.handle"}, "gold"]}), some_benefit()],
    ),
    Recipe(
        "achievement-level",
        "A benefit for a level of an achievement",
        "Whoever reaches level 3 of an achievement gets a benefit. Add to the filter which achievement you mean.",
        "achievement.unlocked",
        lambda: [only_if({"==": [{"var": "level"}, 3]}), some_benefit()],
    ),
    Recipe(
        "achievement-reward",
        "Reward money for a level of an achievement",
        "Whoever reaches level 3 of an achievement gets a reward. Add to the filter which achievement you mean.",
        "achievement.unlocked",
        lambda: [only_if({"==": [{"var": "level"}, 3]}), some_reward()],
    ),
    Recipe(
        "points-ending",
        "A message before points end",
        "A week before points end, a target gets a message that can say how many and when. The program says how many days ahead it is told.",
        "points.expiring",
        lambda: [only_if({"==": [{"var": "days"}, 7]}), some_target()],
    ),
    Recipe(
        "missed-message",
        "A message after a benefit expired",
        "When a benefit ends that could still have been used, a target gets a message.",
        "benefit.expired",
        lambda: [some_target()],
    ),
    Recipe(
        "redeemed-message",
        "A message after a benefit was used",
        "When a benefit is used, a target gets a message, such as your e-mail platform.",
        "benefit.redeemed",
        lambda: [some_target()],
    ),
]


TIMED_RECIPES = [
    TimedRecipe(
        "birthday",
        "A benefit on the birthday",
        "On the morning of their birthday customers get a benefit.",
        "daily",
        lambda: [some_benefit()],
        lambda at: {"run_at": "09:00", "query": {"is_birthday_today": []}},
    ),
    TimedRecipe(
        "birthday-month",
        "A benefit in the month of the birthday",
        "On the first of the month all whose birthday is in it get a benefit.",
        "monthly",
        lambda: [some_benefit()],
        lambda at: {"slot": 1, "run_at": "09:00", "query": {"birthday_in_month": []}},
    ),
    TimedRecipe(
        "win-back",
        "A message when nothing was bought in 90 days",
        "On the 90th day after the latest purchase a target gets a message, once for each time that somebody stays away.",
        "daily",
        lambda: [some_target()],
        lambda at: {
            "run_at": "10:00",
            "query": {"==": [{"days_since": [{"var": "aggregations.latest_shop_date"}]}, 90]},
        },
    ),
    TimedRecipe(
        "reward-ending",
        "A message before reward money ends",
        "A week before the first of their reward money ends, a target gets a message.",
        "daily",
        lambda: [some_target()],
        lambda at: {
            "run_at": "10:00",
            "query": {"==": [{"days_until": [{"var": "reward_ends_at"}]}, 7]},
        },
    ),
    TimedRecipe(
        "spent-in-12-months",
        "A benefit for who spent over 1,000 in 12 months",
        "On Mondays all who spent more than 1,000 within twelve months get a benefit, once: a tag says who had it.",
        "weekly",
        lambda: [some_benefit(), action("tag.add", tag="thanked-for-1000")],
        lambda at: {
            "slot": "monday",
            "run_at": "09:00",
            "query": {
                "and": [
                    {">": [{"var": "aggregations.spend_12m_now"}, 1000]},
                    {"!": {"in": ["thanked-for-1000", {"var": "flattened_tags"}]}},
                ]
            },
        },
    ),
    TimedRecipe(
        "season",
        "A campaign at the start of a season",
        "On one date all who agreed to e-mails get a benefit, and a target gets a message.",
        "once",
        lambda: [some_benefit(), some_target()],
        lambda at: {
            "date": start_of_next_season(at).isoformat(),
            "run_at": "09:00",
            "query": {"==": [{"var": "attributes.comms.email_promo"}, True]},
        },
    ),
]


def start_of_next_season(at: datetime) -> date:
    """The first of March, June, September or December that is to come."""
    today = localtime(at).date()
    month = today.month // 3 * 3 + 3
    return date(today.year + (month > 12), 3 if month > 12 else month, 1)


def offered() -> list[Recipe]:
    """Those whose event there is, and those that wait for no event."""
    return [recipe for recipe in RECIPES if CATALOGUE.named(recipe.trigger) is not None] + TIMED_RECIPES

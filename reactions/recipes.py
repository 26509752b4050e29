"""Ready-made triggers for what programmes do everywhere. A recipe fills the editor; nothing is saved by choosing one."""

from collections.abc import Callable
from dataclasses import dataclass

from benefits.models import BenefitDefinition
from profiles.events.catalogue import CATALOGUE
from reactions.models import Target


@dataclass(frozen=True)
class Recipe:
    handle: str
    name: str
    about: str
    trigger: str
    actions: Callable[[], list[dict]]

    def document(self) -> dict:
        return {"name": self.name, "trigger": self.trigger, "description": self.about, "actions": self.actions()}


def action(name: str, **arguments) -> dict:
    said = [{"name": key, "value": value, "is_dynamic": None} for key, value in arguments.items() if value is not None]
    return {"name": name, "uuid": name, "arguments": said}


def only_if(*clauses: dict) -> dict:
    return action("filter", condition=clauses[0] if len(clauses) == 1 else {"and": list(clauses)})


def some_benefit() -> dict:
    """The first that is offered: the editor shows the others."""
    first = BenefitDefinition.objects.issuable().order_by("name").values_list("handle", flat=True).first()
    return action("benefit.issue", definition=first)


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
        "fifth-shop",
        "A surprise on the 5th shop",
        "With the purchase of their fifth day of shopping a customer gets a benefit.",
        "aggregation.updated",
        lambda: [
            only_if({"==": [{"var": "aggregations.total_shop_days"}, 5]}),
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
        "redeemed-message",
        "A message after a benefit was used",
        "When a benefit is used, a target gets a message, such as your e-mail platform.",
        "benefit.redeemed",
        lambda: [some_target()],
    ),
]


def offered() -> list[Recipe]:
    """Those whose event there is."""
    return [recipe for recipe in RECIPES if CATALOGUE.named(recipe.trigger) is not None]

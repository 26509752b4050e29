"""The facts to choose from, for builders and documents: those that are declared, and the custom attributes in use."""

from django.core.cache import cache

from profiles.conditions.facts import FACTS
from profiles.conditions.own_facts import CUSTOM, custom_attribute
from profiles.models import CustomAttribute

MOST_CUSTOM = 500
KEPT_SECONDS = 60
KEY = "conditions.custom_attributes"


def facts_as_json() -> list[dict]:
    """Each fact as {"handle", "label", "type", "group", "example", "help", "choices"}, in the order to show them."""
    listed = [*FACTS, *FACTS.of_families(), *map(custom_attribute, custom_handles())]
    return [fact.as_json() for fact in listed]


def custom_handles() -> list[str]:
    """The custom attributes that customers have, by the names of their facts. Looked up once a minute: it reads a whole index."""
    handles = cache.get(KEY)
    if handles is None:
        used = CustomAttribute.objects.order_by("namespace", "handle").values_list("namespace", "handle").distinct()
        handles = [f"{CUSTOM}{namespace}.{handle}" for namespace, handle in used[:MOST_CUSTOM] if "." not in namespace]
        cache.set(KEY, handles, KEPT_SECONDS)
    return handles

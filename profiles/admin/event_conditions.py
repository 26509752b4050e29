"""The condition builder where it asks about an event: it offers what the event carries, beside the customer's facts."""

from itertools import groupby

from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.urls import reverse

from profiles.admin.condition_widget import ConditionWidget
from profiles.conditions.catalogue import facts_as_json
from profiles.conditions.reading import ConditionInvalid
from profiles.events.asking import condition_on, facts_to_offer
from profiles.events.catalogue import CATALOGUE, Customer, canonical


class EventConditionWidget(ConditionWidget):
    """Follows the box in which the event is chosen, `event_box`. Who matches depends on the event, so nobody is counted.

    `facts_url` names an address that answers `facts_for_builder` of the event in `?trigger=`.
    """

    class Media:
        js = [Script("cxmanager/event-conditions.js", defer=True)]

    def __init__(self, trigger: str, facts_url: str, *, event_box: str = "trigger"):
        super().__init__()
        self.trigger, self.facts_url, self.event_box = trigger, facts_url, event_box

    def in_words(self, value) -> str:
        try:
            return condition_on(self.trigger, value).words()
        except ConditionInvalid:
            return super().in_words(value)

    def get_context(self, name, value, attrs) -> dict:
        context = super().get_context(name, value, attrs)
        said = context["widget"]["attrs"]
        said.pop("data-preview-url", None)
        address = reverse(self.facts_url)
        said |= {"data-facts-of-event": address, "data-event-box": self.event_box}
        said |= {"data-facts-url": f"{address}?trigger={self.trigger}"}
        return context


def facts_for_builder(trigger: str) -> list[dict]:
    """What a condition on such an event can ask: what the event carries, then the customer's facts."""
    try:
        name = canonical(trigger)
    except ValidationError:
        # Omneo's clients name events that nothing here records.
        name = trigger
    return [fact.as_json() for fact in facts_to_offer(name)] + facts_as_json()


def events() -> list:
    """The events that are customers', under their headings, as one says them."""
    kinds = [kind for kind in CATALOGUE if kind.customer != Customer.NEVER]
    order = {group: at for at, group in enumerate(dict.fromkeys(kind.group for kind in kinds))}
    kinds.sort(key=lambda kind: order[kind.group])
    groups = groupby(kinds, key=lambda kind: kind.group)
    chosen = [(group, [(kind.name, f"{kind.when} ({kind.name})") for kind in rows]) for group, rows in groups]
    return [("", "Choose what must happen"), *chosen]

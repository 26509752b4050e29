from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from profiles.acting import action_of
from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS
from profiles.conditions.given import with_context
from profiles.events.catalogue import CATALOGUE

FILTER = "filter"


class Action(models.Model):
    """One step of a reaction: something done to the customer, or a filter that ends the run where its condition fails.

    `arguments` is {name: {"value": …, "is_dynamic": bool}}: a literal, or with `is_dynamic` JSON Logic over the event.
    """

    reaction = models.ForeignKey("reactions.Reaction", models.CASCADE, related_name="actions")
    sort_order = models.PositiveIntegerField(default=0)
    handle = models.CharField("action", max_length=64)
    name = models.CharField(max_length=191, blank=True)
    description = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    arguments = models.JSONField(default=dict, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["sort_order", "id"]

    def __str__(self) -> str:
        return self.name or self.handle

    @property
    def condition(self) -> dict | None:
        """Of a filter: what must hold for the run to go on."""
        return self.arguments.get("condition", {}).get("value")

    def literal(self) -> dict:
        """The arguments that are the same in each run."""
        return {name: one.get("value") for name, one in self.arguments.items() if not one.get("is_dynamic")}

    def clean(self) -> None:
        """Raises ValidationError for an unknown action, and for each argument that it does not take or cannot read."""
        if self.handle == FILTER:
            self._clean_filter()
            return
        try:
            kind = action_of(self.handle)
        except ValidationError as error:
            raise ValidationError({"handle": error}) from error
        self.handle = kind.handle
        errors = {}
        dynamic = {name for name, one in self.arguments.items() if one.get("is_dynamic")}
        try:
            kind.read(self.literal())
        except ValidationError as error:
            # What is worked out from each event cannot be read before there is one.
            errors = {name: said for name, said in error.message_dict.items() if name not in dynamic}
        unknown = dynamic - {argument.name for argument in kind.takes} - {"profile_id"}
        errors |= {name: [f"“{kind.label}” takes no “{name}”."] for name in unknown}
        if errors:
            raise ValidationError({"arguments": [f"{name}: {one}" for name, said in errors.items() for one in said]})

    def _clean_filter(self) -> None:
        if not self.condition:
            raise ValidationError({"arguments": "A filter needs a condition."})
        event = CATALOGUE.named(self.reaction.trigger)
        facts = with_context(FACTS, event.example) if event is not None else FACTS
        try:
            Condition(self.condition, facts=facts, is_new=True)
        except ValidationError as error:
            raise ValidationError({"arguments": error.messages}) from error

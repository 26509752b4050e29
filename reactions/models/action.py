from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from profiles.acting import action_of
from profiles.conditions.evaluating import NotEvaluated, evaluate
from profiles.events.asking import condition_on
from reactions.naming import unknown_name

FILTER = "filter"
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
# Omneo's documents name the customer in each action, though it is always the event's.
OF_EVENT = "profile_id"
THE_CUSTOMER = ({"var": "profile_id"}, {"var": "profile.id"}, {"var": ["profile_id"]}, {"var": ["profile.id"]})


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

    @property
    def does_many(self) -> bool:
        """Whether it can be done to many customers together: the same to each."""
        if self.handle == FILTER or any(one.get("is_dynamic") for one in self.arguments.values()):
            return False
        return action_of(self.handle).many is not None

    def literal(self) -> dict:
        """The arguments that are the same in each run."""
        return {name: one.get("value") for name, one in self.arguments.items() if not one.get("is_dynamic")}

    def clean(self) -> None:
        """Raises ValidationError for an unknown action, and for each argument that it does not take or cannot read."""
        if self.handle != FILTER:
            try:
                self.handle = action_of(self.handle).handle
            except ValidationError as error:
                raise ValidationError({"handle": error}) from error
        wrong = self.wrong_arguments()
        if wrong:
            is_one = self.handle == FILTER
            raise ValidationError(
                {"arguments": [one if is_one else f"{name}: {one}" for name, said in wrong.items() for one in said]}
            )

    def wrong_arguments(self) -> dict[str, list[str]]:
        """What is wrong with each argument, in whole sentences; nothing where all is well. The handle must be known."""
        if self.handle == FILTER:
            return self._wrong_in_filter()
        kind, wrong = action_of(self.handle), {}
        dynamic = {name: one.get("value") for name, one in self.arguments.items() if one.get("is_dynamic")}
        try:
            kind.read(self.literal())
        except ValidationError as error:
            # What is worked out from each event cannot be read before there is one.
            wrong = {name: said for name, said in error.message_dict.items() if name not in dynamic}
        taken = {argument.name for argument in kind.takes}
        for name, value in dynamic.items():
            if name == OF_EVENT:
                if value not in THE_CUSTOMER:
                    wrong[name] = ["Actions are done for the customer of the event. Leave this out."]
            elif name not in taken:
                wrong[name] = [f"“{kind.label}” takes no “{name}”."]
            elif not is_logic(value):
                wrong[name] = ['This is no JSON Logic. Example: {"var": "profile.first_name"}.']
            elif unknown := unknown_name(value, self.reaction.trigger):
                wrong[name] = [unknown]
        return wrong

    def _wrong_in_filter(self) -> dict[str, list[str]]:
        wrong = {name: [f"A filter takes no “{name}”."] for name in self.arguments.keys() - {"condition"}}
        if not self.condition:
            return wrong | {"condition": ["A filter needs a condition."]}
        try:
            condition_on(self.reaction.trigger, self.condition, is_new=True)
        except ValidationError as error:
            wrong["condition"] = error.messages
        return wrong


def is_logic(value) -> bool:
    """Whether it can be worked out at all, as far as that shows without an event."""
    try:
        evaluate(value, {}, at=SOME_DAY)
    except NotEvaluated as error:
        # What is counted and compared is not there yet; operators are.
        return "operator" not in str(error) and "nested" not in str(error)
    return True

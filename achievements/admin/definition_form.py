"""The form of an achievement definition: all of it on one page, in the order in which one thinks of it."""

import json

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from achievements.admin.levels_widget import LevelsFormField
from achievements.designing import ladder_of
from achievements.ladder import MOST_STEPS
from achievements.models import AchievementDefinition
from achievements.unlocking import who_would_unlock
from cxmanager.editing import ChangedMeanwhileFormMixin
from profiles.admin.condition_widget import ConditionField
from profiles.admin.event_conditions import EventConditionWidget, events
from profiles.admin.fields import MetaField, zones

FACTS_URL = "admin:achievements_achievementdefinition_facts"


# With quotation marks that can be copied.
AMOUNT_HELP = 'What each adds to the count: a number, or JSON Logic over the event. Example: {"var": "total"} adds up what was spent.'


def help_of(name: str) -> str:
    return AchievementDefinition._meta.get_field(name).help_text


class AmountField(forms.CharField):
    """A number, or JSON Logic that works one out of the event."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value):
        if value is None:
            return "1"
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return 1
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text

    def has_changed(self, initial, data) -> bool:
        return self.to_python(data) != initial


class AchievementDefinitionForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    count_event = forms.CharField(
        label="Count when",
        required=False,
        widget=UnfoldAdminSelect2Widget,
        help_text=f"{help_of('count_event')} On/off with a condition on profile.updated looks at new customers, too.",
    )
    count_amount = AmountField(label="How much each adds", required=False, help_text=AMOUNT_HELP)
    levels = LevelsFormField(
        label="Levels",
        required=False,
        help_text="What each is called, what customers read of it, and the benefit that it gives by itself. Where levels go on without an end, each further one gives what the last one with a name, a text or a benefit gives: name one after it to give that benefit once.",
    )
    generate = forms.IntegerField(
        label="How many levels",
        required=False,
        min_value=1,
        max_value=MOST_STEPS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="To fill the rows in by growing steps. You can change each afterwards.",
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=zones,
        widget=UnfoldAdminSelect2Widget,
        help_text=help_of("timezone"),
    )
    meta = MetaField(required=False, help_text=help_of("meta"))
    confirm_unlocks = forms.BooleanField(label="Yes, unlock them", required=False, widget=UnfoldBooleanSwitchWidget)

    class Meta:
        model = AchievementDefinition
        # Every one that the admin's sections name.
        exclude: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Those who may only look have no boxes.
        if "count_event" in self.fields:
            chosen = self["count_event"].value() or ""
            self.fields["count_event"].widget.choices = [("", "Nothing by itself"), *events()[1:]]
            self.fields["count_condition"] = ConditionField(
                label="Only if",
                required=False,
                help_text=help_of("count_condition"),
                widget=EventConditionWidget(chosen, FACTS_URL, event_box="count_event"),
            )
        self.unlocking: dict | None = None

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.instance.pk and not self.errors:
            self._ask_before_unlocking()

    def _ask_before_unlocking(self) -> None:
        """Lower thresholds unlock levels at once: say for how many, and save only when that was meant."""
        stored = AchievementDefinition.objects.filter(pk=self.instance.pk).values_list("levels", flat=True).first()
        if stored is None or ladder_of(stored) == self.instance.ladder:
            return
        self.unlocking = who_would_unlock(self.instance, self.instance.ladder)
        if self.unlocking["count"] and not self.cleaned_data.get("confirm_unlocks"):
            number = self.unlocking["count"]
            who = "One customer unlocks" if number == 1 else f"{number:,} customers unlock"
            self.add_error(
                None,
                ValidationError(
                    f"{who} levels at once with these thresholds. Tick “Yes, unlock them” below, and save again.",
                    code="confirm_unlocks",
                ),
            )

"""The forms above the actions: what a reaction is called, and of a trigger which event starts it."""

from django import forms
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from cxmanager.editing import ChangedMeanwhileFormMixin
from profiles.admin.event_conditions import events
from reactions.models import Reaction


class ReactionForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    """What both kinds have: a name, what is said to colleagues, and the switch."""

    is_active = forms.BooleanField(
        label="Switched on",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Only what happens, or is due, while it is switched on starts it. Try it first: a dry run writes nothing.",
    )

    class Meta:
        model = Reaction
        fields = ("name", "description", "notes", "is_active")
        widgets = {
            "name": UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "notes": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        }

    def _post_clean(self) -> None:
        """The model is asked by `Reaction.write`, together with the actions."""

    def cleaned_fields(self) -> dict:
        """What `Reaction.write` takes."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class TriggerForm(ReactionForm):
    trigger = forms.CharField(
        label="When",
        widget=UnfoldAdminSelect2Widget,
        help_text="The event that starts it. Each time it happens to a customer, what follows is done for that customer, once.",
        error_messages={"required": "Choose what must happen."},
    )

    class Meta(ReactionForm.Meta):
        fields = ("name", "trigger", "description", "notes", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["trigger"].widget.choices = events()

    def as_shown(self) -> Reaction:
        """A trigger of what the page has now. Not saved."""
        return Reaction(trigger=self["trigger"].value() or "")

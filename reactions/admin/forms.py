"""The forms of targets and webhooks: secrets go in, and never come out again."""

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from cxmanager.editing import ChangedMeanwhileFormMixin
from profiles.admin.condition_widget import ConditionField
from profiles.admin.event_conditions import EventConditionWidget
from profiles.events.catalogue import CATALOGUE
from reactions.models import Target, Webhook
from reactions.models.target import EXAMPLE
from reactions.sealing import MASK
from reactions.signing import SHORTEST_SECRET, new_secret, validate_secret


class SecretMixin(forms.Form):
    """A secret that is typed or offered once. For a row that has one the box is empty: leaving it so keeps it."""

    new_secret = forms.CharField(
        label="Signing secret",
        required=False,
        min_length=SHORTEST_SECRET,
        max_length=200,
        validators=[validate_secret],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    forget_secret = forms.BooleanField(
        label="Sign no longer",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Messages then carry no signature.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["new_secret"]
        if self.instance.has_secret:
            field.help_text = "A secret is set, and is not shown again. Type another to replace it."
        else:
            field.help_text = "Copy it to the receiver before you save: it is not shown again. With it the receiver knows that a message is yours."
            self.fields.pop("forget_secret")
            if self.instance.pk is None:
                field.initial = new_secret

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("new_secret"):
            self.instance.secret = cleaned["new_secret"]
        elif cleaned.get("forget_secret"):
            self.instance.secret = ""
        return cleaned


class HeadersField(forms.CharField):
    """One header on each line, as `Name: value`. Those that are kept show a mask, which keeps them when it is sent back."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"})

    def to_python(self, value) -> dict[str, str]:
        headers = {}
        for line in super().to_python(value).splitlines():
            name, colon, content = line.partition(":")
            if not line.strip():
                continue
            if not colon or not content.strip():
                raise ValidationError("Write one header on each line. Example: X-Api-Key: 4711.")
            headers[name.strip()] = content.strip()
        return headers

    def prepare_value(self, value) -> str:
        return "\n".join(f"{name}: {one}" for name, one in value.items()) if isinstance(value, dict) else value

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial or {}) != (data or "").strip()


class TargetForm(SecretMixin, ChangedMeanwhileFormMixin, forms.ModelForm):
    headers = HeadersField(
        required=False,
        help_text=f"What the receiver asks for, one on each line. Example: Authorization: Bearer 4711. Values are kept as secrets: saved ones show as {MASK}, which you leave as they are.",
    )
    condition = ConditionField(required=False, help_text=Target._meta.get_field("condition").help_text)

    class Meta:
        model = Target
        fields = ("name", "handle", "url", "template", "condition", "description", "notes", "is_active")
        widgets = {
            "url": UnfoldAdminTextInputWidget,
            "description": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "notes": UnfoldAdminTextareaWidget(attrs={"rows": 2}),
            "template": UnfoldAdminTextareaWidget(attrs={"rows": 14, "spellcheck": "false", "data-template": ""}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["headers"] = self.instance.masked_headers
        if self.instance.pk is None:
            self.initial.setdefault("template", EXAMPLE)

    def clean(self) -> dict:
        cleaned = super().clean()
        try:
            if "headers" in cleaned and cleaned["headers"] != self.instance.masked_headers:
                self.instance.headers = cleaned["headers"]
        except ValidationError as error:
            self.add_error("headers", error.messages)
        return cleaned


def events_to_choose() -> list:
    """The catalogue, by its groups."""
    groups: dict[str, list] = {}
    for event in CATALOGUE:
        groups.setdefault(event.group, []).append((event.name, f"{event.name}: {event.when}"))
    return [("", "Choose an event"), *groups.items()]


class WebhookForm(SecretMixin, ChangedMeanwhileFormMixin, forms.ModelForm):
    trigger = forms.ChoiceField(
        label="Event", widget=UnfoldAdminSelect2Widget, help_text=Webhook._meta.get_field("trigger").help_text
    )
    condition = ConditionField(required=False, help_text=Webhook._meta.get_field("condition").help_text)

    class Meta:
        model = Webhook
        fields = (
            *("trigger", "url", "namespace", "queue", "retry_hourly", "retry_daily", "condition"),
            *("extra_data_template", "is_active"),
        )
        widgets = {
            "url": UnfoldAdminTextInputWidget,
            "extra_data_template": UnfoldAdminTextareaWidget(
                attrs={"rows": 6, "spellcheck": "false", "data-template": ""}
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = events_to_choose()
        if self.instance.trigger and CATALOGUE.named(self.instance.trigger) is None:
            # As an integration named it: Omneo's name, or one that nothing here records.
            choices.insert(1, (self.instance.trigger, self.instance.trigger))
        self.fields["trigger"].choices = choices
        chosen = self.data.get(self.add_prefix("trigger")) or self.instance.trigger or ""
        self.fields["condition"].widget = EventConditionWidget(chosen, "admin:reactions_webhook_facts")

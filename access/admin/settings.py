"""Administration → Settings: the programme's values that integrations read."""

import json

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from access.models import Setting
from access.models.setting import STANDING
from access.recording import Actor, record

EXAMPLES = {
    "string": "Text as it is. Example: AUD.",
    "integer": "A whole number. Example: 30.",
    "boolean": "Write yes or no.",
    "json": 'JSON. Example: {"days": [1, 2]}.',
}
OF_EACH_TYPE = "As the type says: text as it is, a whole number such as 30, yes or no, or JSON."
NOT_SHOWN = "It is not shown here. Apps read it through the API. Leave this empty to keep it as it is."
YES_AND_NO = {"yes": True, "true": True, "no": False, "false": False}


def as_text(value, type_: str) -> str:
    """A value as people read and write it."""
    if value is None:
        return ""
    if type_ == Setting.Type.BOOLEAN:
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if type_ == Setting.Type.JSON else str(value)


def from_text(text: str, type_: str):
    """The value that the text means. Raises ValueError when it means none of that type."""
    match type_:
        case Setting.Type.INTEGER:
            return int(text)
        case Setting.Type.BOOLEAN:
            return YES_AND_NO[text.strip().lower()]
        case Setting.Type.JSON:
            return json.loads(text)
    return text


class SettingForm(forms.ModelForm):
    value = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), max_length=10_000)

    class Meta:
        model = Setting
        fields = ["handle", "type", "value", "is_environment"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "value" in self.fields:
            is_new, is_secret = self.instance.pk is None, self.instance.is_secret
            self.initial["value"] = "" if is_secret else as_text(self.instance.value, self.instance.type)
            of_this_type = OF_EACH_TYPE if is_new else EXAMPLES[self.instance.type]
            self.fields["value"].help_text = NOT_SHOWN if is_secret else of_this_type

    def clean(self) -> dict:
        """Turn the text into a value of the type; the model says whether it fits."""
        cleaned = super().clean()
        text, type_ = cleaned.get("value", ""), cleaned.get("type") or self.instance.type
        if self.instance.is_secret and not text.strip():
            cleaned["value"] = self.instance.value
            return cleaned
        try:
            cleaned["value"] = from_text(text, type_) if text.strip() else None
        except (ValueError, KeyError, RecursionError):
            self.add_error("value", f"This is not of that type. {EXAMPLES[type_]}")
        return cleaned


@admin.register(Setting)
class SettingAdmin(ModelAdmin):
    form = SettingForm
    list_display = ["handle", "shown_value", "type", "is_environment", "updated_at"]
    search_fields = ["handle"]
    fields = ["handle", "type", "value", "is_environment"]

    def get_fields(self, request: HttpRequest, obj: Setting | None = None) -> list[str]:
        """Those who may only look see the value as the list shows it."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["handle", "type", "shown_value", "is_environment"]
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Setting | None = None) -> list[str]:
        """Integrations ask for the handle and expect the type."""
        return ["handle", "type", "shown_value", "is_environment"] if obj is not None else []

    def has_delete_permission(self, request: HttpRequest, obj: Setting | None = None) -> bool:
        if obj is not None and obj.handle in STANDING:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        """Settings are deleted one by one: the standing ones never."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @display(description="Value")
    def shown_value(self, setting: Setting) -> str:
        text = as_text(setting.as_recorded(setting.value), setting.type)
        return f"{text[:80]}…" if len(text) > 80 else text or "–"

    def save_model(self, request: HttpRequest, setting: Setting, form, change: bool) -> None:
        at, actor = timezone.now(), Actor.of(request)
        if change:
            Setting.objects.get(pk=setting.pk).change(form.cleaned_data["value"], at=at, actor=actor)
            return
        with transaction.atomic():
            super().save_model(request, setting, form, change)
            record(
                "setting.created",
                setting,
                at=at,
                actor=actor,
                changes={"value": [None, setting.as_recorded(setting.value)]},
            )

    def delete_model(self, request: HttpRequest, setting: Setting) -> None:
        changes = {"value": [setting.as_recorded(setting.value), None]}
        record("setting.deleted", setting, at=timezone.now(), actor=Actor.of(request), changes=changes)
        super().delete_model(request, setting)

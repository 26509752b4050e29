from django import forms
from django.contrib import admin
from django.db.models import JSONField
from unfold.admin import ModelAdmin
from unfold.decorators import display

from profiles.models import Location


class EmptyableJSON(forms.JSONField):
    """Nothing is shown as nothing, where JSON would write null."""

    def prepare_value(self, value):
        return "" if value is None else super().prepare_value(value)


@admin.register(Location)
class LocationAdmin(ModelAdmin):
    """The shops and websites where customers are served."""

    list_display = ("name", "type", "external_code", "timezone", "state")
    list_filter = ("is_permanently_closed", "is_published")
    search_fields = ("name", "external_code", "external_id")
    search_help_text = "Name or code"
    autocomplete_fields = ("tags",)
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = False
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "type"),
                    "timezone",
                    "description",
                    ("is_published", "is_permanently_closed"),
                    "tags",
                )
            },
        ),
        ("Contact", {"fields": (("phone", "email"),)}),
        (
            "Other systems",
            {
                "fields": (
                    ("external_code", "external_id"),
                    "address",
                    "normal_hours",
                    "special_hours",
                    "custom_fields",
                ),
                "classes": ("collapse",),
                "description": "As integrations write and read them. Address and hours are JSON, as the API documents it.",
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, JSONField):
            kwargs["form_class"] = EmptyableJSON
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description="State", label={"Open": "success", "Closed": "danger"})
    def state(self, location: Location) -> str:
        return "Closed" if location.is_permanently_closed else "Open"

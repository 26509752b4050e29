"""The columns of the files that the back office reads and writes."""

import json

from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.widgets import ManyToManyWidget, Widget

from achievements.models import AchievementDefinition
from cxmanager.imports import CheckedResource
from profiles.conditions.reading import parse
from profiles.importing.values import read_tags
from profiles.models import Tag


class JSONWidget(Widget):
    """JSON in one cell; an empty cell is none."""

    def clean(self, value, row=None, **kwargs):
        try:
            return parse(str(value)) if value not in (None, "") else None
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value, obj=None, **kwargs) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False)


class TagsWidget(ManyToManyWidget):
    """Handles with `;` or `,` between, made where they are new."""

    def __init__(self):
        super().__init__(Tag, separator=";", field="handle")

    def clean(self, value, row=None, **kwargs) -> list[Tag]:
        return Tag.objects.named(*read_tags(str(value or "")))


def as_json(name: str) -> Field:
    return Field(column_name=name, attribute=name, widget=JSONWidget())


class AchievementDefinitionResource(CheckedResource):
    """One row a definition, found by its handle. Levels are a list as the API has it; pictures are named by `image_url`."""

    levels, count_condition, count_amount = map(as_json, ("levels", "count_condition", "count_amount"))
    tags = Field(column_name="tags", attribute="tags", widget=TagsWidget())

    class Meta(CheckedResource.Meta):
        model = AchievementDefinition
        import_id_fields = ["handle"]
        fields = [
            *("handle", "name", "display_option", "hint", "display_level", "is_published"),
            *("count_event", "count_condition", "count_amount", "count_for"),
            *("strategy", "every", "max_levels", "first_step", "growth", "levels"),
            *("starts_at", "ends_at", "period", "enable_annual_earn_cycle", "timezone"),
            *("short_description", "long_description", "earn_instructions", "terms_conditions"),
            *("image_url", "icon", "description", "internal_notes", "type", "tags"),
        ]

    def before_import_row(self, row, **kwargs) -> None:
        super().before_import_row(row, **kwargs)
        for field in AchievementDefinition._meta.concrete_fields:
            # An empty cell of what cannot be empty means: as it is, or the usual for a new one.
            if field.has_default() and not field.null and row.get(field.name) in ("", None):
                row.pop(field.name, None)

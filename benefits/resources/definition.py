import json

from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.widgets import IntegerWidget, ManyToManyWidget, Widget

from benefits.models import BenefitDefinition
from cxmanager.imports import CheckedResource
from cxmanager.words import WordsField
from profiles.conditions.field import or_none
from profiles.conditions.reading import parse
from profiles.importing.values import read_tags
from profiles.models import Tag


class WordsWidget(Widget):
    """A list in one cell, with commas between."""

    words = WordsField(required=False)

    def clean(self, value, row=None, **kwargs) -> list[str]:
        try:
            return self.words.clean(str(value or ""))
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value, obj=None, **kwargs) -> str:
        return ", ".join(self.words.prepare_value([word]) for word in value or [])


class ConditionWidget(Widget):
    """A condition as JSON in one cell; an empty one is for everybody."""

    def clean(self, value, row=None, **kwargs) -> dict | None:
        try:
            return or_none(parse(str(value))) if value not in (None, "") else None
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


def condition(name: str) -> Field:
    return Field(column_name=name, attribute=name, widget=ConditionWidget())


def words(name: str) -> Field:
    return Field(column_name=name, attribute=name, widget=WordsWidget())


class BenefitDefinitionResource(CheckedResource):
    """One row a definition, found by its handle. Uploaded pictures stay out: a file names pictures by `image_url`."""

    product_skus, product_categories, product_brands, tiers = map(
        words, ("product_skus", "product_categories", "product_brands", "tiers")
    )
    # With no default of its own, an empty cell means no limit, as an empty box on the form does.
    max_redemptions = Field(column_name="max_redemptions", attribute="max_redemptions", widget=IntegerWidget())
    view_condition, claim_condition = map(condition, ("view_condition", "claim_condition"))
    tags = Field(column_name="tags", attribute="tags", widget=TagsWidget())

    class Meta(CheckedResource.Meta):
        model = BenefitDefinition
        import_id_fields = ["handle"]
        fields = [
            *("handle", "name", "type", "value", "discount_percent"),
            *("product_skus", "product_categories", "product_brands"),
            *("description", "internal_notes", "short_description", "long_description", "terms_conditions"),
            *("earn_instructions", "redeem_instructions_store", "redeem_instructions_online"),
            *("redeem_code_pos", "redeem_code_online", "image_url", "icon", "tags"),
            *("period", "period_type", "absolute_expiry", "timezone"),
            *("max_redemptions", "max_global_redemptions", "is_extendable", "max_extensions"),
            *("is_assignable", "is_reassignable", "is_published", "allow_user_redeem"),
            *("is_claimable", "claim_period_start_at", "claim_period_end_at", "is_reclaimable"),
            *("view_condition", "claim_condition", "tiers"),
            *("campaign", "external_id"),
        ]

    def before_import_row(self, row, **kwargs) -> None:
        super().before_import_row(row, **kwargs)
        for field in BenefitDefinition._meta.concrete_fields:
            # An empty cell of what cannot be empty means: as it is, or the usual for a new one.
            if field.has_default() and not field.null and row.get(field.name) in ("", None):
                row.pop(field.name, None)

"""The form of a benefit definition: lists typed as words, and two editors kept apart."""

from django import forms
from unfold.widgets import UnfoldAdminSelect2Widget

from benefits.models import BenefitDefinition
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.words import WordsField
from profiles.admin.condition_widget import ConditionField
from profiles.admin.fields import MetaField, zones


def condition(name: str) -> ConditionField:
    """The builder for a condition of the model."""
    field = BenefitDefinition._meta.get_field(name)
    label = f"{field.verbose_name[:1].upper()}{field.verbose_name[1:]}"
    return ConditionField(label=label, required=False, help_text=field.help_text)


class BenefitDefinitionForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    product_skus = WordsField(
        label="Products (SKU)",
        required=False,
        help_text="The products it applies to, one on each line or with commas between. Example: COFFEE-S, COFFEE-L.",
    )
    product_categories = WordsField(
        label="Categories", required=False, help_text="Every product of these categories. Example: knitwear."
    )
    product_brands = WordsField(label="Brands", required=False, help_text="Every product of these brands.")

    tiers = WordsField(
        label="Only for these tiers",
        required=False,
        help_text="The handles of the tiers that may claim it, one on each line or with commas between. All see it, and hear which tier they would need. Empty means every customer. Example: silver, gold.",
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=lambda: zones("The programme's, or the store's"),
        widget=UnfoldAdminSelect2Widget,
        help_text=BenefitDefinition._meta.get_field("timezone").help_text,
    )

    view_condition = condition("view_condition")
    claim_condition = condition("claim_condition")
    meta = MetaField(required=False, help_text=BenefitDefinition._meta.get_field("meta").help_text)

    class Meta:
        model = BenefitDefinition
        # Every one that the admin's tabs name.
        exclude: list[str] = []

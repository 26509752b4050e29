"""Loyalty setup → Tiers: the ladder of a program, lowest first, with what each rung asks for and how many stand on it."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from cxmanager.amounts import money, pieces
from cxmanager.deleting import DeletedIfUnusedMixin
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.versions import VersionsMixin
from earning.admin.choosing import OfChosenProgramMixin
from earning.models import LoyaltyCard, TierDefinition
from profiles.admin.fields import MetaField

TABS = {
    "The tier": ("program", ("name", "handle"), "rank"),
    "How it is reached and kept": (
        ("basis", "window"),
        ("value_min", "value_maintain"),
        "downgrade",
        "is_floor",
        "is_assignable",
        "disable_credit",
    ),
    "For customers": (
        "short_description",
        "long_description",
        "earn_instructions",
        "terms_conditions",
        ("image_url", "icon"),
    ),
    "For your team": ("description", "internal_notes", "tags", "meta"),
}


class TierForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    meta = MetaField(required=False)

    class Meta:
        model = TierDefinition
        exclude: list[str] = []


@admin.register(TierDefinition)
class TierDefinitionAdmin(OfChosenProgramMixin, DeletedIfUnusedMixin, VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = TierForm
    fieldsets = [(name, {"fields": fields, "classes": ["tab"]}) for name, fields in TABS.items()]
    prepopulated_fields = {"handle": ["name"]}
    autocomplete_fields = ["tags"]
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "reached_with", "kept_with", "when_not_kept", "marks", "customers"]
    search_fields = ["name", "handle"]
    ordering = ["rank", "id"]
    sortable_by = ()
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    not_brought_back = VersionsMixin.not_brought_back | {"program", "rank"}

    def get_queryset(self, request: HttpRequest):
        """With how many cards stand on it, within the same query."""
        cards = LoyaltyCard.objects.filter(tier=OuterRef("pk")).order_by().values("tier")
        total = Subquery(cards.annotate(n=Count("pk")).values("n"))
        return super().get_queryset(request).select_related("program").annotate(cards_count=Coalesce(total, 0))

    @display(description="Tier", header=True)
    def titled(self, tier: TierDefinition) -> list:
        return [tier.name, f"{tier.handle}, rank {tier.rank}", str(tier.rank)]

    @display(description="Reached with")
    def reached_with(self, tier: TierDefinition) -> str:
        if not tier.value_min:
            return "Where everybody starts"
        over = "in 12 months" if tier.window == TierDefinition.Window.ROLLING_12M else "in all"
        return f"{self._figure(tier, tier.value_min)} {over}"

    @display(description="Kept with")
    def kept_with(self, tier: TierDefinition) -> str:
        if tier.downgrade == TierDefinition.Downgrade.NONE or not tier.keeps_with:
            return "Nothing more"
        return f"{self._figure(tier, tier.keeps_with)} a year"

    def _figure(self, tier: TierDefinition, value) -> str:
        match tier.basis:
            case TierDefinition.Basis.SPEND:
                return f"{money(value, tier.program.currency)} spent"
            case TierDefinition.Basis.ACTIVE_POINTS:
                return f"{pieces(value)} points held"
        return f"{pieces(value)} points earned"

    @display(description="When it is not kept")
    def when_not_kept(self, tier: TierDefinition) -> str:
        return tier.get_downgrade_display()

    @display(description="Marks", label=True)
    def marks(self, tier: TierDefinition) -> list[str]:
        holding = {"Never below it": tier.is_floor, "Not by hand": not tier.is_assignable}
        return [name for name, holds in holding.items() if holds]

    @display(description="Customers")
    def customers(self, tier: TierDefinition) -> str:
        return f"{tier.cards_count:,}"

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.get_internal_type() == "TextField":
            field.widget.attrs["rows"] = 3
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """A new tier is the next rung."""
        initial = super().get_changeform_initial_data(request)
        ladder = TierDefinition.objects.ladder(initial["program"].pk) if "program" in initial else []
        return {"rank": ladder[-1].rank + 1 if ladder else 0} | initial

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        # A tier stays with its program, whose cards stand on it.
        return ["program"] if obj is not None else []

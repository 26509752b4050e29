"""Loyalty setup → Programs: what points are, when they can be used and when they end."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelect2Widget

from cxmanager.conditional_fields import ConditionalFieldsMixin
from cxmanager.deleting import DeletedOneByOneMixin
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.versions import VersionsMixin
from cxmanager.words import WordsField
from earning.admin.boxes import ChipsWidget
from earning.models import EarningRule, LoyaltyCard, Program
from profiles.admin.acting import Act, ConfirmForm, perform, sent
from profiles.admin.fields import zones


class ProgramForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [one for one in zones() if one[0]],
        widget=UnfoldAdminSelect2Widget,
        help_text=Program._meta.get_field("timezone").help_text,
    )
    delivery_skus = WordsField(
        label="Delivery (SKU)",
        required=False,
        widget=ChipsWidget("skus"),
        help_text=Program._meta.get_field("delivery_skus").help_text,
    )
    expiry_warning_days = WordsField(
        label="Days of warning",
        required=False,
        widget=ChipsWidget(),
        help_text=Program._meta.get_field("expiry_warning_days").help_text,
    )
    earning_statuses = forms.MultipleChoiceField(
        label="Cards that earn",
        choices=LoyaltyCard.Status.choices,
        initial=["active"],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=Program._meta.get_field("earning_statuses").help_text,
    )

    class Meta:
        model = Program
        # Every one that the admin's tabs name; which program is the default is a step of its own.
        exclude: list[str] = []

    def clean_expiry_warning_days(self) -> list:
        """As numbers; what is none the model refuses, in its words."""
        return [
            int(one) if one.isascii() and one.isdigit() else one for one in self.cleaned_data["expiry_warning_days"]
        ]

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].strip().upper()


TABS = {
    "The program": (("name", "handle"), "timezone", "currency", "earning_statuses"),
    "Points": (("points_scale", "points_rounding"), "point_value", "pending_days"),
    "Expiry": ("expiry_strategy", "expiry_n", "expiry_anchor", "expiry_warning_days"),
    "How rules work together": ("multiplier_stacking", "event_combination", "delivery_skus"),
    "When goods come back": ("return_policy", "restore_grace_days"),
    "Approval": ("adjustment_approval_above",),
    "Transfers": (("transfer_min", "transfer_max"), ("transfer_max_in_period", "transfer_period")),
}


@admin.register(Program)
class ProgramAdmin(ConditionalFieldsMixin, DeletedOneByOneMixin, VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = ProgramForm
    fieldsets = [(name, {"fields": fields, "classes": ["tab"]}) for name, fields in TABS.items()]
    prepopulated_fields = {"handle": ["name"]}
    conditional_fields = {
        "expiry_n": "expiry_strategy == 'days' || expiry_strategy == 'months' || expiry_strategy == 'inactivity'",
        "expiry_anchor": "expiry_strategy != 'never' && expiry_strategy != 'inactivity'",
    }
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "shown_default", "currency", "points_expire", "live_rules", "cards"]
    search_fields = ["name", "handle"]
    ordering = ["-is_default", "name", "id"]
    actions_detail = ["make_default"]
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    not_brought_back = VersionsMixin.not_brought_back | {"is_default"}

    def get_queryset(self, request: HttpRequest):
        """With its rules and cards counted within the same query."""

        def counted(rows):
            return Coalesce(Subquery(rows.order_by().values("program").annotate(n=Count("pk")).values("n")), 0)

        rules = EarningRule.objects.filter(program=OuterRef("pk"), status=EarningRule.Status.ACTIVE)
        cards = LoyaltyCard.objects.filter(~Q(status=LoyaltyCard.Status.CLOSED), program=OuterRef("pk"))
        return super().get_queryset(request).annotate(rules_count=counted(rules), cards_count=counted(cards))

    @display(description="Program", ordering="name", header=True)
    def titled(self, program: Program) -> list:
        return [program.name, program.handle, program.name[:1]]

    @display(description="Default", label={"Default": "success"})
    def shown_default(self, program: Program) -> str:
        return "Default" if program.is_default else ""

    @display(description="Points expire")
    def points_expire(self, program: Program) -> str:
        return program.get_expiry_strategy_display().capitalize()

    @display(description="Active rules", ordering="rules_count")
    def live_rules(self, program: Program) -> str:
        return f"{program.rules_count:,}"

    @display(description="Cards", ordering="cards_count")
    def cards(self, program: Program) -> str:
        return f"{program.cards_count:,}"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        usual = Program.objects.default()
        return {"timezone": usual.timezone, "currency": usual.currency} | super().get_changeform_initial_data(request)

    def has_delete_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        """The default one, and one that has cards, rules or tiers, stays."""
        if obj is not None and (obj.is_default or any(_rows(obj, one) for one in obj._meta.related_objects)):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_default = Program.objects.filter(pk=object_id, is_default=True).exists()
        return [] if is_default else super().get_actions_detail(request, object_id)

    @action(description="Make it the default", url_path="default", icon="star", permissions=["change"])
    def make_default(self, request: HttpRequest, object_id: str) -> HttpResponse:
        program = get_object_or_404(Program, pk=object_id)
        act = Act(
            title="Make it the default",
            subtitle=program.name,
            button="Make it the default",
            back=reverse("admin:earning_program_change", args=[program.pk]),
            sentences=[
                "Every new customer gets a card of it, and it is meant wherever nobody names a program.",
                "The program that is the default now stays as it is, with its cards and its points.",
            ],
        )

        def do(_) -> str:
            program.make_default()
            return f"“{program.name}” is the default program."

        return perform(request, self, act, ConfirmForm(sent(request)), do)


def _rows(program: Program, relation) -> bool:
    return relation.related_model._base_manager.filter(**{relation.field.name: program}).exists()

"""Loyalty setup → Rewards: the kinds of money credits, what each costs in the catalogue, and what became of them."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RadioFilter
from unfold.decorators import action, display

from cxmanager.amounts import money, pieces
from cxmanager.conditional_fields import ConditionalFieldsMixin
from cxmanager.deleting import DeletedIfUnusedMixin
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.versions import VersionsMixin
from earning.admin.choosing import OfChosenProgramMixin
from earning.models import Credit, RewardDefinition, RewardOrder, TierDefinition
from profiles.acting import ACTIONS
from profiles.admin.acting import Act, ConfirmForm, perform, sent
from profiles.admin.fields import MetaField

TABS = {
    "The reward": ("program", ("name", "handle"), "type", ("value", "currency"), "max_value"),
    "Validity": (("period_type", "period"), "absolute_expiry", ("is_extendable", "extend_days")),
    "Catalogue": (
        "points_cost",
        "benefit",
        "coupon_pool",
        ("stock", "max_per_profile"),
        "tiers",
        "available_from",
        "available_until",
    ),
    "For customers": (
        "is_published",
        "short_description",
        "long_description",
        "earn_instructions",
        "redeem_instructions_store",
        "redeem_instructions_online",
        "terms_conditions",
        ("image_url", "icon"),
    ),
    "For your team": ("is_assignable", "is_reassignable", "description", "internal_notes", "tags", "meta"),
}


class RewardForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    meta = MetaField(required=False)

    class Meta:
        model = RewardDefinition
        exclude: list[str] = []

    def clean_currency(self) -> str:
        return (self.cleaned_data.get("currency") or "").strip().upper()

    def clean(self) -> dict:
        cleaned = super().clean()
        self._check_tiers(cleaned)
        self._check_benefit(cleaned)
        return cleaned

    def _check_tiers(self, cleaned: dict) -> None:
        program = cleaned.get("program") or (self.instance.program if self.instance.pk else None)
        others = [one for one in cleaned.get("tiers") or () if program and one.program_id != program.pk]
        if others:
            self.add_error("tiers", f"“{others[0]}” is a tier of another program.")

    def _check_benefit(self, cleaned: dict) -> None:
        """That there is such a benefit, as far as those who give benefits say."""
        handle, kind = cleaned.get("benefit"), ACTIONS.get("benefit.issue")
        takes = next((one for one in kind.takes if one.name == "definition"), None) if kind is not None else None
        known = (
            [str(value) for value, _ in takes.choices()] if takes is not None and takes.choices is not None else None
        )
        if handle and known is not None and handle not in known and "benefit" in self.changed_data:
            self.add_error("benefit", f"There is no benefit definition “{handle}”.")


class ShownRewards(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("catalogue", "In the catalogue"), ("issued", "Only issued"), ("archived", "Archived")]

    def queryset(self, request, queryset):
        match self.value():
            case "catalogue":
                return queryset.filter(is_archived=False, points_cost__isnull=False)
            case "issued":
                return queryset.filter(is_archived=False, points_cost=None)
            case "archived":
                return queryset.filter(is_archived=True)
        return queryset


@admin.register(RewardDefinition)
class RewardDefinitionAdmin(
    OfChosenProgramMixin, ConditionalFieldsMixin, DeletedIfUnusedMixin, VersionsMixin, SimpleHistoryAdmin, ModelAdmin
):
    form = RewardForm
    fieldsets = [(name, {"fields": fields, "classes": ["tab"]}) for name, fields in TABS.items()]
    prepopulated_fields = {"handle": ["name"]}
    autocomplete_fields = ["tags"]
    filter_horizontal = ["tiers"]
    conditional_fields = {
        "period": "period_type != 'absolute_date'",
        "absolute_expiry": "period_type == 'absolute_date'",
        "extend_days": "is_extendable == true",
    }
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "status", "worth", "cost", "left", "issued", "taken"]
    list_filter = [ShownRewards, ("type", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["name", "handle", "short_description"]
    search_help_text = "Name or handle"
    ordering = ["is_archived", "name", "id"]
    list_per_page = 50
    actions_detail = ["archive", "restore"]
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    not_brought_back = VersionsMixin.not_brought_back | {"is_archived", "program"}

    def get_queryset(self, request: HttpRequest):
        """With what was issued and taken for points, summed within the same query."""
        credits = Credit.objects.filter(reward_definition=OuterRef("pk")).order_by().values("reward_definition")
        orders = RewardOrder.objects.filter(definition=OuterRef("pk"), cancelled_at=None).order_by()
        taken = orders.values("definition").annotate(n=Sum("quantity")).values("n")
        return (
            super()
            .get_queryset(request)
            .select_related("program")
            .annotate(
                issued_count=Coalesce(Subquery(credits.annotate(n=Count("pk")).values("n")), 0),
                taken_count=Coalesce(Subquery(taken), 0),
            )
        )

    @display(description="Reward", ordering="name", header=True)
    def titled(self, reward: RewardDefinition) -> list:
        picture = {"path": reward.image_url, "squared": True} if reward.image_url else None
        return [reward.name, reward.handle, reward.name[:1], picture]

    @display(
        description="Status",
        ordering="is_archived",
        label={"In the catalogue": "success", "Only issued": "info", "Not published": "", "Archived": "warning"},
    )
    def status(self, reward: RewardDefinition) -> str:
        if reward.is_archived:
            return "Archived"
        if not reward.is_published:
            return "Not published"
        return "Only issued" if reward.points_cost is None else "In the catalogue"

    @display(description="Worth", ordering="value")
    def worth(self, reward: RewardDefinition) -> str:
        return f"The benefit {reward.benefit}" if reward.benefit else money(reward.value, reward.unit)

    @display(description="Costs", ordering="points_cost")
    def cost(self, reward: RewardDefinition) -> str:
        return "–" if reward.points_cost is None else f"{pieces(reward.points_cost)} points"

    @display(description="Stock left")
    def left(self, reward: RewardDefinition) -> str:
        if reward.points_cost is None:
            return "–"
        return "No limit" if reward.stock is None else f"{reward.stock - reward.stock_used:,} of {reward.stock:,}"

    @display(description="Issued", ordering="issued_count")
    def issued(self, reward: RewardDefinition) -> str:
        return f"{reward.issued_count:,}"

    @display(description="Taken for points", ordering="taken_count")
    def taken(self, reward: RewardDefinition) -> str:
        return f"{reward.taken_count:,}"

    # --- The form -----------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "tiers":
            kwargs["queryset"] = TierDefinition.objects.select_related("program").ranked()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.get_internal_type() == "TextField":
            field.widget.attrs["rows"] = 3
        return field

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return ["program"] if obj is not None else []

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_archived = RewardDefinition.objects.filter(pk=object_id, is_archived=True).exists()
        hidden = "archive" if is_archived else "restore"
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.method.original_function_name != hidden]

    @action(description="Archive", url_path="archive", icon="archive", permissions=["change"])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentence = (
            "Nobody can issue it or take it from the catalogue any more. What customers have of it can still be used."
        )
        return self._put(request, object_id, is_archived=True, title="Archive", sentence=sentence)

    @action(description="Restore", url_path="restore", icon="unarchive", permissions=["change"])
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentence = "It can be issued again, and is in the catalogue where it has a price in points."
        return self._put(request, object_id, is_archived=False, title="Restore", sentence=sentence)

    def _put(self, request: HttpRequest, object_id: str, *, is_archived: bool, title: str, sentence: str):
        reward = get_object_or_404(RewardDefinition, pk=object_id)
        act = Act(
            title=title,
            subtitle=reward.name,
            button=f"{title} it",
            back=reverse("admin:earning_rewarddefinition_change", args=[reward.pk]),
            is_danger=is_archived,
            sentences=[sentence],
        )

        def do(_) -> str:
            reward.is_archived = is_archived
            reward.save(update_fields=["is_archived", "updated_at"])
            return f"“{reward.name}” is {'archived' if is_archived else 'offered again'}."

        return perform(request, self, act, ConfirmForm(sent(request)), do)

"""Incentives → Awards: what each rule gave whom, for what, with the arithmetic."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from cxmanager.moments import moment_of
from earning.admin.reading import LedgerAdmin, chain
from earning.explaining import events_behind, why_awarded
from earning.models import Award, EarningRule
from earning.wording import signed, title_of, what_of


class OfRule(DropdownFilter):
    title = "Rule"
    parameter_name = "rule"

    def lookups(self, request, model_admin):
        return [(str(pk), name) for pk, name in EarningRule.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(rule=self.value()) if self.value() in known else queryset


@admin.register(Award)
class AwardAdmin(LedgerAdmin):
    change_form_template = "admin/earning/why.html"
    list_display = ["what", "customer", "of_card", "named", "status", "for_what", "when"]
    list_display_links = ["what"]
    list_select_related = ["card__profile", "badge", "transaction"]
    list_filter = [("state", ChoicesDropdownFilter), ("source", ChoicesDropdownFilter), OfRule]
    found_by = ("source_key",)
    sortable_by = ["when"]
    fieldsets = [
        (None, {"fields": (("what", "status"), ("customer", "of_card"), ("named", "for_what"))}),
        ("How", {"fields": ("working", ("at", "created_at"))}),
        ("Decided", {"fields": (("decided_by", "decided_at"), "decision_reason")}),
        ("Taken back", {"fields": (("points_reversed", "currency_reversed"),)}),
    ]

    @display(description="What")
    def what(self, award: Award) -> str:
        return what_of(award)

    @display(description="Rule")
    def named(self, award: Award) -> str:
        return award.name

    @display(
        description="Status",
        label={"Given": "success", "Waits for approval": "warning", "Rejected": "danger", "Taken back": "danger"},
    )
    def status(self, award: Award) -> str:
        return award.get_state_display()

    @display(description="For")
    def for_what(self, award: Award) -> str:
        if award.transaction is None:
            return award.get_source_display()
        return str(award.transaction)

    @display(description="When", ordering="id")
    def when(self, award: Award) -> str:
        return moment_of(award.at)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["chain"] = chain([*why_awarded(obj), *events_behind(obj.event_id)], request.user)
        context["others_title"] = "What it brought"
        context["others_empty"] = "Nothing that is on the ledger."
        context["others"] = [
            {"row": one, "page": "admin:earning_credit_change", "amount": signed(one), "title": title_of(one)}
            | {"on": one.get_state_display()}
            for one in obj.credits.select_related("award").order_by("id")
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

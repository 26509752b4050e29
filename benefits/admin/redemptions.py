"""Incentives → Redemptions: each use, where and by whom, and its undoing."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from benefits.admin import using
from benefits.admin.filters import REDEMPTION_FILTERS
from benefits.models import Redemption
from benefits.resources import RedemptionResource
from cxmanager.imports import FileExportMixin
from cxmanager.moments import moment_of
from profiles.admin.acting import profile_page
from profiles.admin.reading import FactsAdmin, found_customers


@admin.register(Redemption)
class RedemptionAdmin(FactsAdmin, FileExportMixin, ModelAdmin):
    resource_classes = [RedemptionResource]
    export_permission = "benefits.view_benefitdefinition"
    list_display = ["at", "customer", "titled", "uses", "status", "place", "by", "transaction"]
    list_display_links = ["at"]
    list_select_related = ["profile", "definition", "location", "user"]
    list_filter = REDEMPTION_FILTERS
    search_fields = ["transaction_external_id"]
    search_help_text = "Customer"
    actions_row = actions_detail = ["reverse"]
    fieldsets = [
        (None, {"fields": (("customer", "titled"), ("at", "uses", "status"), ("place", "by"), "reason")}),
        ("At the till", {"fields": (("transaction_external_id", "receipt_ref"), "meta")}),
        ("Undone", {"fields": (("reversed_at", "returned"),)}),
    ]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if not search_term:
            return queryset, False
        mine = Q(profile__in=found_customers(search_term))
        if search_term.strip().isdigit() and len(search_term.strip()) < 19:
            mine |= Q(pk=int(search_term)) | Q(benefit=int(search_term))
        return queryset.filter(mine), False

    @display(description="Redeemed", ordering="id")
    def at(self, redemption: Redemption) -> str:
        return moment_of(redemption.redeemed_at)

    @display(description="Customer")
    def customer(self, redemption: Redemption) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', profile_page(redemption.profile), redemption.profile)

    @display(description="Benefit")
    def titled(self, redemption: Redemption) -> str:
        return redemption.definition.name

    @display(description="Uses")
    def uses(self, redemption: Redemption) -> str:
        if redemption.returned and not redemption.is_reversed:
            return f"{redemption.count}, {redemption.returned} given back"
        return str(redemption.count)

    @display(description="Status", label={"Counted": "success", "Reversed": "warning"})
    def status(self, redemption: Redemption) -> str:
        return "Reversed" if redemption.is_reversed else "Counted"

    @display(description="Where")
    def place(self, redemption: Redemption) -> str | None:
        return redemption.location and str(redemption.location)

    @display(description="By")
    def by(self, redemption: Redemption) -> str | None:
        return redemption.user and str(redemption.user)

    @display(description="Transaction")
    def transaction(self, redemption: Redemption) -> str | None:
        return redemption.transaction_external_id or None

    def has_reverse_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether the page may be opened at all; how old a redemption may be is the verb's question."""
        return request.user.has_perm("benefits.redeem_benefit") or request.user.has_perm(
            "benefits.reverse_any_redemption"
        )

    @action(description="Undo", url_path="reverse", icon="undo", permissions=["reverse"])
    def reverse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return using.reverse_redemption(request, self, object_id)

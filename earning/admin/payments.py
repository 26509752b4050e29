"""Incentives → Payments with rewards and points, and orders from the catalogue: what each was, and its undoing."""

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.contrib.filters.admin import RadioFilter
from unfold.decorators import action, display

from cxmanager.amounts import money
from cxmanager.moments import moment_of
from earning.admin import acting, giving
from earning.admin.reading import LedgerAdmin
from earning.amounts import POINTS, in_words
from earning.models import BalanceRedemption, RewardOrder
from profiles.admin.acting import profile_page
from profiles.admin.reading import may


class StatusOfPayment(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("counted", "Counted"), ("reversed", "Undone")]

    def queryset(self, request, queryset):
        if self.value() in ("counted", "reversed"):
            return queryset.filter(reversed_at__isnull=self.value() == "counted")
        return queryset


class StatusOfOrder(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("open", "Taken"), ("cancelled", "Cancelled")]

    def queryset(self, request, queryset):
        if self.value() in ("open", "cancelled"):
            return queryset.filter(cancelled_at__isnull=self.value() == "open")
        return queryset


@admin.register(BalanceRedemption)
class BalanceRedemptionAdmin(LedgerAdmin):
    list_display = ["paid", "customer", "with_what", "status", "place", "by", "when"]
    list_display_links = ["paid"]
    list_select_related = ["profile", "location", "user"]
    list_filter = [StatusOfPayment]
    sortable_by = ["when"]
    found_by = ("transaction_external_id",)
    actions_row = actions_detail = ["reverse"]
    fieldsets = [
        (None, {"fields": (("paid", "with_what", "status"), ("customer", "when"), ("place", "by"), "reason")}),
        ("At the till", {"fields": (("transaction_external_id", "receipt_ref"), "meta")}),
        ("Given back", {"fields": (("returned", "reversed_at"),)}),
    ]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("parts__debit")

    def of_customers(self, profiles: list) -> Q:
        return Q(profile__in=profiles)

    @display(description="Paid")
    def paid(self, one: BalanceRedemption) -> str:
        return money(one.total, one.currency)

    @display(description="Customer")
    def customer(self, one: BalanceRedemption) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', profile_page(one.profile), one.profile)

    @display(description="With")
    def with_what(self, one: BalanceRedemption) -> str:
        return ", ".join(in_words(part.debit.amount, part.debit.unit) for part in one.parts.all())

    @display(description="Status", label={"Counted": "success", "Undone": "warning", "Given back in part": "info"})
    def status(self, one: BalanceRedemption) -> str:
        if one.reversed_at:
            return "Undone"
        return "Given back in part" if one.returned else "Counted"

    @display(description="Where")
    def place(self, one: BalanceRedemption) -> str | None:
        return one.location and str(one.location)

    @display(description="By")
    def by(self, one: BalanceRedemption) -> str | None:
        return one.user and str(one.user)

    @display(description="When", ordering="id")
    def when(self, one: BalanceRedemption) -> str:
        return moment_of(one.redeemed_at)

    def has_reverse_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether the page may be opened at all; how old a payment may be is the verb's question."""
        return request.user.has_perm("earning.redeem_balance") or request.user.has_perm("earning.reverse_any_payment")

    @action(description="Undo", url_path="reverse", icon="undo", permissions=["reverse"])
    def reverse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return acting.undo_payment(request, self, object_id)


@admin.register(RewardOrder)
class RewardOrderAdmin(LedgerAdmin):
    list_display = ["titled", "customer", "of_card", "cost", "status", "when"]
    list_display_links = ["titled"]
    list_select_related = ["card__profile", "definition"]
    list_filter = [StatusOfOrder]
    sortable_by = ["when"]
    found_by = ("external_id",)
    actions_row = actions_detail = ["cancel"]
    fieldsets = [
        (None, {"fields": (("titled", "cost", "status"), ("customer", "of_card"), ("when", "external_id"))}),
    ]

    has_cancel_permission = may("earning.order_reward")

    @display(description="What")
    def titled(self, one: RewardOrder) -> str:
        return str(one)

    @display(description="For")
    def cost(self, one: RewardOrder) -> str:
        return in_words(one.points, POINTS)

    @display(description="Status", label={"Taken": "success", "Cancelled": "warning"})
    def status(self, one: RewardOrder) -> str:
        return "Cancelled" if one.cancelled_at else "Taken"

    @display(description="When", ordering="id")
    def when(self, one: RewardOrder) -> str:
        return moment_of(one.at)

    @action(description="Cancel", url_path="cancel", icon="undo", permissions=["cancel"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return giving.cancel_order(request, self, object_id)

"""Incentives → Cards: who has one, on which tier and in which status; and all that staff do with one."""

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from cxmanager.moments import date_of
from earning.admin import acting, carding, giving, why_not
from earning.admin.reading import LedgerAdmin, OfProgram
from earning.amounts import in_words
from earning.ledger.balances import live
from earning.models import LoyaltyCard, TierChange
from profiles.admin.acting import profile_page
from profiles.admin.reading import may

CHANGES_SHOWN = 20


class ProgramOfCard(OfProgram):
    path = "program"


@admin.register(LoyaltyCard)
class LoyaltyCardAdmin(LedgerAdmin):
    change_form_template = "admin/earning/card.html"
    list_display = ["number", "customer", "program", "tier", "status_shown", "opened"]
    list_display_links = ["number"]
    list_select_related = ["profile", "program", "tier"]
    list_filter = [ProgramOfCard, ("status", ChoicesDropdownFilter), ("tier", RelatedDropdownFilter)]
    found_by = ("number",)
    sortable_by = ["opened"]
    actions_detail = [
        "pay",
        "catalogue",
        {
            "title": "More",
            "icon": "more_horiz",
            "items": ["give", "adjust", "spend", "transfer", "assign", "status"],
        },
    ]
    fieldsets = [
        (
            None,
            {"fields": (("customer", "number"), ("program", "tier", "status_shown"), ("referred_by", "created_at"))},
        ),
    ]

    has_pay_permission = may("earning.redeem_balance")
    has_order_permission = may("earning.order_reward")
    has_give_permission = may("earning.issue_reward")
    has_adjust_permission = may("earning.adjust_points")
    has_spend_permission = may("earning.spend_points")
    has_transfer_permission = may("earning.transfer_points")
    has_assign_permission = may("earning.assign_tier")
    has_status_permission = may("earning.change_loyaltycard")

    def of_customers(self, profiles: list) -> Q:
        return Q(profile__in=profiles)

    @display(description="Customer")
    def customer(self, card: LoyaltyCard) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', profile_page(card.profile), card.profile)

    @display(
        description="Status",
        label={"Active": "success", "Suspended": "warning", "Closed": "danger", "Pending": "info"},
    )
    def status_shown(self, card: LoyaltyCard) -> str:
        return card.get_status_display()

    @display(description="Opened", ordering="id")
    def opened(self, card: LoyaltyCard) -> str:
        return date_of(card.created_at)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        sums = live([obj.pk], at=timezone.now())
        context["sums"] = [
            {"unit": unit, "rows": [(name, in_words(amount, unit)) for name, amount in told(found)]}
            for (_, unit), found in sorted(sums.items())
        ]
        changes = TierChange.objects.filter(card=obj).select_related("before", "after")
        context["changes"] = changes[:CHANGES_SHOWN]
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- What is done with one ------------------------------------------------------------------------------------------

    @action(description="Pay", url_path="pay", icon="payments", permissions=["pay"])
    def pay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return acting.pay(request, self, object_id)

    @action(description="Catalogue", url_path="catalogue", icon="shopping_bag", permissions=["order"])
    def catalogue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return giving.catalogue(request, self, object_id)

    @action(description="Give a reward", url_path="give", icon="redeem", permissions=["give"])
    def give(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return giving.give(request, self, object_id)

    @action(description="Adjust points", url_path="adjust", icon="exposure", permissions=["adjust"])
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return acting.adjust(request, self, object_id)

    @action(description="Spend points", url_path="spend", icon="remove", permissions=["spend"])
    def spend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return acting.spend(request, self, object_id)

    @action(description="Transfer points", url_path="transfer", icon="swap_horiz", permissions=["transfer"])
    def transfer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return acting.transfer(request, self, object_id)

    @action(description="Give a tier", url_path="assign", icon="military_tech", permissions=["assign"])
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return carding.assign_tier(request, self, object_id)

    @action(description="Change the status", url_path="status", icon="toggle_on", permissions=["status"])
    def status(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return carding.change_status(request, self, object_id)

    def open_view(self, request: HttpRequest, profile_id) -> HttpResponse:
        return carding.open_card(request, self, profile_id)

    def why_not_view(self, request: HttpRequest, profile_id) -> HttpResponse:
        return why_not.ask(request, self, profile_id)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("open/<uuid:profile_id>/", view(self.open_view), name="earning_loyaltycard_open"),
            path("why-not/<uuid:profile_id>/", view(self.why_not_view), name="earning_loyaltycard_why_not"),
            *super().get_urls(),
        ]


TOLD = {
    "active": "Can be used",
    "pending": "Cannot be used yet",
    "pending_approval": "Waits for approval",
    "blocked": "Blocked",
    "debt": "Owed",
    "earned": "Earned ever",
    "spent": "Spent",
    "expired": "Expired",
    "reversed": "Taken back",
}


def told(sums: dict) -> list[tuple]:
    """What there is of each, and always what can be used."""
    return [(label, sums[name]) for name, label in TOLD.items() if sums[name] or name == "active"]

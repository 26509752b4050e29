"""Customers → Claims of receipts: who says which receipt is theirs, and whether it was found."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from cxmanager.amounts import money
from profiles.admin.guarding import page_url
from profiles.admin.reading import FactsAdmin
from transactions.models import TransactionClaim


@admin.register(TransactionClaim)
class TransactionClaimAdmin(FactsAdmin, ModelAdmin):
    list_display = ("transaction_receipt_ref", "customer", "state", "transaction_transacted_at", "amount", "attempts")
    list_select_related = ("profile",)
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("=transaction_receipt_ref",)
    search_help_text = "Receipt"
    sortable_by = ()
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("transaction_receipt_ref", "customer"),
                    ("transaction_transacted_at", "amount"),
                    ("transaction_location_external_code", "transaction_timezone"),
                    ("state", "attempts"),
                    ("claimed_transaction", "claimed_at"),
                    ("created_at", "last_checked_at"),
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("customer", "amount", "state", "created_at")

    @display(description="Customer")
    def customer(self, claim: TransactionClaim) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', page_url(claim.profile), claim.profile)

    @display(
        description="State",
        label={"Claimed": "success", "Waiting for the receipt": "info", "Somebody else has it": "danger"},
    )
    def state(self, claim: TransactionClaim) -> str:
        return claim.get_status_display()

    @display(description="Total")
    def amount(self, claim: TransactionClaim) -> str:
        return money(claim.transaction_total)

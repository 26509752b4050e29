"""Customers → Transactions: every sale and return, with its lines, and the claiming of those that nobody has."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RadioFilter
from unfold.decorators import action, display

from cxmanager.amounts import money
from cxmanager.filters import DaysFilter
from profiles.admin.guarding import page_url
from profiles.admin.reading import FactsAdmin, found_customers, may
from profiles.models import Event
from profiles.telling import by_whom, sentence
from transactions.admin import claiming
from transactions.models import Transaction
from transactions.wording import moment_of, status_of, total_of

EVENTS_SHOWN = 30
STATUSES = {"Completed": "success", "Pending": "info", "In review": "warning", "Reversed": "danger", "Void": "danger"}


class OwnerFilter(RadioFilter):
    """Receipts that nobody showed a card for, or those of known customers."""

    title = "customer"
    parameter_name = "customer"

    def lookups(self, request, model_admin):
        return [("known", "Known"), ("nobody", "Nobody's yet")]

    def queryset(self, request, queryset):
        if self.value() in ("known", "nobody"):
            return queryset.filter(profile__isnull=self.value() == "nobody")
        return queryset


class VoidFilter(RadioFilter):
    title = "void"
    parameter_name = "void"

    def lookups(self, request, model_admin):
        return [("no", "Not void"), ("yes", "Void")]

    def queryset(self, request, queryset):
        return queryset.filter(is_void=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class TransactedFilter(DaysFilter):
    called = "date"


@admin.register(Transaction)
class TransactionAdmin(FactsAdmin, ModelAdmin):
    change_form_template = "admin/transactions/transaction.html"
    ordering = ("-transacted_at", "-id")
    sortable_by = ()
    list_display = ("at", "receipt", "customer", "kind", "status", "amount", "place")
    list_display_links = ("at", "receipt")
    list_select_related = ("profile", "location")
    list_filter = (
        ("transacted_at", TransactedFilter),
        ("location", AutocompleteSelectFilter),
        ("type", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        OwnerFilter,
        VoidFilter,
    )
    search_fields = ("receipt_ref",)
    search_help_text = "Receipt, external id or customer"
    actions_detail = ["claim", "void"]
    fieldsets = (
        (None, {"fields": (("at", "customer"), ("kind", "status"), ("amount", "net_shown"), ("place", "served_by"))}),
        (
            "Numbers",
            {"fields": (("receipt_ref", "external_id"), ("order_number", "returned_sale"), ("timezone", "claimed_at"))},
        ),
    )

    has_claim_permission = may("transactions.claim_transaction")
    has_void_permission = may("transactions.void_transaction")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        text = search_term.strip()
        if not text:
            return queryset, False
        mine = Q(receipt_ref=text) | Q(external_id=text) | Q(order_number=text)
        known = queryset.filter(mine)
        # Looked up first: only who is no receipt can be a customer, and an OR over both would read every row.
        return (known if known.exists() else queryset.filter(profile__in=found_customers(text))), False

    # --- Columns ------------------------------------------------------------------------------------------------------

    @display(description="When")
    def at(self, transaction: Transaction) -> str:
        return moment_of(transaction)

    @display(description="Receipt")
    def receipt(self, transaction: Transaction) -> str:
        return transaction.receipt_ref or transaction.external_id or f"#{transaction.pk}"

    @display(description="Customer")
    def customer(self, transaction: Transaction):
        if transaction.profile is None:
            return "Nobody’s yet"
        return format_html('<a class="cx-link" href="{}">{}</a>', page_url(transaction.profile), transaction.profile)

    @display(description="Type", label={"Sale": "success", "Return": "warning"})
    def kind(self, transaction: Transaction) -> str:
        return transaction.get_type_display()

    @display(description="Status", label=STATUSES)
    def status(self, transaction: Transaction) -> str:
        return status_of(transaction)

    @display(description="Total")
    def amount(self, transaction: Transaction) -> str:
        return total_of(transaction)

    @display(description="Counts as")
    def net_shown(self, transaction: Transaction) -> str:
        return money(transaction.net) if transaction.counts else "Nothing: it is not completed, or void."

    @display(description="Where")
    def place(self, transaction: Transaction) -> str | None:
        return transaction.location and str(transaction.location)

    @display(description="Served by")
    def served_by(self, transaction: Transaction) -> str | None:
        return transaction.staff and str(transaction.staff)

    @display(description="Return of")
    def returned_sale(self, transaction: Transaction) -> str | None:
        return transaction.returns and str(transaction.returns)

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        """Only what can still be done with this one."""
        one = self.get_object(request, object_id)
        hidden = {
            name for name, is_done in (("claim", one and one.profile_id), ("void", one and one.is_void)) if is_done
        }
        return [
            action
            for action in super().get_actions_detail(request, object_id)
            if action.method.original_function_name not in hidden
        ]

    # --- One of them --------------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["items"] = obj.items.select_related("returns__transaction").order_by("id")
        context["payments"] = obj.payments.all()
        context["returns"] = obj.returned_by.order_by("id")
        context["tags"] = obj.tag_rows.select_related("tag")
        context["systems"] = obj.system_rows.select_related("system")
        events = Event.objects.filter(subject_type="transactions.transaction", subject_id=str(obj.pk))
        context["events"] = [
            {"sentence": sentence(event), "by": by_whom(event), "at": event.at, "reason": event.reason}
            for event in events.select_related("location")[:EVENTS_SHOWN]
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    @action(description="Claim for a customer", url_path="claim", icon="person_add", permissions=["claim"])
    def claim(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return claiming.claim(request, self, object_id)

    @action(description="Void", url_path="void", icon="block", permissions=["void"])
    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return claiming.void(request, self, object_id)

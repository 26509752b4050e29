"""Incentives → Points and money in and out: every line of the ledger, with why it is there and what became of it."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from cxmanager.moments import date_of, moment_of
from earning.admin import blocking, giving
from earning.admin.reading import LedgerAdmin, OfUnit, chain
from earning.amounts import in_words
from earning.explaining import why, why_taken
from earning.ledger.approving import why_not_blockable, why_not_unblockable
from earning.models import Credit, Debit
from earning.rewards.rewarding import why_not_extendable
from earning.wording import title_of
from profiles.admin.reading import may

LINES_SHOWN = 50
FROM_OUTSIDE = "From outside"
LABELS = {
    "Active": "success",
    "Pending": "info",
    "Waits for approval": "warning",
    "Blocked": "warning",
    "Taken back": "danger",
    "Rejected": "danger",
}


def said_of(fieldsets: list, line: Credit | Debit | None) -> list:
    """Without what integrations may note of a line, where none did."""
    is_noted = line is not None and (line.external_id or line.meta)
    return [one for one in fieldsets if one[0] != FROM_OUTSIDE or is_noted]


@admin.register(Credit)
class CreditAdmin(LedgerAdmin):
    change_form_template = "admin/earning/why.html"
    list_display = ["amount", "customer", "of_card", "titled", "status", "left", "ends", "at"]
    list_display_links = ["amount"]
    list_select_related = ["card__profile", "award", "reward_definition"]
    list_filter = [("state", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter), OfUnit]
    found_by = ("external_id",)
    actions_detail = ["extend", "block", "unblock"]
    fieldsets = [
        (None, {"fields": (("amount", "left", "status"), ("customer", "of_card"), "titled")}),
        ("When", {"fields": (("earned_at", "active_from", "expires_at"), ("timezone", "extended_at"))}),
        (FROM_OUTSIDE, {"fields": (("external_id", "meta"),)}),
    ]

    has_extend_permission = may("earning.extend_reward")
    has_block_permission = may(blocking.PERMISSION)

    @display(description="What", ordering="value")
    def amount(self, credit: Credit) -> str:
        return f"+{in_words(credit.value, credit.unit)}"

    @display(description="For")
    def titled(self, credit: Credit) -> str:
        return title_of(credit)

    @display(description="Status", label=LABELS)
    def status(self, credit: Credit) -> str:
        return credit.get_state_display()

    @display(description="Left")
    def left(self, credit: Credit) -> str:
        return in_words(credit.remaining, credit.unit)

    @display(description="Ends")
    def ends(self, credit: Credit) -> str:
        return date_of(credit.expires_at) if credit.expires_at else "Never"

    @display(description="Earned", ordering="id")
    def at(self, credit: Credit) -> str:
        return moment_of(credit.earned_at)

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        return said_of(super().get_fieldsets(request, obj), obj)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["chain"] = chain(why(obj), request.user)
        context["others_title"] = "Where it went"
        context["others_empty"] = "Nothing of it was taken yet."
        taken = obj.allocations.select_related("debit").order_by("-id")[:LINES_SHOWN]
        context["others"] = [
            {"row": one.debit, "page": "admin:earning_debit_change", "amount": in_words(one.amount, obj.unit)}
            | {"title": title_of(one.debit), "on": moment_of(one.debit.at)}
            for one in taken
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        """Only what can be done with this one."""
        credit, at = self.get_object(request, object_id), timezone.now()
        if credit is None:
            return []
        no = {
            "extend": why_not_extendable(credit, at=at),
            "block": why_not_blockable(credit, at=at),
            "unblock": why_not_unblockable(credit),
        }
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if no[one.method.original_function_name] is None]

    @action(description="Extend", url_path="extend", icon="more_time", permissions=["extend"])
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return giving.extend_reward(request, self, object_id)

    @action(description="Block", url_path="block", icon="lock", permissions=["block"])
    def block(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return blocking.hold_back(request, self, object_id)

    @action(description="Unblock", url_path="unblock", icon="lock_open", permissions=["block"])
    def unblock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return blocking.let_go(request, self, object_id)


@admin.register(Debit)
class DebitAdmin(LedgerAdmin):
    change_form_template = "admin/earning/why.html"
    list_display = ["taken", "customer", "of_card", "titled", "owing", "when"]
    list_display_links = ["taken"]
    list_select_related = ["card__profile"]
    list_filter = [("kind", ChoicesDropdownFilter), OfUnit]
    found_by = ("external_id",)
    sortable_by = ["when"]
    fieldsets = [
        (None, {"fields": (("taken", "owing"), ("customer", "of_card"), ("titled", "when"))}),
        (FROM_OUTSIDE, {"fields": (("external_id", "meta"),)}),
    ]

    @display(description="What", ordering="amount")
    def taken(self, debit: Debit) -> str:
        return f"−{in_words(debit.amount, debit.unit)}"

    @display(description="For")
    def titled(self, debit: Debit) -> str:
        return title_of(debit)

    @display(description="Owed")
    def owing(self, debit: Debit) -> str | None:
        return in_words(debit.owed, debit.unit) if debit.owed else None

    @display(description="When", ordering="id")
    def when(self, debit: Debit) -> str:
        return moment_of(debit.at)

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        return said_of(super().get_fieldsets(request, obj), obj)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["chain"] = chain(why_taken(obj), request.user)
        context["others_title"] = "What it was taken from"
        context["others_empty"] = "Nothing covered it: all of it is owed."
        taken = obj.allocations.select_related("credit__award", "credit__reward_definition").order_by("id")
        context["others"] = [
            {"row": one.credit, "page": "admin:earning_credit_change", "amount": in_words(one.amount, obj.unit)}
            | {"title": title_of(one.credit), "on": moment_of(one.credit.earned_at)}
            for one in taken[:LINES_SHOWN]
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

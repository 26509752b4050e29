"""Incentives → Approvals, and behind it every adjustment by hand: who asked for it, who decided, and why."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from cxmanager.moments import moment_of
from earning.admin import inbox
from earning.admin.reading import LedgerAdmin
from earning.amounts import in_words
from earning.models import Adjustment


@admin.register(Adjustment)
class AdjustmentAdmin(LedgerAdmin):
    list_display = ["what", "customer", "of_card", "reason", "status", "asked_by", "decided", "when"]
    list_display_links = ["what"]
    list_select_related = ["card__profile", "requested_by", "decided_by"]
    list_filter = [("state", ChoicesDropdownFilter)]
    sortable_by = ["when"]
    fieldsets = [
        (None, {"fields": (("what", "status"), ("customer", "of_card"), "reason", ("asked_by", "when"))}),
        ("Decided", {"fields": (("decided_by", "decided_at"), "decision_reason")}),
    ]

    @display(description="What")
    def what(self, one: Adjustment) -> str:
        return f"{'+' if one.amount > 0 else '−'}{in_words(abs(one.amount), one.unit)}"

    @display(description="Status", label={"Made": "success", "Waits for approval": "warning", "Rejected": "danger"})
    def status(self, one: Adjustment) -> str:
        return one.get_state_display()

    @display(description="Asked for by")
    def asked_by(self, one: Adjustment) -> str | None:
        return one.requested_by and str(one.requested_by)

    @display(description="Decided by")
    def decided(self, one: Adjustment) -> str | None:
        return one.decided_by and str(one.decided_by)

    @display(description="When", ordering="id")
    def when(self, one: Adjustment) -> str:
        return moment_of(one.requested_at)

    def approvals_view(self, request: HttpRequest) -> HttpResponse:
        return inbox.approvals(request, self)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        own = path("approvals/", view(self.approvals_view), name="earning_adjustment_approvals")
        return [own, *super().get_urls()]

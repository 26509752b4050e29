"""Background work → Events that were not handled: which listener failed at what, why, and the way to try it again."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from profiles.admin.guarding import page_url
from profiles.admin.reading import FactsAdmin, may
from profiles.listening import LISTENERS
from profiles.models import Unheard
from profiles.models.unheard import MOST_ATTEMPTS
from profiles.telling import sentence

COLOURS = {"Parked": "danger", "Trying again": "warning"}


class HandlerFilter(DropdownFilter):
    title = "listener"
    parameter_name = "handler"

    def lookups(self, request, model_admin):
        return [(handler, handler) for handler in sorted(LISTENERS)]

    def queryset(self, request, queryset):
        return queryset.filter(handler=self.value()) if self.value() else queryset


class ParkedFilter(DropdownFilter):
    title = "state"
    parameter_name = "parked"

    def lookups(self, request, model_admin):
        return [("1", "Parked"), ("0", "Trying again")]

    def queryset(self, request, queryset):
        return queryset.filter(is_parked=self.value() == "1") if self.value() in ("0", "1") else queryset


@admin.register(Unheard)
class UnheardAdmin(FactsAdmin, ModelAdmin):
    """There should be none: background work and the dashboard say when there are, and lead here."""

    list_display = ["what", "customer", "listener", "shown_state", "attempts", "short_error"]
    list_display_links = ["what"]
    list_select_related = ["event__profile"]
    list_filter = [HandlerFilter, ParkedFilter]
    actions = ["try_again_selected"]
    fieldsets = [
        (None, {"fields": [("what", "customer"), ("listener", "shown_state"), "error"]}),
        ("Attempts", {"fields": [("attempts", "next"), "first"]}),
    ]
    readonly_fields = ["what", "customer", "listener", "shown_state", "error", "attempts", "next", "first"]

    has_view_permission = may("jobs.view_job")
    has_retry_permission = may("profiles.retry_unheard")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Events that were not handled", **(extra_context or {})})

    @display(description="Event")
    def what(self, row: Unheard) -> str:
        return sentence(row.event)

    @display(description="Customer")
    def customer(self, row: Unheard):
        profile = row.event.profile
        return format_html('<a class="cx-link" href="{}">{}</a>', page_url(profile), profile) if profile else "–"

    @display(description="Listener")
    def listener(self, row: Unheard) -> str:
        return row.handler

    @display(description="Error")
    def short_error(self, row: Unheard) -> str:
        return Truncator(row.error).chars(200)

    @display(description="State", label=COLOURS)
    def shown_state(self, row: Unheard) -> str:
        return "Parked" if row.is_parked else "Trying again"

    @display(description="Next attempt")
    def next(self, row: Unheard) -> str:
        if row.is_parked:
            return f"None: after {MOST_ATTEMPTS} attempts it waits for somebody to look."
        return date_format(timezone.localtime(row.next_at), "DATETIME_FORMAT")

    @display(description="Failed first")
    def first(self, row: Unheard) -> str:
        return date_format(timezone.localtime(row.created_at), "DATETIME_FORMAT")

    @admin.action(description="Try again", permissions=["retry"])
    def try_again_selected(self, request: HttpRequest, rows) -> None:
        at, count = timezone.now(), 0
        for row in rows:
            row.try_again(at=at)
            count += 1
        self.message_user(request, f"{count:,} {'is' if count == 1 else 'are'} tried again now.", messages.SUCCESS)

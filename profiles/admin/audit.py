"""Administration → Audit: who did what, when, where and through which door. Read only, by nobody but administrators."""

import re
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import display

from access.models import ApiToken, User
from cxmanager.paginating import BoundedListMixin
from cxmanager.tables import flat, shown, table_of
from profiles.admin import events
from profiles.cause import Door
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event, Profile
from profiles.panels.timeline import number, subject_url
from profiles.telling import field_label, sentence

DOOR_NAMES = {
    Door.ADMIN: "Back office",
    Door.API: "API",
    Door.MEMBER: "The customer",
    Door.IMPORT: "Import",
    Door.COMMAND: "Command line",
    Door.REACTION: "Reaction",
    Door.SYSTEM: "The system itself",
}

# What one event led to can be thousands, when it was a rule.
EFFECTS_SHOWN = 20


class DoorFilter(DropdownFilter):
    title = "door"
    parameter_name = "door"

    def lookups(self, request, model_admin):
        return list(DOOR_NAMES.items())

    def queryset(self, request, queryset):
        return queryset.filter(door=self.value()) if self.value() in DOOR_NAMES else queryset


class WhatFilter(DropdownFilter):
    title = "what happened"
    parameter_name = "what"

    def lookups(self, request, model_admin):
        return [(name, re.sub(r"[._-]", " ", name).capitalize()) for name in sorted(kind.name for kind in CATALOGUE)]

    def queryset(self, request, queryset):
        return queryset.filter(name=self.value()) if CATALOGUE.named(self.value()) else queryset


@admin.register(Event)
class EventAdmin(BoundedListMixin, ModelAdmin):
    list_display = ["when", "told", "customer", "shown_actor", "shown_location", "shown_door"]
    list_display_links = ["told"]
    list_filter = [
        WhatFilter,
        DoorFilter,
        ("user", AutocompleteSelectFilter),
        ("location", AutocompleteSelectFilter),
    ]
    list_filter_submit = True
    list_select_related = ["profile", "location"]
    list_per_page = 50
    ordering = ["-id"]
    sortable_by = []
    actions = None
    search_fields = ["actor"]
    search_help_text = "Exactly: a customer's e-mail, phone or card number; a user's name or e-mail; a token's name"
    fieldsets = [
        (None, {"fields": ["told", ("when", "customer"), ("shown_actor", "shown_door"), ("shown_location", "reason")]}),
        ("What it was about", {"fields": ["about", "changed", "known"]}),
        ("Why it happened", {"fields": ["because_of", "led_to"]}),
    ]
    readonly_fields = [
        *["told", "when", "customer", "shown_actor", "shown_door", "shown_location", "reason"],
        *["about", "changed", "known", "because_of", "led_to"],
    ]

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.has_perm("access.view_audit")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_urls(self) -> list:
        catalogue = path("catalogue/", self.admin_site.admin_view(events.catalogue), name="profiles_event_catalogue")
        return [catalogue, *super().get_urls()]

    # --- The list -----------------------------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Audit", **(extra_context or {})})

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        """By exactly whom it was about, or who did it. They are looked up first, so that a name that nobody has reads no event."""
        return (queryset.filter(events_of(search_term)) if search_term else queryset), False

    @display(description="What happened")
    def told(self, event: Event) -> str:
        return sentence(event)

    @display(description="When")
    def when(self, event: Event) -> str:
        return date_format(localtime(event.at), "DATETIME_FORMAT")

    @display(description="Customer")
    def customer(self, event: Event):
        if event.profile is None:
            return "–"
        url = reverse("admin:profiles_profile_change", args=[event.profile_id])
        return format_html('<a class="cx-link" href="{}">{}</a>', url, event.profile)

    @display(description="By")
    def shown_actor(self, event: Event) -> str:
        return event.actor or "–"

    @display(description="Where")
    def shown_location(self, event: Event) -> str:
        return event.location.name if event.location is not None else "–"

    @display(description="Through")
    def shown_door(self, event: Event) -> str:
        return DOOR_NAMES.get(event.door, event.door)

    # --- One of them --------------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        obj.subject_url = subject_url(obj, request.user)
        # An event is never edited, so Django's log of edits would be empty.
        context = {**context, "show_history": False, "heading": sentence(obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @display(description="About")
    def about(self, event: Event):
        if not event.subject_type:
            return "–"
        name = f"{event.subject_type.partition('.')[2].replace('_', ' ').capitalize()} {event.subject_id}"
        return (
            format_html('<a class="cx-link" href="{}">{}</a>', event.subject_url, name) if event.subject_url else name
        )

    @display(description="Changed")
    def changed(self, event: Event):
        changes = event.payload.get("changes") or {}
        rows = [(field_label(name), shown(before), shown(after)) for name, (before, after) in changes.items()]
        return table_of(["What", "Before", "After"], rows)

    @display(description="Known of it")
    def known(self, event: Event):
        rest = {name: value for name, value in event.payload.items() if name not in ("changes", "subject")}
        return table_of(["What", "Value"], list(flat(rest)))

    @display(description="Because of")
    def because_of(self, event: Event):
        return links_to(causes_of(event))

    @display(description="Led to")
    def led_to(self, event: Event):
        return links_to(event.effects.order_by("pk")[:EFFECTS_SHOWN])


def events_of(text: str) -> Q:
    """The events that are about the one customer, or done by the one user or token, of whom this is exactly the address, number or name."""
    text = text.strip()
    users = list(User.objects.filter(Q(email__iexact=text) | Q(name__iexact=text)).values_list("pk", flat=True))
    tokens = list(ApiToken.objects.filter(name__iexact=text).values_list("pk", flat=True))
    of_either = {"profile__in": Profile.objects.identified_by(text), "user__in": users, "token__in": tokens}
    wanted = Q(pk=number(text)) if number(text) is not None else Q(pk__in=[])
    for lookup, keys in of_either.items():
        if keys:
            wanted |= Q(**{lookup: keys})
    return wanted


def causes_of(event: Event) -> Iterator[Event]:
    """What led to it, the nearest first. Chains end: no event lies deeper than `DEEPEST`."""
    while event.cause is not None:
        event = event.cause
        yield event


def links_to(events) -> str:
    rows = [(reverse("admin:profiles_event_change", args=[one.pk]), sentence(one), one.actor) for one in events]
    return format_html_join("", '<p><a class="cx-link" href="{}">{}</a> {}</p>', rows) or "–"

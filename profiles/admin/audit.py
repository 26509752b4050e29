"""Administration → Audit: who did what, when, through which door. Read only, by nobody but administrators."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import display

from cxmanager.paginating import BoundedListMixin
from profiles.cause import Door
from profiles.models import Event
from profiles.telling import TELLERS, sentence

DOOR_NAMES = {
    Door.ADMIN: "Back office",
    Door.API: "API",
    Door.MEMBER: "The customer",
    Door.IMPORT: "Import",
    Door.COMMAND: "Command line",
    Door.REACTION: "Reaction",
    Door.SYSTEM: "The system itself",
}


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
        return [(name, name) for name in sorted(TELLERS)]

    def queryset(self, request, queryset):
        return queryset.filter(name=self.value()) if self.value() in TELLERS else queryset


@admin.register(Event)
class EventAdmin(BoundedListMixin, ModelAdmin):
    list_display = ["at", "told", "customer", "shown_actor", "shown_door"]
    list_display_links = ["told"]
    list_filter = [WhatFilter, DoorFilter, ("user", AutocompleteSelectFilter)]
    list_filter_submit = True
    list_select_related = ["profile"]
    ordering = ["-id"]
    sortable_by = []
    fields = [
        *["at", "told", "name", "customer", "shown_actor", "shown_door", "location", "reason"],
        *["about", "changed", "known", "cause"],
    ]
    readonly_fields = fields

    class Media:
        css = {"all": ["cxmanager/access.css"]}

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

    @display(description="What happened")
    def told(self, event: Event) -> str:
        return sentence(event)

    @display(description="Customer")
    def customer(self, event: Event):
        if event.profile is None:
            return "–"
        url = reverse("admin:profiles_profile_change", args=[event.profile_id])
        return format_html('<a class="cx-link" href="{}">{}</a>', url, event.profile)

    @display(description="By")
    def shown_actor(self, event: Event) -> str:
        return event.actor or "–"

    @display(description="Through")
    def shown_door(self, event: Event) -> str:
        return DOOR_NAMES.get(event.door, event.door)

    @display(description="About")
    def about(self, event: Event) -> str:
        return f"{event.subject_type} {event.subject_id}".strip() or "–"

    @display(description="Changed")
    def changed(self, event: Event):
        changes = event.payload.get("changes") or {}
        if not changes:
            return "–"
        rows = [(name.replace("_", " "), shown(before), shown(after)) for name, (before, after) in changes.items()]
        return render_to_string("admin/access/changes.html", {"rows": rows})

    @display(description="Known of it")
    def known(self, event: Event):
        rest = {name: value for name, value in event.payload.items() if name not in ("changes", "subject")}
        if not rest:
            return "–"
        return format_html('<pre class="cx-pre">{}</pre>', json.dumps(rest, indent=2, ensure_ascii=False))


def shown(value) -> str:
    """A value of a change as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or "–"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)

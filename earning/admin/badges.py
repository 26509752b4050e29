"""Loyalty setup → Badges: marks of honour, and how many customers have each."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from cxmanager.deleting import DeletedOneByOneMixin
from earning.models import Badge, BadgeHeld


@admin.register(Badge)
class BadgeAdmin(DeletedOneByOneMixin, ModelAdmin):
    list_display = ["titled", "description", "held_by"]
    search_fields = ["name", "handle", "description"]
    search_help_text = "Name, handle or description"
    show_full_result_count = False
    prepopulated_fields = {"handle": ["name"]}
    list_per_page = 50
    compressed_fields = False
    warn_unsaved_form = True
    fieldsets = [(None, {"fields": (("name", "handle"), "description", "image_url")})]

    def get_queryset(self, request: HttpRequest):
        """With how many customers have it, within the same query."""
        held = BadgeHeld.objects.filter(badge=OuterRef("pk")).order_by().values("badge")
        total = Subquery(held.annotate(total=Count("pk")).values("total"))
        return super().get_queryset(request).annotate(held_count=Coalesce(total, 0))

    @display(description="Badge", ordering="name", header=True)
    def titled(self, badge: Badge) -> list:
        picture = {"path": badge.image_url, "squared": True} if badge.image_url else None
        return [badge.name, badge.handle, badge.name[:1], picture]

    @display(description="Customers who have it", ordering="held_count")
    def held_by(self, badge: Badge) -> str:
        return f"{badge.held_count:,}"

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "description":
            field.widget.attrs["rows"] = 3
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Badge | None = None) -> bool:
        """One that customers have, or that a rule awards, stays."""
        is_free = obj is None or not (obj.held.exists() or obj.rules.exists())
        return is_free and super().has_delete_permission(request, obj)

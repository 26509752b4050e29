"""Loyalty setup → Point definitions: the kinds of points that integrations and staff give, and how many of each."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from cxmanager.amounts import pieces
from cxmanager.deleting import DeletedOneByOneMixin
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.versions import VersionsMixin
from earning.models import Credit, PointDefinition
from profiles.admin.fields import MetaField

AMOUNT = Credit._meta.get_field("value")


class PointForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    meta = MetaField(required=False)

    class Meta:
        model = PointDefinition
        exclude: list[str] = []


@admin.register(PointDefinition)
class PointDefinitionAdmin(DeletedOneByOneMixin, VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = PointForm
    fieldsets = [(None, {"fields": (("name", "handle"), "description", "notes", "is_reassignable", "tags", "meta")})]
    prepopulated_fields = {"handle": ["name"]}
    autocomplete_fields = ["tags"]
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "description", "given"]
    search_fields = ["name", "handle"]
    search_help_text = "Name or handle"
    show_full_result_count = False
    list_per_page = 50
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30

    def get_queryset(self, request: HttpRequest):
        """With what was given of it, summed within the same query."""
        credits = Credit.objects.filter(point_definition=OuterRef("pk")).order_by().values("point_definition")
        return (
            super()
            .get_queryset(request)
            .annotate(
                given_sum=Coalesce(
                    Subquery(credits.annotate(total=Sum("value")).values("total")), Decimal(0), output_field=AMOUNT
                )
            )
        )

    @display(description="Point definition", ordering="name", header=True)
    def titled(self, point: PointDefinition) -> list:
        return [point.name, point.handle, point.name[:1]]

    @display(description="Points given", ordering="given_sum")
    def given(self, point: PointDefinition) -> str:
        return pieces(point.given_sum) if point.given_sum else "0"

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.get_internal_type() == "TextField":
            field.widget.attrs["rows"] = 3
        return field

    def has_delete_permission(self, request: HttpRequest, obj: PointDefinition | None = None) -> bool:
        """One of which points were given stays."""
        is_free = obj is None or obj.why_not_deletable() is None
        return is_free and super().has_delete_permission(request, obj)

"""Segments: conditions with a name, with how many customers belong, and the pages that the builder asks."""

import json

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.json_keys import KeyTwice, once
from cxmanager.versions import VersionsMixin
from profiles.admin.condition_widget import ConditionField
from profiles.admin.guarding import page_url
from profiles.audience import audience_of
from profiles.conditions.catalogue import facts_as_json
from profiles.conditions.condition import Condition
from profiles.conditions.field import new_condition, or_none
from profiles.models import Segment

WORDS_SHOWN = 140


class SegmentForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    condition = ConditionField(help_text=Segment._meta.get_field("condition").help_text)

    class Meta:
        model = Segment
        fields = ("name", "handle", "description", "condition")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


@admin.register(Segment)
class SegmentAdmin(VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    """Groups of customers that keep themselves up to date."""

    form = SegmentForm
    list_display = ("name", "who", "customers", "changed")
    list_display_links = ("name",)
    search_fields = ("name", "handle")
    search_help_text = "Name or handle"
    show_full_result_count = False
    prepopulated_fields = {"handle": ("name",)}
    warn_unsaved_form = True
    compressed_fields = False
    fieldsets = (
        (None, {"fields": (("name", "handle"), "description")}),
        ("Who belongs", {"fields": ("condition", "read_at_version")}),
    )

    @display(description="Who belongs")
    def who(self, segment: Segment) -> str:
        return Truncator(segment.in_words()).chars(WORDS_SHOWN)

    @display(description="Customers", ordering="member_count")
    def customers(self, segment: Segment):
        """How many belonged when they were last counted; the link shows those who belong now."""
        if segment.member_count is None:
            return "Not counted yet"
        counted = date_format(timezone.localtime(segment.counted_at), "j M, H:i")
        url = f"{reverse('admin:profiles_profile_changelist')}?segment={segment.handle}"
        return format_html(
            '<a class="cx-link" href="{}">{}</a> <span class="cx-subtle">counted {}</span>',
            url,
            f"{segment.member_count:,}",
            counted,
        )

    @display(description="Changed", ordering="updated_at")
    def changed(self, segment: Segment) -> str:
        return date_format(timezone.localtime(segment.updated_at), "j M Y")

    def save_model(self, request: HttpRequest, obj: Segment, form, change) -> None:
        super().save_model(request, obj, form, change)
        obj.count_members(at=timezone.now())

    def bring_back(self, row: Segment, version) -> None:
        super().bring_back(row, version)
        row.count_members(at=timezone.now())

    actions_detail = ("show_customers",)

    @action(description="Show these customers", url_path="customers", icon="person_search", permissions=["preview"])
    def show_customers(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        """The list of customers, narrowed to those who belong: from there they are exported or given something."""
        segment = get_object_or_404(Segment, pk=object_id)
        return HttpResponseRedirect(f"{reverse('admin:profiles_profile_changelist')}?segment={segment.handle}")

    def has_preview_permission(self, request: HttpRequest, object_id=None) -> bool:
        """Whether the user may ask whom a condition finds: it shows names."""
        return request.user.has_perm("profiles.view_segment") and request.user.has_perm("profiles.view_profile")

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("facts/", view(self.facts_view), name="condition_facts"),
            path("preview/", view(self.preview_view), name="condition_preview"),
            *super().get_urls(),
        ]

    def facts_view(self, request: HttpRequest) -> JsonResponse:
        """What a condition can ask, for the builder."""
        if not self.has_view_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        return JsonResponse({"data": facts_as_json()})

    def preview_view(self, request: HttpRequest) -> JsonResponse:
        """Whom the posted condition finds now, for the builder; nothing is saved."""
        if not self.has_preview_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        try:
            condition = read_posted(request)
        except ValidationError as error:
            return JsonResponse({"message": error.messages[0], "errors": {"condition": error.messages}}, status=422)
        found = audience_of(condition, at=timezone.now())
        sample = [
            {"id": str(one.pk), "name": str(one), "email": one.email or "", "url": page_url(one)}
            for one in found.sample
        ]
        return JsonResponse(
            {"count": found.count, "of": found.total, "is_estimate": found.is_estimate, "sample": sample}
        )


def read_posted(request: HttpRequest) -> Condition | None:
    """The condition in the body, `{"condition": …}`; None for everybody. Raises ValidationError."""
    try:
        sent = json.loads(request.body, object_pairs_hook=once)
    except KeyTwice as error:
        raise ValidationError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise ValidationError("Send the condition as JSON.") from error
    condition = or_none(sent.get("condition") if isinstance(sent, dict) else sent)
    if condition is None:
        return None
    return new_condition(condition)

"""Automation → Webhooks: which systems are told of which events, whether that works, and the way on after a pause."""

import json

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RadioFilter
from unfold.decorators import action, display

from cxmanager.refusals import Refusal
from cxmanager.versions import VersionsMixin
from profiles.admin.event_conditions import facts_for_builder
from profiles.cause import Cause
from profiles.models import Event
from profiles.telling import sentence
from reactions.admin.confirming import confirmed
from reactions.admin.deliveries import answered, log_of
from reactions.admin.forms import WebhookForm
from reactions.admin.targets import chosen_customer, without
from reactions.delivering import send_now
from reactions.models import Delivery, Webhook
from reactions.preparing import body_of, body_of_test
from reactions.reaching import host_of
from reactions.rehearsing import event_to_show

STATES = {"Active": "success", "Off": "warning", "Paused": "danger", "Never heard": "warning"}


class PausedFilter(RadioFilter):
    """Those that paused themselves, or those that did not."""

    title = "paused"
    parameter_name = "paused"

    def lookups(self, request, model_admin):
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.paused() if self.value() == "yes" else queryset.filter(paused_at=None)


@admin.register(Webhook)
class WebhookAdmin(VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = WebhookForm
    change_form_template = "admin/reactions/webhook.html"
    list_display = ["trigger", "address", "shown_state", "last_arrived", "failures", "namespace", "queue"]
    list_filter = [PausedFilter, ("is_active", BooleanRadioFilter), ("queue", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["trigger", "url", "namespace"]
    search_help_text = "Event, address or namespace"
    compressed_fields = False
    warn_unsaved_form = True
    actions_detail = ["resume", "test", "log"]
    fieldsets = [
        (None, {"fields": ("trigger", "url", "namespace", "is_active")}),
        ("How the receiver knows you", {"fields": ("new_secret", "forget_secret")}),
        ("When it fails", {"fields": ("queue", ("retry_hourly", "retry_daily"))}),
        ("Which of them", {"fields": ("condition",)}),
        ("What is sent", {"fields": ("extra_data_template",)}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        """“Sign no longer” where there is something to stop."""
        if obj is not None and obj.has_secret:
            return self.fieldsets
        return without(self.fieldsets, "forget_secret")

    # --- The form -----------------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["may_preview"] = self.has_preview_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_preview_permission(self, request: HttpRequest, object_id=None) -> bool:
        """Whether the user may see what a real message would say: it shows what is known of a customer."""
        return request.user.has_perm("profiles.view_profile") and (
            request.user.has_perm("reactions.change_webhook") or request.user.has_perm("reactions.add_webhook")
        )

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("facts/", view(self.facts_view), name="reactions_webhook_facts"),
            path("preview/", view(self.preview_view), name="reactions_webhook_preview"),
            *super().get_urls(),
        ]

    def facts_view(self, request: HttpRequest) -> JsonResponse:
        """What the condition can ask, for the builder."""
        if not self.has_view_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        return JsonResponse({"data": facts_for_builder(request.GET.get("trigger", ""))})

    def preview_view(self, request: HttpRequest) -> JsonResponse:
        """What would be sent of the latest such event, or of an example, with the posted extra data. Nothing is saved or sent."""
        if not self.has_preview_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        at, trigger, extra = timezone.now(), request.POST.get("trigger", ""), request.POST.get("template", "")
        profile = chosen_customer(request.POST.get("customer", ""))
        if not trigger:
            return JsonResponse({"error": "Choose an event first."})
        if profile is None:
            return JsonResponse({"error": "No such customer was found."})
        about = {}
        try:
            event = event_to_show(trigger, profile, at=at)
            about = {"customer": told_of(event)}
            body = body_of(event, extra, at=at)
        except ValidationError as error:
            return JsonResponse(about | {"error": error.messages[0]})
        return JsonResponse(about | {"json": json.dumps(json.loads(body), indent=2, ensure_ascii=False)})

    def save_model(self, request: HttpRequest, obj: Webhook, form, change) -> None:
        if not change:
            obj.user = request.user
        super().save_model(request, obj, form, change)

    @display(description="Address", ordering="url")
    def address(self, webhook: Webhook) -> str:
        return host_of(webhook.url)

    @display(description="State", label=STATES)
    def shown_state(self, webhook: Webhook) -> str:
        if not webhook.is_active:
            return "Off"
        if webhook.paused_at is not None:
            return "Paused"
        return "Active" if webhook.is_known else "Never heard"

    @display(description="Last arrived", ordering="last_delivered_at")
    def last_arrived(self, webhook: Webhook) -> str:
        last = webhook.last_delivered_at
        return date_format(timezone.localtime(last), "j M Y, H:i") if last else "Nothing yet"

    @display(description="Failures in a row", ordering="failures_in_a_row")
    def failures(self, webhook: Webhook) -> str:
        return f"{webhook.failures_in_a_row:,}" if webhook.failures_in_a_row else "–"

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_paused = Webhook.objects.filter(pk=object_id).exclude(paused_at=None).exists()
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if is_paused or one.method.original_function_name != "resume"
        ]

    @action(description="Resume", url_path="resume", icon="play_circle", permissions=["change"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        webhook = get_object_or_404(Webhook, pk=object_id)

        def do() -> tuple[int, str]:
            webhook.resume(at=timezone.now(), cause=Cause.by_staff(request.user))
            return messages.SUCCESS, "The webhook goes on. What waited is sent first."

        return confirmed(
            request,
            self,
            title="Resume",
            about=str(webhook),
            sentence="What waited in the meantime is sent, oldest first. If it fails again as often in a row, the webhook pauses itself again.",
            button="Go on",
            back=page_of(webhook),
            no=None if webhook.paused_at else Refusal("This webhook is not paused.", code="not_paused"),
            do=do,
        )

    @action(description="Send a test", url_path="test", icon="send", permissions=["change"])
    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        webhook = get_object_or_404(Webhook, pk=object_id)

        def do() -> tuple[int, str]:
            at = timezone.now()
            row = send_now(Delivery.objects.test(webhook, body=body_of_test(webhook, at=at), at=at), at=at)
            return messages.SUCCESS if row.state == row.State.DELIVERED else messages.ERROR, answered(row)

        return confirmed(
            request,
            self,
            title="Send a test",
            about=str(webhook),
            sentence=f"An example of {webhook.trigger} is sent to {host_of(webhook.url)} now, signed as the others. It is about no customer and says “test”.",
            button="Send it",
            back=page_of(webhook),
            no=None,
            do=do,
        )

    @action(description="Deliveries", url_path="deliveries", icon="list_alt", permissions=["view"])
    def log(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return log_of(request, "webhook", object_id)


def told_of(event: Event) -> str:
    """What the preview is about: “Maria Membrino: The tag “vip” was added.”"""
    who = f"{event.profile}: " if event.profile_id else ""
    return f"{who}{sentence(event)}" + ("" if event.pk else " This is an example.")


def page_of(webhook: Webhook) -> str:
    return reverse("admin:reactions_webhook_change", args=[webhook.pk])

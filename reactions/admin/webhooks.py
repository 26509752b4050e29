"""Automation → Webhooks: which systems are told of which events, whether that works, and the way on after a pause."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from cxmanager.refusals import Refusal
from cxmanager.versions import VersionsMixin
from profiles.cause import Cause
from reactions.admin.confirming import confirmed
from reactions.admin.deliveries import answered, log_of
from reactions.admin.forms import WebhookForm
from reactions.admin.targets import without
from reactions.delivering import send_now
from reactions.models import Delivery, Webhook
from reactions.preparing import body_of_test
from reactions.reaching import host_of

STATES = {"Active": "success", "Off": "warning", "Paused": "danger", "Never heard": "warning"}


@admin.register(Webhook)
class WebhookAdmin(VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = WebhookForm
    change_form_template = "admin/reactions/webhook.html"
    list_display = ["trigger", "address", "shown_state", "last_arrived", "failures", "namespace", "queue"]
    list_filter = [("is_active", BooleanRadioFilter), ("queue", ChoicesDropdownFilter)]
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
    ]

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        """“Sign no longer” where there is something to stop."""
        if obj is not None and obj.has_secret:
            return self.fieldsets
        return without(self.fieldsets, "forget_secret")

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


def page_of(webhook: Webhook) -> str:
    return reverse("admin:reactions_webhook_change", args=[webhook.pk])

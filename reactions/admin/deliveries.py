"""Automation → Deliveries: what was sent where, what was answered, what is parked; and the way to send it again."""

import json

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from cxmanager.refusals import Refusal
from cxmanager.tables import table_of
from profiles.admin.guarding import page_url
from profiles.admin.reading import FactsAdmin, may
from reactions.admin.confirming import confirmed
from reactions.models import Delivery

COLOURS = {
    "Waiting": "info",
    "Delivered": "success",
    "Trying again": "warning",
    "Parked": "danger",
    "Not meant": "",
}


def log_of(request: HttpRequest, kind: str, object_id: str) -> HttpResponse:
    """The list, narrowed to one receiver."""
    return HttpResponseRedirect(f"{reverse('admin:reactions_delivery_changelist')}?{kind}__id__exact={int(object_id)}")


def answered(row: Delivery) -> str:
    """What became of a test, as a sentence."""
    if row.state == row.State.DELIVERED:
        return f"It arrived: the receiver answered {row.status} after {row.milliseconds:,} ms."
    if row.state in row.OPEN:
        return "It is on its way. Look at the deliveries."
    return f"It did not arrive. {row.error}"


@admin.register(Delivery)
class DeliveryAdmin(FactsAdmin, ModelAdmin):
    list_display = ["queued", "to", "about", "customer", "shown_state", "attempts", "outcome"]
    list_display_links = ["queued"]
    list_select_related = ["webhook", "target", "event", "profile"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("webhook", RelatedDropdownFilter),
        ("target", RelatedDropdownFilter),
    ]
    actions = ["replay_selected"]
    actions_detail = ["replay"]
    fieldsets = [
        (None, {"fields": [("to", "about"), ("customer", "shown_state"), ("queued", "tried"), "outcome"]}),
        ("What was sent", {"fields": ["id", "shown_headers", "shown_body"]}),
        ("What was answered", {"fields": [("shown_status", "took"), "shown_answer"]}),
    ]
    readonly_fields = [
        *["to", "about", "customer", "shown_state", "queued", "tried", "outcome", "id"],
        *["shown_headers", "shown_body", "shown_status", "took", "shown_answer"],
    ]

    has_replay_permission = may("reactions.replay_delivery")

    @display(description="Queued", ordering="id")
    def queued(self, row: Delivery) -> str:
        return date_format(timezone.localtime(row.created_at), "j M Y, H:i:s")

    @display(description="To")
    def to(self, row: Delivery) -> str:
        return str(row.receiver)

    @display(description="About")
    def about(self, row: Delivery) -> str:
        if row.is_test:
            return "Test"
        return row.event.name if row.event_id is not None else "–"

    @display(description="Customer")
    def customer(self, row: Delivery):
        if row.profile_id is None:
            return "–"
        return format_html('<a class="cx-link" href="{}">{}</a>', page_url(row.profile), row.profile)

    @display(description="State", label=COLOURS)
    def shown_state(self, row: Delivery) -> str:
        return row.get_state_display()

    @display(description="What came of it")
    def outcome(self, row: Delivery) -> str:
        if row.state == row.State.DELIVERED:
            return f"Answered {row.status} after {row.milliseconds:,} ms"
        if row.state == row.State.RETRYING and row.next_at:
            return f"{row.error} It is tried again at {date_format(timezone.localtime(row.next_at), 'H:i, j M')}."
        return row.error or "–"

    @display(description="Last tried")
    def tried(self, row: Delivery) -> str:
        if row.last_tried_at is None:
            return "Not yet"
        times = "once" if row.attempts == 1 else f"{row.attempts} times"
        return f"{date_format(timezone.localtime(row.last_tried_at), 'j M Y, H:i:s')}, {times}"

    @display(description="Headers")
    def shown_headers(self, row: Delivery):
        return table_of(["Name", "Value"], list(row.sent_headers.items()))

    @display(description="Body")
    def shown_body(self, row: Delivery):
        try:
            text = json.dumps(json.loads(row.body), indent=2, ensure_ascii=False)
        except ValueError:
            text = row.body or "It is put together at the first attempt."
        return format_html('<pre class="cx-code">{}</pre>', text)

    @display(description="Status")
    def shown_status(self, row: Delivery) -> str:
        return "–" if row.status is None else str(row.status)

    @display(description="It took")
    def took(self, row: Delivery) -> str:
        return "–" if row.milliseconds is None else f"{row.milliseconds:,} ms"

    @display(description="Answer")
    def shown_answer(self, row: Delivery):
        return format_html('<pre class="cx-code">{}</pre>', row.answer) if row.answer else "–"

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        row = Delivery.objects.filter(pk=object_id).first()
        is_possible = row is not None and row.why_not_replayable() is None
        return super().get_actions_detail(request, object_id) if is_possible else []

    @action(description="Send again", url_path="replay", icon="replay", permissions=["replay"])
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = get_object_or_404(Delivery.objects.select_related("webhook", "target"), pk=object_id)

        def do() -> tuple[int, str]:
            row.replay(at=timezone.now())
            return messages.SUCCESS, "It is sent again."

        return confirmed(
            request,
            self,
            title="Send again",
            about=str(row.receiver),
            sentence="The same message is sent with the same id, from the first attempt on. A receiver that keeps ids knows that it had it.",
            button="Send it again",
            back=reverse("admin:reactions_delivery_change", args=[row.pk]),
            no=row.why_not_replayable(),
            do=do,
        )

    @admin.action(description="Send again", permissions=["replay"])
    def replay_selected(self, request: HttpRequest, rows) -> None:
        at, count, left = timezone.now(), 0, 0
        for row in rows:
            try:
                row.replay(at=at)
                count += 1
            except Refusal:
                left += 1
        said = f"{count:,} {'is' if count == 1 else 'are'} sent again."
        if left:
            said += f" {left:,} could not be: they are on their way already, were not meant to be sent, or are no longer kept."
        self.message_user(request, said, messages.WARNING if left else messages.SUCCESS)

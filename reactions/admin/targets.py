"""Automation → Targets: where messages about customers go, and what they say, with a live preview."""

import json

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import action, display

from cxmanager.refusals import Refusal
from cxmanager.versions import VersionsMixin
from profiles.models import Profile
from reactions.admin.confirming import confirmed
from reactions.admin.deliveries import answered, log_of
from reactions.admin.forms import TargetForm
from reactions.context import context_of_profile, for_template
from reactions.delivering import send_now
from reactions.models import Delivery, Target
from reactions.reaching import host_of
from reactions.templating import render


@admin.register(Target)
class TargetAdmin(VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    form = TargetForm
    change_form_template = "admin/reactions/target.html"
    list_display = ["name", "address", "shown_state", "last_sent", "in_trouble"]
    list_filter = [("is_active", BooleanRadioFilter)]
    list_filter_submit = True
    search_fields = ["name", "handle", "url"]
    search_help_text = "Name, handle or address"
    prepopulated_fields = {"handle": ["name"]}
    compressed_fields = False
    warn_unsaved_form = True
    actions_detail = ["test", "log"]
    fieldsets = [
        (None, {"fields": (("name", "handle"), "url", "is_active")}),
        ("What is sent", {"fields": ("template",)}),
        ("How the receiver knows you", {"fields": ("headers", "new_secret", "forget_secret")}),
        ("For whom", {"fields": ("condition",)}),
        ("For your team", {"fields": ("description", "notes")}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj=None) -> list:
        """“Sign no longer” where there is something to stop."""
        if obj is not None and obj.has_secret:
            return self.fieldsets
        return without(self.fieldsets, "forget_secret")

    def get_queryset(self, request: HttpRequest):
        """With when something last arrived, and whether anything is parked, within the same query."""
        log = Delivery.objects.filter(target=OuterRef("pk")).order_by("-id")
        delivered = log.filter(state=Delivery.State.DELIVERED).values("delivered_at")[:1]
        failing = log.filter(state__in=[Delivery.State.PARKED, Delivery.State.RETRYING]).values("error")[:1]
        return super().get_queryset(request).annotate(last_at=Subquery(delivered), trouble=Subquery(failing))

    @display(description="Address", ordering="url")
    def address(self, target: Target) -> str:
        return host_of(target.url)

    @display(description="State", label={"Active": "success", "Off": "warning"})
    def shown_state(self, target: Target) -> str:
        return "Active" if target.is_active else "Off"

    @display(description="Last arrived")
    def last_sent(self, target: Target) -> str:
        return date_format(timezone.localtime(target.last_at), "j M Y, H:i") if target.last_at else "Nothing yet"

    @display(description="Latest failure")
    def in_trouble(self, target: Target) -> str:
        return target.trouble or "–"

    # --- The form -----------------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["may_preview"] = self.has_preview_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_preview_permission(self, request: HttpRequest, object_id=None) -> bool:
        """Whether the user may see what a customer would be sent: it shows what is known of them."""
        return request.user.has_perm("profiles.view_profile") and (
            request.user.has_perm("reactions.change_target") or request.user.has_perm("reactions.add_target")
        )

    def get_urls(self) -> list:
        preview = path("preview/", self.admin_site.admin_view(self.preview_view), name="reactions_target_preview")
        return [preview, *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> JsonResponse:
        """What the posted template makes for a customer: the one that is found, or the newest. Nothing is saved or sent."""
        if not self.has_preview_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        profile = chosen_customer(request.POST.get("customer", ""))
        if profile is None:
            return JsonResponse({"error": "No such customer was found."})
        try:
            text = render(
                request.POST.get("template", ""),
                for_template(context_of_profile(profile, at=timezone.now())),
                at=timezone.now(),
            )
        except ValidationError as error:
            return JsonResponse({"customer": str(profile), "error": error.messages[0]})
        return JsonResponse(
            {"customer": str(profile), "json": json.dumps(json.loads(text), indent=2, ensure_ascii=False)}
        )

    # --- Pages about one ----------------------------------------------------------------------------------------------

    @action(description="Send a test", url_path="test", icon="send", permissions=["preview"])
    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What it says of one customer is sent now, and the answer shown."""
        target = get_object_or_404(Target, pk=object_id)
        profile = chosen_customer(request.GET.get("customer", ""))

        def do() -> tuple[int, str]:
            at = timezone.now()
            body = render(target.template, for_template(context_of_profile(profile, at=at)), at=at)
            row = send_now(Delivery.objects.test(target, body=body, profile=profile, at=at), at=at)
            return messages.SUCCESS if row.state == row.State.DELIVERED else messages.ERROR, answered(row)

        nobody = Refusal("There is no customer yet whose data could be sent.", code="no_customer")
        return confirmed(
            request,
            self,
            title="Send a test",
            about=str(target),
            sentence=f"What is known of {profile} is sent to {host_of(target.url)} now, as it would be by a reaction.",
            button="Send it",
            back=reverse("admin:reactions_target_change", args=[target.pk]),
            no=nobody if profile is None else None,
            do=do,
        )

    @action(description="Deliveries", url_path="deliveries", icon="list_alt", permissions=["view"])
    def log(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return log_of(request, "target", object_id)


def chosen_customer(text: str) -> Profile | None:
    """Whom a search at the counter finds first; without one the newest customer."""
    living = Profile.objects.living()
    return (living.search(text.strip()) if text.strip() else living).order_by("-id").first()


def without(fieldsets: list, name: str) -> list:
    return [(title, {"fields": tuple(one for one in said["fields"] if one != name)}) for title, said in fieldsets]

"""Incentives → Benefits: what was issued to whom, read-only, with what staff may do to one."""

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from benefits.admin import claiming, giving, using
from benefits.admin.filters import BENEFIT_FILTERS
from benefits.explaining import why_held, why_in_words
from benefits.models import Benefit, GlobalCounter
from benefits.resources import IssuedBenefitResource
from benefits.wording import ends, status_of, uses_left
from cxmanager.imports import FileExportMixin, FileImportMixin
from cxmanager.moments import date_of
from cxmanager.tables import flat, table_of
from profiles.admin.acting import profile_page
from profiles.admin.reading import FactsAdmin, found_customers, may
from profiles.models import Event
from profiles.telling import by_whom, sentence

EVENTS_SHOWN = 30


@admin.register(Benefit)
class BenefitAdmin(FactsAdmin, FileImportMixin, FileExportMixin, ModelAdmin):
    resource_classes = [IssuedBenefitResource]
    import_permissions = ("benefits.bulk_issue_benefit",)
    export_permission = "benefits.view_benefitdefinition"
    import_help = (
        "Each row issues one benefit to one customer. You see first what would be issued and which rows are refused; "
        "nothing is issued before you confirm it."
    )
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    change_form_template = "admin/benefits/benefit.html"
    list_display = ["titled", "customer", "status", "uses", "ends", "issued"]
    list_display_links = ["titled"]
    list_select_related = ["profile", "definition"]
    list_filter = BENEFIT_FILTERS
    search_fields = ["external_id"]
    search_help_text = "Customer, number or external id"
    actions_row = actions_detail = ["redeem", "extend", "revoke"]
    fieldsets = [
        (None, {"fields": (("customer", "titled"), ("status", "uses"), ("ends", "timezone"))}),
        ("Issued", {"fields": (("issued_at", "claimed_at"), ("external_id", "batch"), ("value", "kept"), "why")}),
        ("Codes", {"fields": (("code_pos", "code_online"),)}),
        ("Later", {"fields": (("extended_at", "extensions"), ("revoked_at", "revoke_reason"))}),
    ]

    has_redeem_permission = may("benefits.redeem_benefit")
    has_extend_permission = may("benefits.extend_benefit")
    has_revoke_permission = may("benefits.revoke_benefit")

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With whether the shared counter has room, so that no row needs a query to say its status."""
        room = GlobalCounter.objects.filter(
            Q(allowance=None) | Q(allowance__gt=F("used")), definition=OuterRef("definition")
        )
        rows = super().get_queryset(request).annotate(has_room=Exists(room))
        # One that was deleted through the API is out of the list; the timeline still leads to it.
        return rows if request.resolver_match.url_name == "benefits_benefit_change" else rows.present()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if not search_term:
            return queryset, False
        mine = Q(profile__in=found_customers(search_term)) | Q(external_id=search_term.strip())
        if search_term.strip().isdigit() and len(search_term.strip()) < 19:
            mine |= Q(pk=int(search_term))
        return queryset.filter(mine), False

    @display(description="Customer", ordering="profile")
    def customer(self, benefit: Benefit) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', profile_page(benefit.profile), benefit.profile)

    @display(description="Benefit")
    def titled(self, benefit: Benefit) -> str:
        return benefit.definition.name

    @display(
        description="Status",
        label={
            "Active": "success",
            "Not yet": "info",
            "Expired": "warning",
            "Revoked": "danger",
            "All taken": "warning",
            "Archived": "warning",
        },
    )
    def status(self, benefit: Benefit) -> str:
        no = benefit.why_not_redeemable(at=timezone.now(), global_uses_left=None if benefit.has_room else 0)
        return status_of(no)[0]

    @display(description="Uses")
    def uses(self, benefit: Benefit) -> str:
        return uses_left(benefit).capitalize()

    @display(description="Ends")
    def ends(self, benefit: Benefit) -> str:
        return ends(benefit, at=timezone.now()).removeprefix("Ends ").rstrip(".")

    @display(description="Issued", ordering="id")
    def issued(self, benefit: Benefit) -> str:
        return date_of(benefit.issued_at)

    @display(description="At the till")
    def code_pos(self, benefit: Benefit) -> str:
        return benefit.redeem_code_pos or benefit.definition.redeem_code_pos or "–"

    @display(description="Online")
    def code_online(self, benefit: Benefit) -> str:
        return benefit.redeem_code_online or benefit.definition.redeem_code_online or "–"

    @display(description="Kept by integrations")
    def kept(self, benefit: Benefit):
        return table_of(["What", "Value"], list(flat(benefit.meta or {})))

    @display(description="Why")
    def why(self, benefit: Benefit) -> str:
        return why_in_words(why_held(benefit)) or "Nothing is on record."

    # --- One of them --------------------------------------------------------------------------------------------------

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        at = timezone.now()
        context["no"] = obj.why_not_redeemable(at=at)
        context["redemptions"] = obj.redemption_rows.select_related("location", "user")
        context["events"] = [
            {"sentence": sentence(event), "by": by_whom(event), "at": event.at, "reason": event.reason}
            for event in Event.objects.filter(subject_type="benefits.benefit", subject_id=str(obj.pk)).select_related(
                "cause", "location"
            )[:EVENTS_SHOWN]
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    @action(description="Redeem", url_path="redeem", icon="point_of_sale", permissions=["redeem"])
    def redeem(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return using.redeem(request, self, object_id)

    @action(description="Extend", url_path="extend", icon="more_time", permissions=["extend"])
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return using.extend(request, self, object_id)

    @action(description="Revoke", url_path="revoke", icon="block", permissions=["revoke"])
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return using.revoke(request, self, object_id)

    def issue_view(self, request: HttpRequest, profile_id) -> HttpResponse:
        return giving.issue(request, self, profile_id)

    def offer_view(self, request: HttpRequest, definition_id: int) -> HttpResponse:
        return giving.offer(request, definition_id)

    def claim_view(self, request: HttpRequest, profile_id, definition_id: int) -> HttpResponse:
        return claiming.claim(request, self, profile_id, definition_id)

    def claimable_view(self, request: HttpRequest, profile_id) -> HttpResponse:
        return claiming.claimable(request, self, profile_id)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("claim/<uuid:profile_id>/<int:definition_id>/", view(self.claim_view), name="benefits_benefit_claim"),
            path("claimable/<uuid:profile_id>/", view(self.claimable_view), name="benefits_benefit_claimable"),
            path("issue/<uuid:profile_id>/", view(self.issue_view), name="benefits_benefit_issue"),
            path("offer/<int:definition_id>/", view(self.offer_view), name="benefits_benefit_offer"),
            *super().get_urls(),
        ]

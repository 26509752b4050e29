"""Settings → Benefit definitions: the list with its usage, the form in tabs, and the address of every page about one."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from benefits.admin import bulk, definition_pages, previewing
from benefits.admin.definition_form import BenefitDefinitionForm
from benefits.admin.filters import DEFINITION_FILTERS
from benefits.models import BenefitDefinition, GlobalCounter
from benefits.resources import BenefitDefinitionResource
from cxmanager.conditional_fields import ConditionalFieldsMixin
from cxmanager.deleting import DeletedIfUnusedMixin
from cxmanager.imports import FileExportMixin, FileImportMixin
from cxmanager.versions import VersionsMixin
from profiles.admin.reading import may

TABS = {
    "The benefit": (
        ("name", "handle"),
        ("type", "value"),
        "discount_percent",
        "product_skus",
        "product_categories",
        "product_brands",
    ),
    "For customers": (
        "is_published",
        "short_description",
        "long_description",
        "terms_conditions",
        "earn_instructions",
        "image",
        ("image_url", "icon"),
    ),
    "Where and how it is used": (
        "redeem_instructions_store",
        "redeem_instructions_online",
        ("redeem_code_pos", "redeem_code_online"),
        "allow_user_redeem",
    ),
    "Validity": (("period_type", "period"), "absolute_expiry", "timezone"),
    "Limits": (
        ("max_redemptions", "max_global_redemptions"),
        ("is_extendable", "max_extensions"),
        ("is_assignable", "is_reassignable"),
    ),
    "Claiming": (
        "is_claimable",
        "is_reclaimable",
        "tiers",
        # Under one another: date and time beside date and time are wider than the form.
        "claim_period_start_at",
        "claim_period_end_at",
        "view_condition",
        "claim_condition",
    ),
    "For your team": ("description", "internal_notes", "tags", ("campaign", "external_id"), "meta"),
}


@admin.register(BenefitDefinition)
class BenefitDefinitionAdmin(
    ConditionalFieldsMixin,
    DeletedIfUnusedMixin,
    VersionsMixin,
    SimpleHistoryAdmin,
    FileImportMixin,
    FileExportMixin,
    ModelAdmin,
):
    form = BenefitDefinitionForm
    resource_classes = [BenefitDefinitionResource]
    import_permissions = ("benefits.add_benefitdefinition", "benefits.change_benefitdefinition")
    export_permission = "benefits.view_benefitdefinition"
    import_help = (
        "Each row is one definition, found by its handle: a known handle changes it, a new one makes it. Columns that the "
        "file does not have stay as they are. Export the list to get a file with all columns."
    )
    change_form_template = "admin/benefits/definition_form.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    fieldsets = [(name, {"fields": fields, "classes": ["tab"]}) for name, fields in TABS.items()]
    prepopulated_fields = {"handle": ["name"]}
    autocomplete_fields = ["tags"]
    conditional_fields = {
        "discount_percent": "type == 'product_discount'",
        "product_skus": "type != 'entitlement'",
        "product_categories": "type != 'entitlement'",
        "product_brands": "type != 'entitlement'",
        "period": "period_type != 'absolute_date'",
        "absolute_expiry": "period_type == 'absolute_date'",
        "max_extensions": "is_extendable == true",
        "is_reclaimable": "is_claimable == true",
        "tiers": "is_claimable == true",
        "claim_period_start_at": "is_claimable == true",
        "claim_period_end_at": "is_claimable == true",
        "view_condition": "is_claimable == true",
        "claim_condition": "is_claimable == true",
    }
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "status", "type", "valid_for", "per_customer", "issued_total", "used_total", "left"]
    list_filter = DEFINITION_FILTERS
    list_filter_submit = True
    search_fields = ["name", "handle", "short_description", "campaign", "external_id", "tags__handle"]
    search_help_text = "Name, handle, campaign or tag"
    ordering = ["is_archived", "name", "id"]
    list_per_page = 50
    actions_detail = ["duplicate", "issue_many", "archive", "restore"]
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    # Archiving is a step of its own.
    not_brought_back = VersionsMixin.not_brought_back | {"is_archived"}

    has_duplicate_permission = may("benefits.add_benefitdefinition")
    has_bulk_issue_permission = may("benefits.bulk_issue_benefit")

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        """With what was issued and used, summed over the counter rows within the same query."""
        counted = GlobalCounter.objects.filter(definition=OuterRef("pk")).order_by().values("definition")
        return (
            super()
            .get_queryset(request)
            .annotate(
                issued_sum=Subquery(counted.annotate(total=Sum("issued")).values("total")),
                used_sum=Subquery(counted.annotate(total=Sum("used")).values("total")),
            )
        )

    @display(description="Name", ordering="name", header=True)
    def titled(self, definition: BenefitDefinition) -> list:
        picture = {"path": definition.image.thumbnail_url or definition.image_url, "squared": True}
        return [definition.name, definition.handle, definition.name[:1], picture if picture["path"] else None]

    @display(
        description="Status",
        ordering="is_archived",
        label={"Published": "success", "Not published": "info", "Archived": "warning"},
    )
    def status(self, definition: BenefitDefinition) -> str:
        if definition.is_archived:
            return "Archived"
        return "Published" if definition.is_published else "Not published"

    @display(description="Valid")
    def valid_for(self, definition: BenefitDefinition) -> str:
        return previewing.validity_of(definition)

    @display(description="Max redemptions", ordering="max_redemptions")
    def per_customer(self, definition: BenefitDefinition) -> str:
        return "No limit" if definition.max_redemptions is None else f"{definition.max_redemptions:,}"

    @display(description="Issued", ordering="issued_sum")
    def issued_total(self, definition: BenefitDefinition) -> str:
        return f"{int(definition.issued_sum or 0):,}"

    @display(description="Redeemed", ordering="used_sum")
    def used_total(self, definition: BenefitDefinition) -> str:
        return f"{int(definition.used_sum or 0):,}"

    @display(description="Global uses left")
    def left(self, definition: BenefitDefinition) -> str:
        most = definition.max_global_redemptions
        if most is None:
            return "No limit"
        left = most - int(definition.used_sum or 0)
        return format_html(
            '<span class="benefit-left"><progress max="{}" value="{}"></progress> {} of {}</span>',
            most,
            left,
            f"{left:,}",
            f"{most:,}",
        )

    # --- The form -----------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.get_internal_type() == "TextField":
            field.widget.attrs["rows"] = 4
        return field

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        # After a refused save the card shows what was typed, as the form does.
        shown = previewing.read(form) if form.is_bound else (obj or BenefitDefinition(), "")
        context["card"] = previewing.as_shown(*shown, at=timezone.now())
        # The row itself then holds what was refused.
        stored = BenefitDefinition.objects.get(pk=obj.pk) if obj and form.is_bound else obj
        context["usage"] = self._usage(stored) if stored else None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _usage(self, definition: BenefitDefinition) -> dict:
        totals = definition.counters.totals()
        most = definition.max_global_redemptions
        has_both = definition.is_claimable and definition.view_condition and definition.claim_condition
        # Each condition's own box counts it alone.
        eligible = definition.count_eligible(at=timezone.now()) if has_both else None
        return {**totals, "eligible": eligible, "most": most, "left": None if most is None else most - totals["used"]}

    # --- Pages about one ----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_archived = BenefitDefinition.objects.filter(pk=object_id, is_archived=True).exists()
        hidden = {"archive", "issue_many"} if is_archived else {"restore"}
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if one.method.original_function_name not in hidden
        ]

    @action(
        description="Duplicate",
        url_path="duplicate",
        icon="content_copy",
        permissions=["duplicate"],
    )
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.duplicate(request, self, object_id)

    @action(description="Issue to many", url_path="issue", icon="group_add", permissions=["bulk_issue"])
    def issue_many(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return bulk.issue_to_listed(request, self, object_id)

    @action(description="Archive", url_path="archive", icon="archive", permissions=["change"])
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.archive(request, self, object_id)

    @action(description="Restore", url_path="restore", icon="unarchive", permissions=["change"])
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.restore(request, self, object_id)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The card and the end that the form's present values give, as JSON; nothing is saved."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            return JsonResponse({"message": "You may not see this."}, status=403)
        form = self.get_form(request, fields=list(previewing.FIELDS))(request.POST)
        card = previewing.as_shown(*previewing.read(form), at=timezone.now())
        return JsonResponse({"card": render_to_string("admin/benefits/card.html", {"card": card}, request)})

    def get_urls(self) -> list:
        preview = path(
            "preview/", self.admin_site.admin_view(self.preview_view), name="benefits_benefitdefinition_preview"
        )
        return [preview, *super().get_urls()]

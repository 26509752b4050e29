"""Settings → Achievement definitions: the list, the form on one page, and the address of every page about one."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from achievements.admin import definition_pages, previewing
from achievements.admin.definition_form import AchievementDefinitionForm
from achievements.admin.filters import StatusOfDefinition
from achievements.admin.levels_widget import LevelsWidget
from achievements.admin.wording import climbs_by, counted, seen_by
from achievements.models import Achievement, AchievementDefinition
from achievements.recipes import named
from achievements.resources import AchievementDefinitionResource
from cxmanager.conditional_fields import ConditionalFieldsMixin
from cxmanager.deleting import DeletedIfUnusedMixin
from cxmanager.imports import FileExportMixin, FileImportMixin
from cxmanager.versions import VersionsMixin
from profiles.admin.event_conditions import facts_for_builder
from profiles.admin.reading import may
from profiles.panels import Place, render_panels

SECTIONS = {
    "The achievement": (
        ("name", "handle"),
        "display_option",
        "hint",
        "is_published",
    ),
    "What counts": ("count_event", "count_condition", "count_amount", "count_for"),
    "Levels": (
        "strategy",
        ("every", "max_levels"),
        ("first_step", "growth"),
        "generate",
        "levels",
        "confirm_unlocks",
    ),
    # Under one another: date and time beside date and time are wider than the form.
    "When": ("starts_at", "ends_at", "period", "enable_annual_earn_cycle", "timezone"),
    "What customers read": (
        "short_description",
        "earn_instructions",
        "long_description",
        "terms_conditions",
        "display_level",
        "image",
        ("image_url", "icon"),
    ),
    "For your team": ("description", "internal_notes", ("type", "tags"), "meta"),
}


@admin.register(AchievementDefinition)
class AchievementDefinitionAdmin(
    ConditionalFieldsMixin,
    DeletedIfUnusedMixin,
    VersionsMixin,
    SimpleHistoryAdmin,
    FileImportMixin,
    FileExportMixin,
    ModelAdmin,
):
    form = AchievementDefinitionForm
    resource_classes = [AchievementDefinitionResource]
    import_permissions = ("achievements.add_achievementdefinition", "achievements.change_achievementdefinition")
    export_permission = "achievements.view_achievementdefinition"
    import_help = (
        "Each row is one definition, found by its handle: a known handle changes it, a new one makes it. Columns that the "
        "file does not have stay as they are. Export the list to get a file with all columns."
    )
    change_form_template = "admin/achievements/definition_form.html"
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    fieldsets = [(name, {"fields": fields}) for name, fields in SECTIONS.items()]
    prepopulated_fields = {"handle": ["name"]}
    autocomplete_fields = ["tags"]
    conditional_fields = {
        "hint": "display_option == 'mystery'",
        "count_condition": "count_event != ''",
        "count_amount": "count_event != ''",
        "count_for": "count_event != ''",
        "every": "strategy == 'linear'",
        "max_levels": "strategy == 'linear'",
        "first_step": "strategy == 'non_linear'",
        "growth": "strategy == 'non_linear'",
        "generate": "strategy == 'non_linear'",
        "enable_annual_earn_cycle": "period == ''",
    }
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "status", "seen", "counts", "ladder", "climbing", "unlocked_first"]
    list_filter = [StatusOfDefinition, ("display_option", ChoicesDropdownFilter), ("strategy", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["name", "handle", "short_description", "type", "tags__handle"]
    search_help_text = "Name, handle or tag"
    ordering = ["retired_at", "name", "id"]
    list_per_page = 50
    actions_list = ["recipes"]
    actions_detail = ["duplicate", "recount", "retire", "unretire"]
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    # Retiring is a step of its own.
    not_brought_back = VersionsMixin.not_brought_back | {"retired_at"}

    has_duplicate_permission = may("achievements.add_achievementdefinition")

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        """With how many customers climb it and how many reached a level, within the same query."""
        rows = Achievement.objects.filter(definition=OuterRef("pk")).order_by().values("definition")
        climbing = rows.annotate(total=Count("profile", distinct=True)).values("total")
        unlocked = rows.filter(level__gte=1).annotate(total=Count("profile", distinct=True)).values("total")
        return super().get_queryset(request).annotate(climbing=Subquery(climbing), unlocked_one=Subquery(unlocked))

    @display(description="Name", ordering="name", header=True)
    def titled(self, definition: AchievementDefinition) -> list:
        picture = {"path": definition.image.thumbnail_url or definition.image_url, "squared": True}
        return [definition.name, definition.handle, definition.name[:1], picture if picture["path"] else None]

    @display(
        description="Status",
        ordering="retired_at",
        label={"Published": "success", "Not published": "info", "Retired": "warning"},
    )
    def status(self, definition: AchievementDefinition) -> str:
        if definition.retired_at is not None:
            return "Retired"
        return "Published" if definition.is_published else "Not published"

    @display(description="Visibility", ordering="display_option")
    def seen(self, definition: AchievementDefinition) -> str:
        return seen_by(definition)

    @display(description="Counts")
    def counts(self, definition: AchievementDefinition) -> str:
        return counted(definition)

    @display(description="Levels")
    def ladder(self, definition: AchievementDefinition) -> str:
        return climbs_by(definition)

    @display(description="Climbing", ordering="climbing")
    def climbing(self, definition: AchievementDefinition) -> str:
        return f"{definition.climbing or 0:,}"

    @display(description="Reached a level", ordering="unlocked_one")
    def unlocked_first(self, definition: AchievementDefinition) -> str:
        return f"{definition.unlocked_one or 0:,}"

    # --- The form -----------------------------------------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.get_internal_type() == "TextField":
            field.widget.attrs["rows"] = 3
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """What a chosen recipe says, else what the address does."""
        recipe = named(request.GET.get("recipe"))
        return recipe.initial() if recipe is not None else super().get_changeform_initial_data(request)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        stored = AchievementDefinition.objects.get(pk=obj.pk) if obj else None
        context["ladder"] = self._ladder(form, stored)
        context["definition_key"] = stored.pk if stored else ""
        context["needs_confirming"] = bool(getattr(form, "unlocking", None) and form.unlocking["count"])
        context["panels"] = render_panels(Place.ACHIEVEMENT, stored, request, name="definition") if stored else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _ladder(self, form, stored: AchievementDefinition | None) -> dict:
        """As typed after a refused save; else as it is stored, or as the recipe says."""
        if form.is_bound:
            return previewing.as_shown(*previewing.read(form.data, stored), stored=stored)
        if stored is not None:
            return previewing.as_shown(stored, stored=stored)
        begun = AchievementDefinition(strategy=form["strategy"].value() or "on_off")
        for name in previewing.NUMBERS:
            setattr(begun, name, form[name].value() or None)
        return previewing.as_shown(*previewing.resolved_of(begun, form["levels"].value() or []))

    # --- Pages about one ----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        row = AchievementDefinition.objects.filter(pk=object_id).first()
        is_retired = row is not None and row.retired_at is not None
        hidden = {"retire", "recount"} if is_retired else {"unretire"}
        if row is not None and not row.count_event:
            hidden.add("recount")
        shown = super().get_actions_detail(request, object_id)
        return [one for one in shown if one.method.original_function_name not in hidden]

    @action(description="Start from a recipe", url_path="recipes", icon="menu_book", permissions=["add"])
    def recipes(self, request: HttpRequest) -> HttpResponse:
        return definition_pages.recipes(request, self)

    @action(description="Duplicate", url_path="duplicate", icon="content_copy", permissions=["duplicate"])
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.duplicate(request, self, object_id)

    @action(description="Count what happened before", url_path="recount", icon="history", permissions=["change"])
    def recount(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.recount(request, self, object_id)

    @action(description="Retire", url_path="retire", icon="archive", permissions=["change"])
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.retire(request, self, object_id)

    @action(description="Bring back", url_path="unretire", icon="unarchive", permissions=["change"])
    def unretire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return definition_pages.bring_back(request, self, object_id)

    # --- What the form asks for while one types -----------------------------------------------------------------------

    def _may_edit(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) or self.has_add_permission(request)

    def preview_view(self, request: HttpRequest) -> JsonResponse:
        """The ladder that the form's present values give; with `do=generate` also the rows filled in. Nothing is saved."""
        if not self._may_edit(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        pk = request.POST.get("definition", "")
        stored = AchievementDefinition.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        if request.POST.get("do") != "generate":
            shown = previewing.as_shown(*previewing.read(request.POST, stored), stored=stored)
            return JsonResponse({"ladder": self._drawn(request, shown)})
        levels, problem = previewing.filled_in(request.POST)
        if problem:
            return JsonResponse({"problem": problem})
        rows = LevelsWidget().render("levels", levels, {"id": "id_levels"})
        begun = AchievementDefinition(strategy="non_linear")
        shown = previewing.as_shown(*previewing.resolved_of(begun, levels), stored=stored)
        return JsonResponse({"levels": rows, "ladder": self._drawn(request, shown)})

    def _drawn(self, request: HttpRequest, ladder: dict) -> str:
        return render_to_string("admin/achievements/ladder.html", {"ladder": ladder}, request)

    def facts_view(self, request: HttpRequest) -> JsonResponse:
        """What the condition can ask, for the builder."""
        if not self.has_view_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        return JsonResponse({"data": facts_for_builder(request.GET.get("trigger", ""))})

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("preview/", view(self.preview_view), name="achievements_achievementdefinition_preview"),
            path("facts/", view(self.facts_view), name="achievements_achievementdefinition_facts"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: AchievementDefinition, form, change) -> None:
        super().save_model(request, obj, form, change)
        number = (form.unlocking or {}).get("count")
        if number:
            who = "One customer is" if number == 1 else f"{number:,} customers are"
            self.message_user(request, f"{who} given their new levels now, in the background.")

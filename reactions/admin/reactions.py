"""Automation → Reactions: the list with what each did lately, and the address of every page about one."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesRadioFilter
from unfold.decorators import action, display

from cxmanager.deleting import DeletedOneByOneMixin
from cxmanager.refusals import Refusal
from cxmanager.versions import VersionsMixin
from profiles.admin.event_conditions import facts_for_builder
from reactions.admin import reaction_editing, reaction_pages, why_not
from reactions.models import Occurrence, Reaction, Run
from reactions.wording import Names, sentence_of

LATELY = timedelta(days=7)
FAILED = (Run.State.PARKED, Run.State.REFUSED, Run.State.RETRYING)


class SentencesChangeList(ChangeList):
    """Puts the sentence of each row together, with the names in it looked up once for all."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = Names()
        for row in self.result_list:
            row.in_words = sentence_of(row, row.actions.all(), names)


@admin.register(Reaction)
class ReactionAdmin(DeletedOneByOneMixin, VersionsMixin, SimpleHistoryAdmin, ModelAdmin):
    list_display = ["name", "said", "shown_state", "runs_lately", "failures_lately", "last_run", "next_run"]
    list_display_links = ["name"]
    list_filter = [("kind", ChoicesRadioFilter), ("is_active", BooleanRadioFilter)]
    list_filter_submit = True
    search_fields = ["name", "trigger", "description"]
    search_help_text = "Name, event or description"
    show_full_result_count = False
    ordering = ["name", "id"]
    list_per_page = 50
    actions = ["switch_on", "switch_off"]
    actions_list = ["recipes", "import_one"]
    object_history_template = "admin/benefits/history.html"
    history_list_per_page = 30
    # Switching is a step of its own; of actions, `write` makes rows.
    not_brought_back = VersionsMixin.not_brought_back | {"is_active", "switched_on_at", "deleted_at", "kind"}

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        """With what happened in the last seven days, within the same query."""
        lately = Run.objects.filter(reaction=OuterRef("pk"), created_at__gte=timezone.now() - LATELY).order_by()
        counted = lately.values("reaction").annotate(total=Count("pk"), failed=Count("pk", filter=Q(state__in=FAILED)))
        last = Run.objects.filter(reaction=OuterRef("pk")).order_by("-id").values("created_at")[:1]
        started = Occurrence.objects.filter(reaction=OuterRef("pk")).order_by("-id").values("started_at")[:1]
        return (
            Reaction.objects.living()
            .prefetch_related("actions")
            .annotate(
                runs_count=Coalesce(Subquery(counted.values("total")), 0),
                failed_count=Coalesce(Subquery(counted.values("failed")), 0),
                last_run_at=Coalesce(Subquery(started), Subquery(last)),
            )
        )

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        parent = super().get_changelist(request, **kwargs)
        return type("ReactionChangeList", (SentencesChangeList, parent), {})

    @display(description="What it does")
    def said(self, row: Reaction) -> str:
        return row.in_words

    @display(description="State", ordering="is_active", label={"On": "success", "Off": ""})
    def shown_state(self, row: Reaction) -> str:
        return "On" if row.is_active else "Off"

    @display(description="Runs in 7 days", ordering="runs_count")
    def runs_lately(self, row: Reaction) -> str:
        return f"{row.runs_count:,}"

    @display(description="Of them failed", ordering="failed_count", label=True)
    def failures_lately(self, row: Reaction) -> str:
        return f"{row.failed_count:,}"

    @display(description="Last", ordering="last_run_at")
    def last_run(self, row: Reaction) -> str:
        return date_format(timezone.localtime(row.last_run_at), "j M Y, H:i") if row.last_run_at else "Not yet"

    @display(description="Next", ordering="next_at")
    def next_run(self, row: Reaction) -> str:
        if row.kind != Reaction.Kind.AUTOMATION:
            return "–"
        return date_format(timezone.localtime(row.next_at), "j M Y, H:i") if row.next_at else "Not due"

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, rows) -> None:
        at, count = timezone.now(), 0
        for row in rows:
            try:
                row.switch_on(at=at)
                count += 1
            except Refusal as no:
                self.message_user(request, f"{row}: {no}", messages.WARNING)
        self.message_user(request, f"{count:,} {'is' if count == 1 else 'are'} switched on.")

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, rows) -> None:
        for row in rows:
            row.switch_off()
        self.message_user(request, f"{len(rows):,} {'is' if len(rows) == 1 else 'are'} switched off.")

    # --- Pages --------------------------------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        return reaction_editing.edit(request, self, object_id)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        return reaction_pages.remove(request, self, object_id)

    def bring_back(self, row: Reaction, version) -> None:
        """As it was then, with its actions, judged by the rules of today."""
        times = ("frequency", "at_time", "weekday", "day_of_month", "on_date", "cron", "audience")
        started_by = times if row.kind == Reaction.Kind.AUTOMATION else ("trigger",)
        fields = {name: getattr(version, name) for name in ("name", "description", "notes", *started_by)}
        row.write(at=timezone.now(), actions=version.as_written, **fields)

    def has_dry_run_permission(self, request: HttpRequest, object_id=None) -> bool:
        """It shows what is known of a customer."""
        return self.has_view_permission(request) and request.user.has_perm("profiles.view_profile")

    @action(description="Start from a recipe", url_path="recipes", icon="menu_book", permissions=["add"])
    def recipes(self, request: HttpRequest) -> HttpResponse:
        return reaction_pages.recipes(request, self)

    @action(description="Import", url_path="import", icon="upload", permissions=["add"])
    def import_one(self, request: HttpRequest) -> HttpResponse:
        return reaction_pages.import_one(request, self)

    def facts_view(self, request: HttpRequest) -> JsonResponse:
        """What a filter can ask, for the builder: what the event carries, then the customer's facts."""
        if not self.has_view_permission(request):
            return JsonResponse({"message": "You may not see this."}, status=403)
        return JsonResponse({"data": facts_for_builder(request.GET.get("trigger", ""))})

    def get_urls(self) -> list:
        view, pages = self.admin_site.admin_view, reaction_pages

        def about(page):
            return view(lambda request, object_id: page(request, self, object_id))

        return [
            path("facts/", view(self.facts_view), name="reactions_reaction_facts"),
            path("recipes/", view(lambda request: pages.recipes(request, self)), name="reactions_reaction_recipes"),
            path("why-not/", view(lambda request: why_not.why_not(request, self)), name="reactions_reaction_why_not"),
            path(
                "preview/",
                view(lambda request: reaction_editing.preview(request, self)),
                name="reactions_reaction_preview",
            ),
            path("<int:object_id>/run-now/", about(pages.run_by_hand), name="reactions_reaction_run_now"),
            path("import/", view(lambda request: pages.import_one(request, self)), name="reactions_reaction_import"),
            path("<int:object_id>/dry-run/", about(pages.dry_run), name="reactions_reaction_dry_run"),
            path("<int:object_id>/duplicate/", about(pages.duplicate), name="reactions_reaction_duplicate"),
            path("<int:object_id>/export/", about(pages.export), name="reactions_reaction_export"),
            *super().get_urls(),
        ]

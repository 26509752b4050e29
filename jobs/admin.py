"""Administration → Background work: what runs, what waits, what failed and why."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from cxmanager.paginating import BoundedListMixin
from cxmanager.tables import flat, table_of
from jobs.handlers import LABELS, label_of
from jobs.models import Job
from jobs.reporting import reports_for

COLOURS = {"Waiting": "info", "Running": "warning", "Done": "success", "Failed": "danger"}


class KindFilter(DropdownFilter):
    title = "work"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return sorted(LABELS.items(), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in LABELS else queryset


@admin.register(Job)
class JobAdmin(BoundedListMixin, ModelAdmin):
    """Facts of the worker, to be read. What can be stopped is stopped on its own page: an import, a bulk issue."""

    list_display = ["work", "shown_state", "progress", "created_by", "created_at", "finished_at"]
    list_display_links = ["work"]
    list_filter = [KindFilter, ("state", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["created_by"]
    sortable_by = []
    actions = None
    list_before_template = "admin/jobs/reports.html"
    fieldsets = [
        (None, {"fields": [("work", "shown_state"), "progress", "problem", "came_of_it"]}),
        ("When and by whom", {"fields": [("created_by", "created_at"), ("started_at", "finished_at")]}),
        ("For the operator", {"fields": [("kind", "attempts"), ("leased_by", "leased_until"), "asked"]}),
    ]
    readonly_fields = [
        *["work", "shown_state", "progress", "problem", "came_of_it", "created_by", "created_at", "started_at"],
        *["finished_at", "kind", "attempts", "leased_by", "leased_until", "asked"],
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        context = {
            "title": "Background work",
            "reports": reports_for(request.user, at=timezone.now()),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        # Nobody edits a job, so Django's log of edits would be empty.
        context = {**context, "show_history": False, "heading": f"{label_of(obj.kind)} #{obj.pk}"}
        return super().render_change_form(request, context, add, change, form_url, obj)

    @display(description="Work")
    def work(self, job: Job) -> str:
        return label_of(job.kind)

    @display(description="State", label=COLOURS)
    def shown_state(self, job: Job) -> str:
        return job.get_state_display()

    @display(description="Progress")
    def progress(self, job: Job):
        done = f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}"
        if job.percent is None or job.is_over:
            return done if job.done or not job.is_over else "–"
        bar = '<span class="benefit-left"><progress max="100" value="{}"></progress> {}</span>'
        return format_html(bar, job.percent, done)

    @display(description="What went wrong")
    def problem(self, job: Job) -> str:
        if job.error and job.state == Job.State.QUEUED:
            tried = f"It is tried again: {job.attempts} of {job.max_attempts} attempts were made."
            return f"{job.error.rstrip('.')}. {tried}"
        return job.error or "–"

    @display(description="What came of it")
    def came_of_it(self, job: Job):
        return table_of(["What", "Value"], list(flat(job.result or {})))

    @display(description="What was asked")
    def asked(self, job: Job):
        return table_of(["What", "Value"], list(flat(job.arguments)))

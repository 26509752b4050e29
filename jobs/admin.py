"""Administration → Background work: what runs, what waits, what failed and why."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from jobs.models import Job

COLOURS = {"queued": "info", "running": "warning", "done": "success", "failed": "danger", "cancelled": ""}


@admin.register(Job)
class JobAdmin(ModelAdmin):
    """Facts of the worker, to be read. What can be stopped is stopped on its own page: an import, a bulk issue."""

    list_display = ["kind", "shown_state", "progress", "created_by", "created_at", "finished_at"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["created_by"]
    search_fields = ["kind"]
    show_full_result_count = False
    fields = [
        *["kind", "shown_state", "progress", "error", "created_by", "created_at", "started_at", "finished_at"],
        *["attempts", "leased_by", "leased_until", "arguments", "result"],
    ]
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    @display(description="state", label=COLOURS, ordering="state")
    def shown_state(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @display(description="progress")
    def progress(self, job: Job) -> str:
        total = f" of {job.total:,} ({job.percent} %)" if job.total else ""
        return f"{job.done:,}{total}"

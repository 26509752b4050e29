"""Importing customers, purchases and what else there is a kind for: the file, its columns, what it would do, doing it, what came of it; and the history of all that."""

from collections.abc import Callable
from functools import update_wrapper

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from cxmanager.refusals import Refusal
from profiles.admin.exporting import export_view
from profiles.admin.import_forms import ColumnsForm, UploadForm
from profiles.importing import starting
from profiles.importing.kinds import columns_of, kind_of, permitted
from profiles.importing.refused import refused_rows
from profiles.models import ProfileImport

STATUSES = {
    "uploaded": ("Columns to match", "warning"),
    "waiting": ("Waiting", "info"),
    "checking": ("Being checked", "info"),
    "checked": ("Ready to run", "warning"),
    "running": ("Running", "info"),
    "done": ("Done", "success"),
    "failed": ("Failed", "danger"),
    "cancelled": ("Cancelled", "danger"),
    "lapsed": ("Never run", "warning"),
}
WOULD = {"created": "New {}", "updated": "To be changed", "unchanged": "As they are", "refused": "Rows left out"}
DID = {"created": "New {}", "updated": "Changed", "unchanged": "As they were", "refused": "Rows left out"}
STEPS = ("File", "Columns", "Preview", "Result")
PROBLEMS_SHOWN = 50


@admin.register(ProfileImport)
class ProfileImportAdmin(ModelAdmin):
    list_display = (
        "file_name",
        "status_label",
        "rows_shown",
        "created",
        "updated",
        "unchanged",
        "refused",
        "user",
        "on",
    )
    list_select_related = ("user", "job")
    search_fields = ("name",)
    search_help_text = "Name of the file"
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    list_before_template = "admin/profiles/import/list_before.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(permitted(request.user))

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(permitted(request.user)) and (obj is None or kind_of(obj) in permitted(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(permitted(request.user))

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).filter(kind__in=[kind.handle for kind in permitted(request.user)])

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Not by Django's page, which would list every refused row: the import's own page has a button."""
        return False

    @display(description="File", header=True)
    def file_name(self, row: ProfileImport) -> list:
        return [row.name, f"{kind_of(row).label}, {row.format}"]

    @display(description="Status", label=dict(STATUSES.values()))
    def status_label(self, row: ProfileImport) -> str:
        return STATUSES[row.status][0]

    @display(description="Rows")
    def rows_shown(self, row: ProfileImport) -> int | None:
        return row.rows

    @display(description="Uploaded", ordering="id")
    def on(self, row: ProfileImport):
        return row.created_at

    # --- The steps ----------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        """Step 1: what it is a list of, and the file."""
        kinds = permitted(request.user)
        kind = next((one for one in kinds if one.handle == request.GET.get("kind")), next(iter(kinds), None))
        if kind is None:
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent, kind=kind, user=request.user)
        if form.is_valid():
            return HttpResponseRedirect(page_url(form.cleaned_data["import"], "columns"))
        return self.page(request, "upload", title="Import a file", step=1, form=form, kind=kind, kinds=kinds)

    def sample_view(self, request: HttpRequest, handle: str) -> HttpResponse:
        """A small file of that kind, to fill in."""
        found = next((one for one in permitted(request.user) if one.handle == handle), None)
        if found is None:
            raise PermissionDenied
        response = HttpResponse(f"\ufeff{found.sample}", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="sample-{found.label.lower()}.csv"'
        return response

    def columns_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        """Step 2: what each column is."""
        if row.stage == ProfileImport.Stage.RUNNING or row.is_under_way or row.is_over:
            return HttpResponseRedirect(page_url(row))
        form = ColumnsForm(row, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                is_whole = form.cleaned_data.get("is_all_or_nothing", False)
                starting.match_columns(row, form.columns, is_all_or_nothing=is_whole, options=form.options)
                starting.start_check(row, clock=timezone.now)
                return HttpResponseRedirect(page_url(row))
            except Refusal as refused:
                form.add_error(None, refused)
        return self.page(request, "columns", title="Match the columns", step=2, row=row, form=form)

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None) -> HttpResponse:
        """Where the import is: its columns, its preview, or its result."""
        row = self.row(request, object_id)
        if row.status == "uploaded":
            return HttpResponseRedirect(page_url(row, "columns"))
        if row.status != "lapsed" and row.stage in (ProfileImport.Stage.CHECKING, ProfileImport.Stage.CHECKED):
            return self.page(
                request,
                "preview",
                title="Preview",
                step=3,
                row=row,
                state=state_of(row),
                would=row.preview,
                warnings=columns_of(row).warnings(),
                figures=figures_of(row, row.preview, WOULD),
                changing=row.preview.get("created", 0) + row.preview.get("updated", 0),
                is_blocked=row.is_all_or_nothing and row.preview.get("refused", 0) > 0,
            )
        problems = row.refused_rows.order_by("number")[:PROBLEMS_SHOWN]
        return self.page(
            request,
            "result",
            title="Import",
            step=4,
            row=row,
            state=state_of(row),
            figures=figures_of(row, vars(row), DID),
            problems=list(problems),
        )

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        self.row(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def run_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        try:
            starting.start(row, at=timezone.now())
        except Refusal as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(page_url(row))

    def cancel_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        if starting.cancel(row):
            messages.info(request, "The import stops after the step it is in. What was written stays.")
        else:
            messages.info(request, "There was nothing left to stop.")
        return HttpResponseRedirect(page_url(row))

    def remove_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        try:
            starting.remove(row)
        except Refusal as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(page_url(row))
        messages.success(request, "The import and its file were deleted. What was imported stays.")
        return HttpResponseRedirect(reverse("admin:profiles_profileimport_changelist"))

    def progress_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        """How far it is, for the script of the page."""
        return JsonResponse(state_of(row))

    def refused_view(self, request: HttpRequest, row: ProfileImport) -> HttpResponse:
        """The refused rows as a file to correct and import again."""
        response = StreamingHttpResponse(refused_rows(row), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-rows-{row.pk}.csv"'
        return response

    # --- Frame and addresses ------------------------------------------------------------------------------------------

    def page(self, request: HttpRequest, template: str, *, title: str, step: int, row=None, **context) -> HttpResponse:
        request.current_app = self.admin_site.name
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "row": row,
            "title": title,
            "step": step,
            "steps": STEPS,
            "back_url": reverse("admin:profiles_profileimport_changelist"),
            "kind": row and kind_of(row),
        }
        return TemplateResponse(request, f"admin/profiles/import/{template}.html", frame | context)

    def row(self, request: HttpRequest, object_id) -> ProfileImport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = ProfileImport.objects.select_related("user", "job")
        try:
            row = rows.get(pk=int(object_id))
        except (ProfileImport.DoesNotExist, ValueError, OverflowError) as error:
            raise Http404 from error
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def about_import(self, view: Callable) -> Callable:
        """The view gets (request, import). 403 without the permission, 404 without the import."""

        def guarded(request: HttpRequest, object_id: int) -> HttpResponse:
            return view(request, self.row(request, object_id))

        return update_wrapper(self.admin_site.admin_view(guarded), view)

    def get_urls(self) -> list:
        views = [
            ("columns/", self.columns_view, "columns"),
            ("run/", require_POST(self.run_view), "run"),
            ("cancel/", require_POST(self.cancel_view), "cancel"),
            ("remove/", require_POST(self.remove_view), "remove"),
            ("progress/", self.progress_view, "progress"),
            ("refused.csv", self.refused_view, "refused"),
        ]
        own = [
            path(f"<int:object_id>/{route}", self.about_import(view), name=f"profiles_profileimport_{name}")
            for route, view, name in views
        ]
        export = path("export/", self.admin_site.admin_view(export_view), name="profiles_export")
        sample = path(
            "sample/<slug:handle>.csv",
            self.admin_site.admin_view(self.sample_view),
            name="profiles_profileimport_sample",
        )
        return [export, sample, *own, *super().get_urls()]


def page_url(row: ProfileImport, page: str = "change") -> str:
    return reverse(f"admin:profiles_profileimport_{page}", args=[row.pk])


def figures_of(row: ProfileImport, counts: dict, words: dict[str, str]) -> list[dict]:
    """The four counts with what to call them."""
    several = kind_of(row).several
    return [{"name": name, "word": word.format(several), "value": counts.get(name, 0)} for name, word in words.items()]


def state_of(row: ProfileImport) -> dict:
    """What the progress bar shows; `is_under_way` false tells the script to load the page anew."""
    job = row.job
    is_stopping = row.is_under_way and job.is_cancel_requested
    return {
        "status": row.status,
        "label": "Stopping" if is_stopping else STATUSES[row.status][0],
        "is_under_way": row.is_under_way,
        "done": job.done if job else 0,
        "total": job.total if job else None,
        "percent": job.percent if job else None,
        "created": row.created,
        "updated": row.updated,
        "unchanged": row.unchanged,
        "refused": row.refused,
        "error": job.error if job and row.status == "failed" else "",
    }

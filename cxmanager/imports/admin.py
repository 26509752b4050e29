"""The back office's import and export pages."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from import_export.admin import ExportMixin, ImportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.results import Result
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from cxmanager.imports.previews import KeptFile
from cxmanager.imports.resources import refused_rows
from cxmanager.imports.sheets import MOST_BYTES, Sheet

MOST_ROWS_WRITTEN = 100_000


class SheetForm(ImportForm):
    def clean_import_file(self):
        upload = self.cleaned_data["import_file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Split it into several.")
        return upload


def sentence_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


class FileExportMixin(ExportMixin):
    """Export of what the list shows now, as CSV or XLSX, for those who hold `export_permission`."""

    export_form_class = ExportForm
    formats = [CSV, XLSX]
    export_permission = ""

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.export_permission)

    def get_export_queryset(self, request: HttpRequest):
        rows = super().get_export_queryset(request)
        # All rows of a file are in memory at once.
        if rows.order_by()[: MOST_ROWS_WRITTEN + 1].count() > MOST_ROWS_WRITTEN:
            messages.warning(
                request, f"The file has the first {MOST_ROWS_WRITTEN:,} rows. Filter the list to get others."
            )
            return rows[:MOST_ROWS_WRITTEN]
        return rows


class FileImportMixin(ImportMixin):
    """Import in two steps that lose nothing unsaid: the preview shows good and refused rows with the reasons; confirming
    takes the good ones, and what is refused only then is shown as well, instead of being dropped.
    """

    import_form_class = SheetForm
    import_template_name = "cxmanager/import.html"
    import_formats = [Sheet]
    tmp_storage_class = KeptFile
    import_permissions: tuple[str, ...] = ()
    import_help = ""

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.import_permissions) and request.user.has_perms(self.import_permissions)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs) -> dict:
        return {"request": request}

    def add_data_read_fail_error_to_form(self, form, e) -> None:
        unreadable = ValidationError("This file cannot be read as CSV or XLSX.")
        form.add_error("import_file", e if isinstance(e, ValidationError) else unreadable)

    def import_action(self, request: HttpRequest, **kwargs) -> HttpResponse:
        response = super().import_action(request, **kwargs)
        context = response.context_data
        context["import_help"] = self.import_help
        context["columns"] = self._columns(request)
        result = context.get("result")
        if result is not None:
            self._explain(context, result)
            if context["good_rows"]:
                context["confirm_form"] = self.create_confirm_form(request, import_form=context["form"])
        return response

    def _columns(self, request: HttpRequest) -> list[tuple[str, str]]:
        resource_class = self.get_import_resource_classes(request)[0]
        return resource_class(**self.get_import_resource_kwargs(request)).explained_columns()

    def process_import(self, request: HttpRequest, **kwargs) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and not KeptFile(name=request.POST.get("import_file_name")).exists():
            # Confirmed twice, or left open until the file was cleared away.
            messages.warning(
                request, "This file was imported already, or is no longer kept. Upload it again if need be."
            )
            return redirect(self._list_url())
        return super().process_import(request, **kwargs)

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """After confirming: say how many went in; show which did not, if any."""
        context = {**self.admin_site.each_context(request), "title": "Import", "opts": self.opts, "is_done": True}
        self._explain(context, result)
        if not (context["refused_rows"] or context["base_errors"]):
            messages.success(request, context["sentence"])
            return redirect(self._list_url())
        return TemplateResponse(request, [self.import_template_name], context)

    def _list_url(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    def _explain(self, context: dict, result: Result) -> None:
        context["refused_rows"] = refused_rows(result)
        context["base_errors"] = [sentence_of(one.error) for one in result.base_errors]
        # An unexpected error takes the whole file back, so then no row is good.
        context["good_rows"] = [] if result.has_errors() else result.valid_rows()
        context["sentence"] = self.sentence_about(result)

    def sentence_about(self, result: Result) -> str:
        """What the import did or would do, in words."""
        if result.has_errors():
            return "No row can be imported, because of an error in the file."
        new, updated, same = (result.totals[kind] for kind in ("new", "update", "skip"))
        refused = result.totals["invalid"]
        return f"{new} new, {updated} changed, {same} the same as before{f', {refused} refused' if refused else ''}."

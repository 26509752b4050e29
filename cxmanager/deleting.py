"""Deleting in the back office: one at a time, and only what nothing on record names."""

from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cxmanager.refusals import Refusal


class DeletedOneByOneMixin:
    """For a ModelAdmin. Deleting many at once is not offered: what was used cannot be deleted, and the page of each says so."""

    def get_actions(self, request: HttpRequest) -> dict:
        return {name: one for name, one in super().get_actions(request).items() if name != "delete_selected"}


class DeletedIfUnusedMixin(DeletedOneByOneMixin):
    """For a ModelAdmin of a model with `why_not_deletable()`: there is no button where that is a reason, and who asks anyway hears it."""

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["show_delete"] = obj is not None and obj.why_not_deletable() is None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        row = self.get_object(request, object_id)
        no = row.why_not_deletable() if row else None
        try:
            if no is None:
                return super().delete_view(request, object_id, extra_context)
        except (Refusal, ProtectedError):
            # Used between the question and the answer.
            no = row.why_not_deletable()
        self.message_user(request, str(no), level="error")
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        )

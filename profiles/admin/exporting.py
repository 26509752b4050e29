"""The list of customers as a file."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from profiles.importing.exporting import export_rows
from profiles.models import Profile

PERMISSION = "profiles.export_profiles"


def export_view(request: HttpRequest) -> HttpResponse:
    """Everybody on the list, with its search and filters when the address carries them. Streamed, however many they are."""
    if not (request.user.has_perm(PERMISSION) and request.user.has_perm("profiles.view_profile")):
        raise PermissionDenied
    shown = admin.site.get_model_admin(Profile).get_changelist_instance(request).queryset
    response = StreamingHttpResponse(export_rows(shown.prefetch_related(None)), content_type="text/csv; charset=utf-8")
    name = f"profiles-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

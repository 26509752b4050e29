"""What every page about one customer begins with: the permission, the customer, the frame."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from cxmanager.identifiers import as_uuid
from profiles.models import Profile


def page_url(profile: Profile, anchor: str = "") -> str:
    return reverse("admin:profiles_profile_change", args=[profile.pk]) + (f"#{anchor}" if anchor else "")


def about_customer(permission: str | None, *, is_write: bool = True) -> Callable:
    """The view gets (request, profile, …). 403 without the permission, 404 without the customer; what is written, only to the living."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, object_id: UUID | str, **kwargs) -> HttpResponse:
            if not (
                request.user.has_perm("profiles.view_profile") and (not permission or request.user.has_perm(permission))
            ):
                raise PermissionDenied
            profile = customer(object_id)
            if is_write and profile.deleted_at is not None:
                messages.error(request, "This profile was deleted, so nothing about it can be changed.")
                return HttpResponseRedirect(page_url(profile))
            return view(request, profile, **kwargs)

        return guarded

    return decorate


def customer(object_id: UUID | str) -> Profile:
    rows = Profile.objects.select_related("joined_location", "preferred_location", "merged_into").prefetch_related(
        "tags"
    )
    return get_object_or_404(rows, pk=as_uuid(str(object_id)))


def framed(
    request: HttpRequest, template: str, *, profile: Profile, title: str, status: int = 200, **context
) -> TemplateResponse:
    """The template inside the back office's frame, with the customer in its breadcrumbs."""
    request.current_app = admin.site.name
    frame = {
        **admin.site.each_context(request),
        "opts": Profile._meta,
        "original": profile,
        "profile": profile,
        "title": title,
        "back_url": page_url(profile),
    }
    return TemplateResponse(request, template, frame | context, status=status)

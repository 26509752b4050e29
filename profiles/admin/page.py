"""The profile page, and the small things that staff do on it: notes and tags."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from profiles.admin.forms import NoteForm, TagsForm
from profiles.admin.guarding import about_customer, framed, page_url
from profiles.cause import Cause
from profiles.models import Note, Profile
from profiles.panels import Place, render_panels

STATUS_VARIANTS = {"active": "success", "deleted": "danger", "pending": "warning", "incomplete": "warning"}


@about_customer(None, is_write=False)
def show(request: HttpRequest, profile: Profile, *, model_admin=None) -> HttpResponse:
    """Who the customer is and what happened to them, in the panels that the apps bring."""
    shown = render_panels(Place.PROFILE, profile, request)
    return framed(
        request,
        "admin/profiles/page.html",
        profile=profile,
        title=str(profile),
        wide=[one for one in shown if not one.panel.is_narrow],
        narrow=[one for one in shown if one.panel.is_narrow],
        may=permissions(request, profile),
        initials=initials(profile),
        status_variant=STATUS_VARIANTS.get(profile.profile_type, "info"),
    )


def initials(profile: Profile) -> str:
    """Two letters, or a question mark where no name is known."""
    return "".join(part[:1] for part in (profile.first_name, profile.last_name)).upper() or "?"


def permissions(request: HttpRequest, profile: Profile) -> dict[str, bool]:
    """Which of the page's buttons this user gets for this customer."""
    is_living = profile.deleted_at is None
    return {
        "edit": is_living and request.user.has_perm("profiles.change_profile"),
        "merge": is_living and request.user.has_perm("profiles.merge_profiles"),
        "export": request.user.has_perm("profiles.export_profile"),
        "erase": profile.erased_at is None
        and profile.merged_into_id is None
        and request.user.has_perm("profiles.erase_profile"),
    }


@require_POST
@about_customer("profiles.add_note")
def add_note(request: HttpRequest, profile: Profile) -> HttpResponse:
    form = NoteForm(request.POST, instance=Note(profile=profile, author=request.user))
    if form.is_valid():
        form.instance.put_down(at=timezone.now(), cause=Cause.by_staff(request.user))
        return HttpResponseRedirect(page_url(profile, "notes"))
    return framed(
        request,
        "admin/profiles/form_page.html",
        profile=profile,
        title="Write a note",
        form=form,
        save_label="Save note",
        status=422,
    )


@require_POST
@about_customer("profiles.change_note")
def pin_note(request: HttpRequest, profile: Profile, *, note_id: int) -> HttpResponse:
    note = get_object_or_404(profile.notes, pk=note_id)
    note.change(at=timezone.now(), cause=Cause.by_staff(request.user), is_pinned="unpin" not in request.POST)
    return HttpResponseRedirect(page_url(profile, "notes"))


@require_POST
@about_customer("profiles.delete_note")
def delete_note(request: HttpRequest, profile: Profile, *, note_id: int) -> HttpResponse:
    get_object_or_404(profile.notes, pk=note_id).remove(at=timezone.now(), cause=Cause.by_staff(request.user))
    messages.success(request, "The note was deleted.")
    return HttpResponseRedirect(page_url(profile, "notes"))


@require_POST
@about_customer("profiles.change_profile")
def add_tags(request: HttpRequest, profile: Profile) -> HttpResponse:
    form = TagsForm(request.POST)
    try:
        if form.is_valid():
            handles = form.cleaned_data["tags"]
            added = profile.add_tags(*handles, at=timezone.now(), cause=Cause.by_staff(request.user))
            if not added:
                messages.info(request, "The customer has these tags already.")
            return HttpResponseRedirect(page_url(profile, "tags"))
    except ValidationError as refused:
        form.add_error("tags", " ".join(refused.messages))
    return framed(
        request,
        "admin/profiles/form_page.html",
        profile=profile,
        title="Add tags",
        form=form,
        save_label="Add",
        status=422,
    )


@require_POST
@about_customer("profiles.change_profile")
def remove_tag(request: HttpRequest, profile: Profile, *, tag_id: int) -> HttpResponse:
    tag = get_object_or_404(profile.tags, pk=tag_id)
    profile.remove_tags(tag.handle, at=timezone.now(), cause=Cause.by_staff(request.user))
    return HttpResponseRedirect(page_url(profile, "tags"))

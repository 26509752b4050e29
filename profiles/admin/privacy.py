"""What a person may ask for by law: all that is held about them, or that it be erased."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone

from cxmanager.refusals import Refusal
from profiles import erasing, exporting
from profiles.admin.forms import EraseForm
from profiles.admin.guarding import about_customer, framed, page_url
from profiles.cause import Cause
from profiles.models import Profile


@about_customer("profiles.export_profile", is_write=False)
def export(request: HttpRequest, profile: Profile) -> HttpResponse:
    """All data of the person as a JSON file."""
    data = exporting.export(profile, at=timezone.now())
    response = JsonResponse(data, encoder=exporting.ENCODER, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="profile-{profile.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


@about_customer("profiles.erase_profile", is_write=False)
def erase(request: HttpRequest, profile: Profile) -> HttpResponse:
    """Says what goes and what stays; erases once the name was typed."""
    no = erasing.why_not_erasable(profile)
    if no is not None:
        return refused(request, profile, no)
    form = EraseForm(
        request.POST if request.method == "POST" else None, wanted=profile.full_name or profile.email or "erase"
    )
    if request.method == "POST" and form.is_valid():
        try:
            cause = Cause.by_staff(request.user, reason=form.cleaned_data["reason"])
            erasing.erase(profile, at=timezone.now(), cause=cause)
        except Refusal as late:
            return refused(request, profile, late)
        messages.success(request, "The personal data was erased.")
        return HttpResponseRedirect(page_url(profile))
    return framed(request, "admin/profiles/erase.html", profile=profile, title="Erase", form=form)


def refused(request: HttpRequest, profile: Profile, no: Refusal) -> HttpResponse:
    messages.error(request, str(no))
    return HttpResponseRedirect(page_url(profile))

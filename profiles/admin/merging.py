"""Merging from the profile page: choose the other profile, see what would happen, say yes."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from profiles import merging
from profiles.admin.forms import MergeReasonForm
from profiles.admin.guarding import about_customer, customer, framed, page_url
from profiles.cause import Cause
from profiles.models import Profile

HITS_SHOWN = 10


@about_customer("profiles.merge_profiles")
def choose(request: HttpRequest, profile: Profile) -> HttpResponse:
    """Find the profile to merge into this one. Before anything is typed, those that look like the same person."""
    text = request.GET.get("q", "").replace("\x00", "").strip()
    hits = Profile.objects.living().search(text) if text else lookalikes(profile)
    return framed(
        request,
        "admin/profiles/merge_choose.html",
        profile=profile,
        title="Merge",
        text=text,
        hits=hits.exclude(pk=profile.pk)[:HITS_SHOWN],
    )


def lookalikes(profile: Profile):
    """Living profiles of the same full name."""
    if not (profile.first_name and profile.last_name):
        return Profile.objects.none()
    named = Profile.objects.living().search(profile.full_name)
    return named.filter(first_name__iexact=profile.first_name, last_name__iexact=profile.last_name)


@about_customer("profiles.merge_profiles")
def confirm(request: HttpRequest, profile: Profile, *, loser_id: UUID) -> HttpResponse:
    """What merging would do; a POST does it. `swap` makes the other one the one that stays."""
    other = customer(loser_id)
    winner, loser = (other, profile) if "swap" in request.GET else (profile, other)
    form = MergeReasonForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST" and form.is_valid():
            cause = Cause.by_staff(request.user, reason=form.cleaned_data["reason"])
            merging.merge(winner=winner, loser=loser, at=timezone.now(), cause=cause)
            messages.success(request, f"Both are one profile now: {winner}.")
            return HttpResponseRedirect(page_url(winner))
        preview = merging.preview(winner=winner, loser=loser)
    except ValidationError as refused:
        # A rule that refuses, or a value stored long ago that today's rules do not take over.
        messages.error(request, " ".join(refused.messages))
        return HttpResponseRedirect(page_url(profile))
    return framed(
        request,
        "admin/profiles/merge_confirm.html",
        profile=profile,
        title="Merge",
        winner=winner,
        loser=loser,
        other=other,
        is_swapped="swap" in request.GET,
        preview=preview,
        form=form,
    )

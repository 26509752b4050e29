"""Claiming for a customer who stands at the counter: what they could have, what not yet and why, and the claim itself."""

from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from uuid_utils.compat import uuid7

from benefits.admin import previewing
from benefits.admin.giving import zone_for
from benefits.models import BenefitDefinition
from benefits.offering import as_shown
from benefits.wording import ends
from cxmanager.refusals import Refusal
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.cause import Cause
from profiles.models import Profile

MOST_SHOWN = 500


class ClaimForm(ActForm):
    # The same form sent twice, by a double click or a reload, claims once: the model knows the id it made.
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7()}, **kwargs)


def claim(request: HttpRequest, model_admin, profile_id: UUID, definition_id: int) -> HttpResponse:
    """The page on which staff claim a benefit in a customer's name."""
    profile = get_object_or_404(Profile, pk=profile_id)
    definition = get_object_or_404(BenefitDefinition, pk=definition_id)
    if not request.user.has_perm("benefits.issue_benefit"):
        raise PermissionDenied
    at, cause = timezone.now(), Cause.by_staff(request.user)
    zone = zone_for(definition, cause.location)
    no = definition.why_not_claimable(profile, at=at)
    act = Act(
        title="Claim a benefit",
        subtitle=f"{definition.name}, for {profile}",
        button="Claim it",
        back=back_to(request, profile_page(profile)),
        # A form sent twice must be told what the first one did, not that it is held already.
        no=None if request.method == "POST" else told(no),
        sentences=[
            one for one in (definition.short_description, previewing.end_of(definition, at=at, timezone=zone)) if one
        ],
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        try:
            benefit = definition.claim(profile, at=at, cause=cause, asked_as=cleaned["form_id"], timezone=zone)
        except Refusal as refused:
            raise told(refused) from refused
        return f"{profile} now has “{definition.name}”. {ends(benefit, at=at)}"

    return perform(request, model_admin, act, ClaimForm(sent(request)), do)


def told(no: Refusal | None) -> Refusal | None:
    """The refusal with what its clauses say, as staff may tell the customer."""
    failed = no.details.get("failed") if no is not None else None
    return Refusal(f"{no} Not met yet: {' '.join(failed)}", code=no.code) if failed else no


def claimable(request: HttpRequest, model_admin, profile_id: UUID) -> HttpResponse:
    """All that the customer could claim now, and all that they cannot claim yet."""
    profile = get_object_or_404(Profile.objects.living(), pk=profile_id)
    if not request.user.has_perm("benefits.view_benefit"):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Benefits to claim",
        "opts": model_admin.opts,
        "profile": profile,
        "back": profile_page(profile),
        "claims": as_shown(profile, request.user, at=timezone.now(), most=MOST_SHOWN),
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/benefits/claimable.html", context)

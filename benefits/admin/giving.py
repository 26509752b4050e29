"""Issuing a benefit to one customer by hand: which one, until when, why."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from uuid_utils.compat import uuid7

from benefits.admin import previewing
from benefits.models import BenefitDefinition, GlobalCounter
from benefits.refusals import refusal
from benefits.wording import ends
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.cause import Cause
from profiles.models import Location, Profile


class IssueForm(ActForm):
    definition = forms.ModelChoiceField(
        queryset=BenefitDefinition.objects.none(),
        label="Benefit",
        error_messages={
            "required": "Choose the benefit to issue.",
            "invalid_choice": "This benefit is no longer offered.",
        },
    )
    # The same form sent twice, by a double click or a reload, issues once: the model knows the id it made.
    form_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["definition", "reason", "form_id"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7(), **kwargs.pop("initial", {})}, **kwargs)
        self.fields["definition"].queryset = offered_by_staff()


def offered_by_staff():
    """The definitions that staff may issue by hand."""
    return BenefitDefinition.objects.issuable().filter(is_assignable=True).order_by("name", "id")


def zone_for(definition: BenefitDefinition, location: Location | None) -> str:
    """Where the benefit's last day ends: the definition's zone, else the store's where staff issue it, else the programme's."""
    return definition.timezone or (location.timezone if location else "") or settings.TIME_ZONE


def choices(*, location: Location | None, at) -> list[dict]:
    """Each definition that staff may issue, with the end and the global uses that it would have now. Two queries."""
    definitions = list(offered_by_staff())
    totals = GlobalCounter.objects.totals_by_definition([one.pk for one in definitions])
    return [as_choice(one, used=totals.get(one.pk, {}).get("used", 0), location=location, at=at) for one in definitions]


def as_choice(definition: BenefitDefinition, *, used: int, location: Location | None, at) -> dict:
    most = definition.max_global_redemptions
    left = None if most is None else most - used
    return {
        "id": definition.pk,
        "name": definition.name,
        "description": definition.short_description or definition.description,
        "thumbnail": definition.image.thumbnail_url,
        "ends": previewing.end_of(definition, at=at, timezone=zone_for(definition, location)),
        "uses": previewing.uses_of(definition),
        "left": "" if left is None else f"{left:,} of {most:,} left for all customers.",
        "why_not": str(refusal("no_allocation_left")) if left == 0 else "",
    }


def issue(request: HttpRequest, model_admin, profile_id: UUID) -> HttpResponse:
    """The page on which staff issue a benefit to a customer."""
    profile = get_object_or_404(Profile, pk=profile_id)
    if not request.user.has_perm("benefits.issue_benefit"):
        raise PermissionDenied
    at, cause = timezone.now(), Cause.by_staff(request.user)
    form = IssueForm(sent(request), initial={"definition": request.GET.get("definition")})
    act = Act(
        title="Issue a benefit",
        subtitle=str(profile),
        button="Issue it",
        back=back_to(request, profile_page(profile)),
        no=refusal("profile_inactive") if profile.deleted_at else None,
        template="admin/benefits/issue.html",
        context={"choices": choices(location=cause.location, at=at), "chosen": str(form["definition"].value() or "")},
    )

    def do(cleaned: dict) -> str:
        definition = cleaned["definition"]
        benefit = definition.issue(
            profile,
            at=at,
            cause=Cause.by_staff(request.user, reason=cleaned["reason"]),
            asked_as=cleaned["form_id"],
            timezone=zone_for(definition, cause.location),
        )
        return f"{profile} now has “{definition.name}”. {ends(benefit, at=at)}"

    return perform(request, model_admin, act, form, do)


def offer(request: HttpRequest, definition_id: int) -> JsonResponse:
    """What issuing this one now would give, as JSON: asked when it is chosen, so that the global uses are fresh."""
    if not request.user.has_perm("benefits.issue_benefit"):
        raise PermissionDenied
    definition = get_object_or_404(offered_by_staff(), pk=definition_id)
    location = Cause.by_staff(request.user).location
    used = definition.counters.totals()["used"]
    return JsonResponse(as_choice(definition, used=used, location=location, at=timezone.now()))

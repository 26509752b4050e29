"""What staff do with a customer's card itself: open one, give it a tier, suspend it or let it be used again."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from earning.admin.forms import OpenForm, StatusForm, TierForm, found_card, shared
from earning.models import LoyaltyCard, Program, TierDefinition
from earning.refusals import refusal
from earning.tiers.tiering import assign
from profiles.admin.acting import Act, back_to, perform, profile_page, sent
from profiles.cause import Cause
from profiles.models import Profile


def assign_tier(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.assign_tier")
    tiers = TierDefinition.objects.filter(program=card.program_id, is_assignable=True).order_by("rank")
    form = TierForm(sent(request), initial={"tier": card.tier_id})
    form.fields["tier"].queryset = tiers
    act = Act(
        title="Give a tier",
        button="Give it",
        no=None if tiers.exists() else "This program has no tier that staff may give.",
        sentences=[
            f"The customer is on {card.tier} now." if card.tier else "The customer has no tier now.",
            "One that is given by hand stays at least for a year, whatever the customer buys.",
        ],
        **shared(request, card),
    )

    def do(cleaned: dict) -> str:
        assign(card, cleaned["tier"], at=timezone.now(), cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"{card.profile} is on {cleaned['tier']} now."

    return perform(request, model_admin, act, form, do)


def change_status(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.change_loyaltycard")
    form = StatusForm(sent(request), initial={"status": card.status})
    act = Act(
        title="Status of the card",
        button="Change it",
        sentences=[f"It is {card.get_status_display().lower()} now. Whatever is on the card stays on it."],
        **shared(request, card),
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        card.change_status(cleaned["status"], at=timezone.now(), cause=cause)
        return f"The card of {card.profile} is {card.get_status_display().lower()} now."

    return perform(request, model_admin, act, form, do)


def open_card(request: HttpRequest, model_admin, profile_id: UUID) -> HttpResponse:
    """A card of a program of which the customer has none."""
    profile = get_object_or_404(Profile, pk=profile_id)
    if not request.user.has_perm("earning.add_loyaltycard"):
        raise PermissionDenied
    programs = Program.objects.exclude(pk__in=profile.cards.values("program")).order_by("name")
    form = OpenForm(sent(request))
    # Who was faster meanwhile is told by the verb.
    form.fields["program"].queryset = Program.objects.all() if request.method == "POST" else programs
    no = refusal("profile_inactive") if profile.deleted_at else None
    if no is None and request.method != "POST" and not programs.exists():
        no = "The customer has a card of every program already."
    act = Act(
        title="Open a card",
        subtitle=str(profile),
        button="Open it",
        back=back_to(request, profile_page(profile)),
        no=no,
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        card = LoyaltyCard.objects.issue(
            profile, cleaned["program"], at=timezone.now(), cause=cause, number=cleaned["number"]
        )
        return f"{profile} has the card {card.number} of {card.program} now."

    return perform(request, model_admin, act, form, do)

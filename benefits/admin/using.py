"""What staff do with one benefit of a customer: redeem, undo, extend, revoke."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from benefits.models import Benefit, Redemption
from benefits.wording import ends, uses_left
from cxmanager.moments import day
from cxmanager.periods import end_of_day
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.admin.extending import ExtendForm, SeenForm, number_seen
from profiles.cause import Cause


class RevokeForm(ActForm):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Why it is taken back. Kept with the benefit and on the customer's timeline.",
        error_messages={"required": "Say why it is taken back."},
    )


def found(request: HttpRequest, benefit_id: str, permission: str) -> Benefit:
    """The benefit, for those who hold the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    rows = Benefit.objects.present().select_related("definition", "profile")
    return get_object_or_404(rows, pk=benefit_id if str(benefit_id).isdigit() else None)


def shared(benefit: Benefit, request: HttpRequest, *, at: datetime) -> dict:
    """What every one of these pages says alike."""
    return {
        "back": back_to(request, profile_page(benefit.profile)),
        "subtitle": f"{benefit.definition.name}, {benefit.profile}",
        "context": {"benefit": benefit, "facts": [ends(benefit, at=at), f"{uses_left(benefit).capitalize()}."]},
    }


def redeem(request: HttpRequest, model_admin, benefit_id: str) -> HttpResponse:
    benefit = found(request, benefit_id, "benefits.redeem_benefit")
    at = timezone.now()
    no = benefit.why_not_redeemable(at=at)
    form = SeenForm(sent(request), initial={"seen": benefit.redemptions})
    instructions = benefit.definition.redeem_instructions_store
    act = Act(
        title="Redeem",
        button="Redeem it now",
        # A form sent twice must be told what the first one did, not that nothing is left.
        no=None if request.method == "POST" else no,
        sentences=[one for one in (instructions, _code_sentence(benefit)) if one],
        **shared(benefit, request, at=at),
    )

    @transaction.atomic
    def do(cleaned: dict) -> str:
        fresh = Benefit.objects.select_for_update(no_key=True).get(pk=benefit.pk)
        if fresh.redemptions > number_seen(cleaned):
            return _already_used(fresh.redemptions - number_seen(cleaned))
        benefit.redeem(at=at, cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"“{benefit.definition.name}” was redeemed for {benefit.profile}. {_undo_sentence()}"

    return perform(request, model_admin, act, form, do)


def _already_used(count: int) -> str:
    """What to say when somebody, most likely the same click twice, used it since the page was opened."""
    return (
        f"It was redeemed {'a moment ago' if count == 1 else f'{count} times meanwhile'}, so it was not redeemed again."
    )


def _code_sentence(benefit: Benefit) -> str:
    code = benefit.redeem_code_pos or benefit.definition.redeem_code_pos
    return f"Code at the till: {code}." if code else ""


def _undo_sentence() -> str:
    return f"It can be undone for {settings.REDEMPTION_REVERSAL_MINUTES} minutes."


def extend(request: HttpRequest, model_admin, benefit_id: str) -> HttpResponse:
    benefit = found(request, benefit_id, "benefits.extend_benefit")
    at = timezone.now()
    form = ExtendForm(sent(request), initial={"seen": benefit.expires_at.isoformat()})
    left = benefit.definition.max_extensions - benefit.extensions
    common = shared(benefit, request, at=at)
    common["context"]["present_end"] = benefit.expires_at.astimezone(ZoneInfo(benefit.timezone)).date()
    act = Act(
        title="Extend",
        button="Extend it",
        no=None if request.method == "POST" else benefit.why_not_extendable(),
        sentences=[f"It may be extended {'once' if left == 1 else f'{left} times'} more."],
        template="admin/benefits/extend.html",
        **common,
    )

    @transaction.atomic
    def do(cleaned: dict) -> str:
        fresh = Benefit.objects.select_for_update(no_key=True).get(pk=benefit.pk)
        if cleaned["seen"] != fresh.expires_at.isoformat():
            return f"It was extended a moment ago, so it was not extended again. {ends(fresh, at=at)}"
        until = cleaned["until"] and end_of_day(cleaned["until"], timezone=benefit.timezone)
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        benefit.extend(at=at, cause=cause, days=cleaned["days"], until=until)
        return f"“{benefit.definition.name}” of {benefit.profile} was extended. {ends(benefit, at=at)}"

    return perform(request, model_admin, act, form, do)


def revoke(request: HttpRequest, model_admin, benefit_id: str) -> HttpResponse:
    benefit = found(request, benefit_id, "benefits.revoke_benefit")
    at = timezone.now()
    act = Act(
        title="Revoke",
        button="Revoke it",
        is_danger=True,
        no=benefit.why_not_revocable(),
        sentences=[
            "It stays on record, and nobody can redeem it any more. This cannot be undone; you can issue another."
        ],
        **shared(benefit, request, at=at),
    )

    def do(cleaned: dict) -> str:
        benefit.revoke(at=at, cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"“{benefit.definition.name}” of {benefit.profile} was revoked."

    return perform(request, model_admin, act, RevokeForm(sent(request)), do)


def reverse_redemption(request: HttpRequest, model_admin, redemption_id: str) -> HttpResponse:
    """Undo a redemption: those who redeem may while the window is open, those with the permission at any time."""
    may_any_age = request.user.has_perm("benefits.reverse_any_redemption")
    if not (may_any_age or request.user.has_perm("benefits.redeem_benefit")):
        raise PermissionDenied
    rows = Redemption.objects.select_related("benefit", "definition", "profile")
    redemption = get_object_or_404(rows, pk=redemption_id if str(redemption_id).isdigit() else None)
    at = timezone.now()
    count = redemption.count - redemption.returned
    back = back_to(request, profile_page(redemption.profile))
    act = Act(
        title="Undo the redemption",
        subtitle=f"{redemption.definition.name}, {redemption.profile}",
        button="Undo it",
        back=back,
        no=None if request.method == "POST" else redemption.why_not_reversible(at=at, is_any_age_allowed=may_any_age),
        sentences=[
            f"It was redeemed on {day(redemption.redeemed_at, timezone=redemption.benefit.timezone, at=at)}. "
            f"{'The use is' if count == 1 else f'{count} uses are'} given back to the customer, and counted back everywhere."
        ],
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        redemption.reverse(at=at, cause=cause, is_any_age_allowed=may_any_age)
        return f"The redemption of “{redemption.definition.name}” was undone. {redemption.profile} can use it again."

    return perform(request, model_admin, act, ActForm(sent(request)), do)

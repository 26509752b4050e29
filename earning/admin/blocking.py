"""Holding back what is left of a credit, such as while a fraud is looked into, and letting it go again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cxmanager.moments import day
from earning.amounts import in_words
from earning.ledger.approving import block, unblock, why_not_blockable, why_not_unblockable
from earning.models import Credit
from earning.wording import ends, title_of
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.cause import Cause

PERMISSION = "earning.block_credit"


def found(request: HttpRequest, object_id: str) -> Credit:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    rows = Credit.objects.select_related("card__profile", "card__program", "award", "reward_definition")
    return get_object_or_404(rows, pk=object_id)


def subject(credit: Credit) -> str:
    return f"{title_of(credit)}, {credit.card.profile}"


def hold_back(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    credit = found(request, object_id)
    at = timezone.now()
    left = in_words(credit.remaining, credit.unit)
    act = Act(
        title="Block",
        subtitle=subject(credit),
        button="Block it",
        back=back_to(request, profile_page(credit.card.profile)),
        no=None if request.method == "POST" else why_not_blockable(credit, at=at),
        is_danger=True,
        sentences=[f"{left} are left. They cannot be spent until somebody unblocks them. {ends(credit, at=at)}"],
    )

    def do(cleaned: dict) -> str:
        block(credit, at=at, cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"{left} of {credit.card.profile} are blocked."

    return perform(request, model_admin, act, ActForm(sent(request)), do)


def since_then(credit: Credit, *, at: datetime) -> str:
    """What became of a credit that is let go: how the sentence that says so ends."""
    if credit.state == Credit.State.EXPIRED:
        return "but they have expired meanwhile"
    if credit.state == Credit.State.PENDING:
        return f"but they are pending: they can be used from {day(credit.active_from, timezone=credit.timezone, at=at)}"
    return "and can be used as before"


def let_go(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    credit = found(request, object_id)
    at = timezone.now()
    left = in_words(credit.remaining, credit.unit)
    act = Act(
        title="Unblock",
        subtitle=subject(credit),
        button="Unblock it",
        back=back_to(request, profile_page(credit.card.profile)),
        no=None if request.method == "POST" else why_not_unblockable(credit),
        sentences=[f"{left} are left. Their end is what it was: the time in between is not given back."],
    )

    def do(cleaned: dict) -> str:
        fresh = unblock(credit, at=at, cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"{left} of {credit.card.profile} are not blocked any more, {since_then(fresh, at=at)}."

    return perform(request, model_admin, act, ActForm(sent(request)), do)

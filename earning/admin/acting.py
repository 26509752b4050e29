"""What staff do with the points and the money on a customer's card: adjust, spend, transfer, pay."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from cxmanager.amounts import money
from cxmanager.identifiers import as_uuid
from cxmanager.refusals import Refusal
from earning.admin.forms import (
    AdjustForm,
    PayForm,
    SpendForm,
    TransferForm,
    found_card,
    points_of,
    says_points,
    shared,
)
from earning.amounts import POINTS, in_words
from earning.ledger.balances import live
from earning.ledger.transfer_limits import limits_in_words
from earning.models import Adjustment, BalanceRedemption, LoyaltyCard
from earning.rewards.redeeming import STRATEGIES, redeem, reverse_redemption, worth_of_a_point
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.admin.extending import number_seen
from profiles.cause import Cause
from profiles.models import Profile
from transactions.locking import in_turn

HITS_SHOWN = 10
DONE_BEFORE = "This was done a moment ago, so it was not done again."


def adjust(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.adjust_points")
    at, limit = timezone.now(), card.program.adjustment_approval_above
    latest = card.adjustments.order_by("-pk").values_list("pk", flat=True).first()
    form = AdjustForm(sent(request), initial={"seen": latest or 0})
    sentences = [says_points(points_of(card, at=at))]
    if limit is not None:
        more = f"More than {in_words(limit, POINTS)} at once" if limit else "It"
        sentences.append(f"{more} {'wait' if limit else 'waits'} until somebody else has approved.")
    act = Act(title="Adjust points", button="Adjust", sentences=sentences, **shared(request, card))

    @transaction.atomic
    def do(cleaned: dict) -> str:
        points = cleaned["points"] if cleaned["direction"] == "on" else -cleaned["points"]
        in_turn(card.profile)
        same = card.adjustments.filter(pk__gt=number_seen(cleaned), requested_by=request.user, amount=points)
        if same.exists():
            return DONE_BEFORE
        made = card.adjust(points, reason=cleaned["reason"], at=at, cause=Cause.by_staff(request.user))
        return says_adjusted(made, card)

    return perform(request, model_admin, act, form, do)


def says_adjusted(made: Adjustment, card: LoyaltyCard) -> str:
    amount = in_words(abs(made.amount), POINTS)
    if made.state == Adjustment.State.WAITING:
        return f"{amount} {'for' if made.amount > 0 else 'less for'} {card.profile} wait for approval by somebody else."
    return f"{amount} were put on the card." if made.amount > 0 else f"{amount} were taken off the card."


def spend(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.spend_points")
    at = timezone.now()
    act = Act(
        title="Spend points",
        button="Spend",
        sentences=[says_points(points_of(card, at=at))],
        **shared(request, card),
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        card.spend(cleaned["points"], at=at, cause=cause, external_id=f"staff-{cleaned['form_id']}")
        return f"{in_words(cleaned['points'], POINTS)} of {card.profile} were spent."

    return perform(request, model_admin, act, SpendForm(sent(request)), do)


def transfer(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """First whom to give them, then how many."""
    card = found_card(request, object_id, "earning.transfer_points")
    if "to" not in request.GET:
        return choose_taker(request, model_admin, card)
    taker = get_object_or_404(Profile.objects.living(), pk=as_uuid(request.GET["to"]))
    at = timezone.now()
    act = Act(
        title="Transfer points",
        button="Transfer",
        sentences=[f"To {taker}.", says_points(points_of(card, at=at)), *limits_in_words(card, at=at)],
        **shared(request, card),
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        key, points = f"staff-{cleaned['form_id']}", cleaned["points"]
        to = LoyaltyCard.objects.ensure(taker, card.program, at=at, cause=cause)
        try:
            card.transfer(to, points, at=at, cause=cause, external_id=key)
        except Refusal as no:
            if no.code == "external_id_taken":
                return DONE_BEFORE
            raise
        return f"{in_words(points, POINTS)} went from {card.profile} to {taker}."

    return perform(request, model_admin, act, TransferForm(sent(request)), do)


def choose_taker(request: HttpRequest, model_admin, card: LoyaltyCard) -> HttpResponse:
    """The search for the other customer, at the counter as in the list: by name, e-mail, phone or card number."""
    text = request.GET.get("q", "").replace("\x00", "").strip()
    hits = Profile.objects.living().search(text).exclude(pk=card.profile_id).order_by("-id")
    context = {
        **model_admin.admin_site.each_context(request),
        **shared(request, card),
        "title": "Transfer points",
        "opts": model_admin.opts,
        "text": text,
        "hits": hits[:HITS_SHOWN] if text else [],
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/earning/transfer.html", context)


def pay(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.redeem_balance")
    at = timezone.now()
    sums = live([card.pk], at=at)
    currencies = sorted({unit for _, unit in sums if unit != POINTS} - {card.program.currency})
    latest = card.profile.balance_redemptions.order_by("-pk").values_list("pk", flat=True).first()
    form = PayForm(
        sent(request), currencies=[card.program.currency, *currencies], initial={"seen": latest or 0, "is_strict": True}
    )
    act = Act(
        title="Pay with rewards and points",
        button="Pay",
        sentences=[what_pays(card, {unit: one["active"] for (_, unit), one in sums.items()})],
        **shared(request, card),
    )

    @transaction.atomic
    def do(cleaned: dict) -> str:
        profile = in_turn(card.profile)
        same = profile.balance_redemptions.filter(
            pk__gt=number_seen(cleaned), user=request.user, requested=cleaned["amount"], reversed_at=None
        )
        if same.exists():
            return DONE_BEFORE
        paid = redeem(
            profile,
            cleaned["amount"],
            at=at,
            cause=Cause.by_staff(request.user, reason=cleaned["reason"]),
            program=card.program,
            currency=cleaned["currency"],
            kinds=STRATEGIES[cleaned["kinds"]],
            is_strict=cleaned["is_strict"],
            receipt_ref=cleaned["receipt_ref"],
        )
        return f"{paid_in_words(paid)} It can be undone for {settings.REDEMPTION_REVERSAL_MINUTES} minutes."

    return perform(request, model_admin, act, form, do)


def what_pays(card: LoyaltyCard, active: dict) -> str:
    """“The card has 25.00 AUD in rewards, and 1,240 points, worth 12.40 AUD.”"""
    said = [f"{money(amount, unit)} in rewards" for unit, amount in sorted(active.items()) if unit != POINTS and amount]
    points = active.get(POINTS)
    rate = worth_of_a_point(card.program, card.program.currency)
    if points:
        worth = f"worth {money(points * rate, card.program.currency)}" if rate else "which are no money in this program"
        said.append(f"{in_words(points, POINTS)}, {worth}")
    return f"The card has {', and '.join(said)}." if said else "The card has nothing to pay with."


def paid_in_words(paid: BalanceRedemption) -> str:
    parts = [
        f"{money(one.value, paid.currency)} with {one.get_kind_display().lower()}"
        + (f" ({in_words(one.debit.amount, POINTS)})" if one.debit.unit == POINTS else "")
        for one in paid.parts.select_related("debit")
    ]
    return f"{money(paid.total, paid.currency)} were paid: {' and '.join(parts)}."


def undo_payment(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """Those who let customers pay may undo it while the window is open, those with the permission at any time."""
    may_any_age = request.user.has_perm("earning.reverse_any_payment")
    if not (may_any_age or request.user.has_perm("earning.redeem_balance")):
        raise PermissionDenied
    rows = BalanceRedemption.objects.select_related("profile")
    one = get_object_or_404(rows, pk=object_id)
    at = timezone.now()
    act = Act(
        title="Undo the payment",
        subtitle=f"{one}, {one.profile}",
        button="Undo it",
        back=back_to(request, profile_page(one.profile)),
        no=None if request.method == "POST" else one.why_not_reversible(at=at, is_any_age_allowed=may_any_age),
        sentences=["What was spent of rewards and points is on the card again, with the end that it had."],
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        reverse_redemption(one, at=at, cause=cause, is_any_age_allowed=may_any_age)
        return f"The payment of {one} was undone. {one.profile} can use it again."

    return perform(request, model_admin, act, ActForm(sent(request)), do)

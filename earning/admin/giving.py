"""What staff give a customer: a reward, something from the catalogue for points, more time, and what they undo of it."""

from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cxmanager.amounts import money
from cxmanager.periods import end_of_day
from earning.admin.forms import GiveForm, OrderForm, found_card, points_of, says_points, shared
from earning.amounts import POINTS, in_words
from earning.models import Credit, RewardDefinition, RewardOrder
from earning.rewards.ordering import cancel, catalogue_of, order
from earning.rewards.rewarding import extend, issue, why_not_extendable
from earning.wording import ends
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.admin.extending import ExtendForm
from profiles.cause import Cause


def given_by_staff(program_id: int):
    """The rewards that staff may give by hand."""
    rows = RewardDefinition.objects.filter(program=program_id, is_archived=False, is_assignable=True, benefit="")
    return rows.select_related("program").order_by("name", "id")


def give(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    card = found_card(request, object_id, "earning.issue_reward")
    at = timezone.now()
    form = GiveForm(sent(request))
    rewards = given_by_staff(card.program_id)
    form.fields["definition"].queryset = rewards
    form.fields["definition"].label_from_instance = lambda one: f"{one.name}, {money(one.value, one.unit)}"
    act = Act(title="Give a reward", button="Give it", **shared(request, card))
    if not rewards.exists():
        act = Act(title="Give a reward", button="", no=NOTHING_TO_GIVE, **shared(request, card))

    def do(cleaned: dict) -> str:
        made = issue(
            cleaned["definition"],
            card.profile,
            at=at,
            cause=Cause.by_staff(request.user, reason=cleaned["reason"]),
            value=cleaned["value_initial"],
            external_id=f"staff-{cleaned['form_id']}",
        )
        return (
            f"{card.profile} now has “{cleaned['definition']}”, {in_words(made.value, made.unit)}. {ends(made, at=at)}"
        )

    return perform(request, model_admin, act, form, do)


NOTHING_TO_GIVE = (
    "There is no reward yet that staff may give. A program manager adds one under Loyalty setup → Rewards."
)


def catalogue(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """What the customer could have for points, and why not what they cannot."""
    card = found_card(request, object_id, "earning.order_reward")
    at = timezone.now()
    points = points_of(card, at=at)
    offered = catalogue_of(card, at=at, points=points)
    form = OrderForm(sent(request))
    form.fields["definition"].queryset = RewardDefinition.objects.filter(program=card.program_id)
    act = Act(
        title="Take from the catalogue",
        button="Take it",
        sentences=[says_points(points)],
        template="admin/earning/catalogue.html",
        context={
            "choices": [
                {
                    "id": one.pk,
                    "name": one.name,
                    "description": one.short_description,
                    "cost": in_words(one.points_cost, POINTS),
                    "why_not": "" if no is None else str(no),
                }
                for one, no in offered
            ],
            "chosen": str(form["definition"].value() or ""),
        },
        **shared(request, card),
    )

    def do(cleaned: dict) -> str:
        made = order(
            cleaned["definition"],
            card.profile,
            at=at,
            cause=Cause.by_staff(request.user, reason=cleaned["reason"]),
            quantity=cleaned["quantity"],
            external_id=f"staff-{cleaned['form_id']}",
        )
        return f"{card.profile} took {made} for {in_words(made.points, POINTS)}."

    return perform(request, model_admin, act, form, do)


def extend_reward(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """More time for one reward."""
    if not request.user.has_perm("earning.extend_reward"):
        raise PermissionDenied
    rows = Credit.objects.select_related("card__profile", "card__program", "reward_definition")
    reward = get_object_or_404(rows, pk=object_id)
    at = timezone.now()
    before = reward.expires_at.isoformat() if reward.expires_at else "never"
    act = Act(
        title="Extend",
        subtitle=f"{reward.note or reward.get_kind_display()}, {reward.card.profile}",
        button="Extend it",
        back=back_to(request, profile_page(reward.card.profile)),
        # A form sent twice must be told what the first one did, not that it was extended already.
        no=None if request.method == "POST" else why_not_extendable(reward, at=at),
        sentences=[f"{in_words(reward.remaining, reward.unit)} are left. {ends(reward, at=at)} It is extended once."],
    )

    @transaction.atomic
    def do(cleaned: dict) -> str:
        fresh = Credit.objects.select_for_update(no_key=True, of=("self",)).get(pk=reward.pk)
        if fresh.extended_at is not None and cleaned["seen"] != fresh.expires_at.isoformat():
            return f"It was extended a moment ago, so it was not extended again. {ends(fresh, at=at)}"
        until = cleaned["until"] and end_of_day(cleaned["until"], timezone=ZoneInfo(reward.timezone).key)
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        longer = extend(reward, at=at, cause=cause, days=cleaned["days"], until=until)
        return f"The reward of {reward.card.profile} was extended. {ends(longer, at=at)}"

    return perform(request, model_admin, act, ExtendForm(sent(request), initial={"seen": before}), do)


def cancel_order(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    if not request.user.has_perm("earning.order_reward"):
        raise PermissionDenied
    rows = RewardOrder.objects.select_related("card__profile", "definition")
    one = get_object_or_404(rows, pk=object_id)
    act = Act(
        title="Cancel the order",
        subtitle=f"{one}, {one.card.profile}",
        button="Cancel it",
        back=back_to(request, profile_page(one.card.profile)),
        is_danger=True,
        sentences=[f"{in_words(one.points, POINTS)} come back, with the end that they had, and the reward goes."],
    )

    def do(cleaned: dict) -> str:
        cancel(one, at=timezone.now(), cause=Cause.by_staff(request.user, reason=cleaned["reason"]))
        return f"The order of {one} was cancelled. {in_words(one.points, POINTS)} are on the card again."

    return perform(request, model_admin, act, ActForm(sent(request)), do)

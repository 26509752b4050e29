"""What pages show of a customer's cards: on the profile page with what may be done, in the console's card at a glance, in the portal in
the customer's words."""

from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from cxmanager.amounts import money
from cxmanager.moments import date_of
from earning.amounts import POINTS, in_words
from earning.holdings import Holding, holdings_of
from earning.ledger.approving import why_not_blockable
from earning.models import BadgeHeld, BalanceRedemption, Credit, Debit, LoyaltyCard, RewardOrder
from earning.rewards.rewarding import why_not_extendable
from earning.wording import (
    CARD_VARIANTS,
    STATE_VARIANTS,
    ends,
    ends_of,
    held_back,
    signed,
    staying,
    title_of,
    told_to_members,
    way_up,
)
from profiles.models import Profile
from profiles.panels import Panel, Place, register

LINES_SHOWN = 8
BLOCKED_SHOWN = 20
REWARDS_AT_ONCE = 5
ORDERS_SHOWN = 3
MAY_BLOCK = "earning.block_credit"
# What may be done with a card: title, icon, page, permission.
ACTS = (
    ("Pay", "payments", "pay", "earning.redeem_balance"),
    ("Catalogue", "shopping_bag", "catalogue", "earning.order_reward"),
    ("Give a reward", "featured_seasonal_and_gifts", "give", "earning.issue_reward"),
    ("Adjust", "exposure", "adjust", "earning.adjust_points"),
    ("Spend", "remove", "spend", "earning.spend_points"),
    ("Transfer", "swap_horiz", "transfer", "earning.transfer_points"),
    ("Tier", "military_tech", "assign", "earning.assign_tier"),
    ("Status", "toggle_on", "status", "earning.change_loyaltycard"),
)


# --- The profile page -------------------------------------------------------------------------------------------------


def context(profile: Profile, request: HttpRequest) -> dict:
    """Cards, what happened on them, badges, orders. Eleven queries, one more where something is blocked, and seven for each card of a program with tiers."""
    at = timezone.now()
    holdings = holdings_of(profile, at=at)
    keys = [one.card.pk for one in holdings]
    lines = latest(keys)
    return {
        "cards": [card(one, request, at=at, is_gone=profile.deleted_at is not None) for one in holdings],
        "lines": [line(one, at=at) for one in lines[:LINES_SHOWN]],
        "has_more": len(lines) > LINES_SHOWN,
        "credits_url": f"{reverse('admin:earning_credit_changelist')}?q={profile.pk}",
        "debits_url": f"{reverse('admin:earning_debit_changelist')}?q={profile.pk}",
        "blocked": blocked_of(holdings),
        "may_block": profile.deleted_at is None and request.user.has_perm(MAY_BLOCK),
        "badges": list(BadgeHeld.objects.filter(card__in=keys).select_related("badge").order_by("-id")) if keys else [],
        "orders": list(RewardOrder.objects.filter(card__in=keys).select_related("definition")[:ORDERS_SHOWN])
        if keys
        else [],
        "undoable": undoable(profile, request, at=at),
        "next": reverse("admin:profiles_profile_change", args=[profile.pk]),
    }


def card(holding: Holding, request: HttpRequest, *, at: datetime, is_gone: bool) -> dict:
    """One card in words, with what this user may do with it."""
    shown = in_short(holding, at=at)
    may_extend = not is_gone and request.user.has_perm("earning.extend_reward")
    may_block = not is_gone and request.user.has_perm(MAY_BLOCK)
    rewards = [
        {
            "credit": one,
            "name": one.note or one.get_kind_display(),
            "left": in_words(one.remaining, one.unit),
            "ends": ends(one, at=at),
            "may_extend": may_extend and why_not_extendable(one, at=at) is None,
            "may_block": may_block,
        }
        for one in holding.rewards
    ]
    staying_told = staying(holding.progress, at=at) if holding.progress else ""
    acts = [
        {"title": title, "icon": icon, "url": reverse(f"admin:earning_loyaltycard_{name}", args=[holding.card.pk])}
        for title, icon, name, permission in ACTS
        if not is_gone and request.user.has_perm(permission)
    ]
    first, others = rewards[:REWARDS_AT_ONCE], rewards[REWARDS_AT_ONCE:]
    return shown | {"rewards": first, "more_rewards": others, "staying": staying_told, "acts": acts}


def in_short(holding: Holding, *, at: datetime) -> dict:
    """What all three pages show of a card."""
    one, progress = holding.card, holding.progress
    money_left = [money(holding.sum_of("active", unit), unit) for unit in holding.currencies]
    return {
        "card": one,
        "status": "" if one.status == LoyaltyCard.Status.ACTIVE else one.get_status_display(),
        "variant": CARD_VARIANTS[one.status],
        "points": in_words(holding.sum_of("active"), POINTS),
        "worth": "" if holding.worth is None else money(holding.worth, one.program.currency),
        "money": money_left,
        "held_back": list(held_back(holding)),
        "ends": ends_of(holding, at=at),
        "tier": progress.tier if progress else one.tier,
        "next_tier": progress and progress.next_tier,
        "percent": progress.percent_to_next if progress else 0,
        "way_up": way_up(progress) if progress else "",
    }


def latest(card_ids: list[int]) -> list[Credit | Debit]:
    """The newest lines of the ledger, one more than are shown. Two queries."""
    if not card_ids:
        return []
    most = LINES_SHOWN + 1
    credits = (
        Credit.objects.filter(card__in=card_ids).select_related("award__rule", "reward_definition").order_by("-id")
    )
    debits = Debit.objects.filter(card__in=card_ids).order_by("-id")
    both = [*credits[:most], *debits[:most]]
    return list(islice(sorted(both, key=happened_at, reverse=True), most))


def blocked_of(holdings: list[Holding]) -> list[dict]:
    """What is held back, newest first. One query where there is any."""
    keys = [one.card.pk for one in holdings if any(one.sum_of("blocked", unit) for unit in one.sums)]
    if not keys:
        return []
    rows = Credit.objects.filter(card__in=keys, state=Credit.State.BLOCKED).select_related("award").order_by("-id")
    return [
        {"credit": one, "title": title_of(one), "left": in_words(one.remaining, one.unit)}
        for one in rows[:BLOCKED_SHOWN]
    ]


def happened_at(one: Credit | Debit) -> tuple[datetime, bool, int]:
    """For the order: what was put on a card at the same moment came after what was taken off it."""
    return (one.created_at, True, one.pk) if isinstance(one, Credit) else (one.at, False, one.pk)


def line(one: Credit | Debit, *, at: datetime) -> dict:
    """A line of the ledger in words, with the way to its why, and of points to block them: money stands among the rewards."""
    is_credit = isinstance(one, Credit)
    variant = STATE_VARIANTS.get(one.state) if is_credit else None
    return {
        "amount": signed(one),
        "is_credit": is_credit,
        "title": title_of(one),
        "on": date_of(one.earned_at if is_credit else one.at),
        "state": one.get_state_display() if variant else "",
        "variant": variant,
        "url": reverse(f"admin:earning_{'credit' if is_credit else 'debit'}_change", args=[one.pk]),
        "is_blockable": is_credit and one.unit == POINTS and why_not_blockable(one, at=at) is None,
        "block_url": reverse("admin:earning_credit_block", args=[one.pk]) if is_credit else "",
    }


def undoable(profile: Profile, request: HttpRequest, *, at: datetime) -> list[BalanceRedemption]:
    """The payments that a slip of the finger may just have made: with a button to undo them while the window is open."""
    if not request.user.has_perm("earning.redeem_balance"):
        return []
    window = timedelta(minutes=settings.REDEMPTION_REVERSAL_MINUTES)
    recent = profile.balance_redemptions.filter(redeemed_at__gte=at - window, redeemed_at__lte=at, reversed_at=None)
    return list(recent.order_by("-id")[:ORDERS_SHOWN])


def actions(profile: Profile, request: HttpRequest) -> list[dict]:
    offered = []
    if request.user.has_perm("earning.view_earningrule"):
        offered.append({"title": "Why not?", "icon": "help", "url": page("why_not", profile)})
    if profile.deleted_at is None and request.user.has_perm("earning.add_loyaltycard"):
        offered.append({"title": "Open a card", "icon": "add_card", "url": page("open", profile)})
    return offered


def page(name: str, profile: Profile) -> str:
    return reverse(f"admin:earning_loyaltycard_{name}", args=[profile.pk])


# --- The console's card and the portal ----------------------------------------------------------------------------------


def at_a_glance(profile: Profile, request: HttpRequest) -> dict:
    """Tier and balances, nothing to do."""
    at = timezone.now()
    return {"cards": [in_short(one, at=at) for one in holdings_of(profile, at=at)]}


def for_members(profile: Profile, request: HttpRequest) -> dict:
    """Their cards, and what happened on them lately, in their words."""
    at = timezone.now()
    holdings = holdings_of(profile, at=at)
    lines = [one for one in latest([holding.card.pk for holding in holdings]) if is_for_members(one)]
    return {
        "cards": [
            in_short(one, at=at)
            | {
                "held_back": list(held_back(one, names=("pending", "debt"))),
                "rewards": [own_reward(reward, at=at) for reward in one.rewards],
            }
            for one in holdings
        ],
        "lines": [
            {
                "amount": signed(one),
                "is_credit": isinstance(one, Credit),
                "title": told_to_members(one),
                "on": date_of(one.earned_at if isinstance(one, Credit) else one.at),
            }
            for one in lines[:LINES_SHOWN]
        ],
        "badges": list(BadgeHeld.objects.filter(card__profile=profile).select_related("badge").order_by("-id")),
    }


def own_reward(reward: Credit, *, at: datetime) -> dict:
    left = in_words(reward.remaining, reward.unit)
    return {"name": told_to_members(reward), "left": left, "ends": ends(reward, at=at)}


def is_for_members(one: Credit | Debit) -> bool:
    """What waits for somebody, or never came about, is no business of the customer's; nor is what repays a debt."""
    return one.is_granted if isinstance(one, Credit) else one.kind != Debit.Kind.REPAYMENT


register(
    Panel(
        handle="earning",
        title="Loyalty",
        icon="loyalty",
        order=5,
        template="admin/earning/panel.html",
        context=context,
        actions=actions,
        permission="earning.view_loyaltycard",
    )
)
register(
    Panel(
        handle="earning.card",
        title="Loyalty",
        icon="loyalty",
        order=5,
        template="admin/earning/glance.html",
        context=at_a_glance,
        permission="earning.view_loyaltycard",
        places=frozenset({Place.CARD}),
    )
)
register(
    Panel(
        handle="earning.portal",
        title="Your points",
        icon="loyalty",
        order=5,
        template="admin/earning/portal.html",
        context=for_members,
        places=frozenset({Place.PORTAL}),
    )
)

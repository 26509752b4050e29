"""The loyalty of the demo: tiers, badges, rules of all types in several statuses, a catalogue, and purchases that earn."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from access.models import User
from cxmanager.refusals import Refusal
from earning.awards import approvals
from earning.coupons.making import bring
from earning.models import (
    Award,
    Badge,
    BadgeHeld,
    CouponPool,
    EarningRule,
    Program,
    RewardDefinition,
    RewardOrder,
    TierDefinition,
)
from earning.occurrences.reporting import report
from earning.rewards.ordering import order
from profiles.cause import Cause, Door
from profiles.demo import first_customers
from profiles.models import Profile
from transactions import following
from transactions.locking import in_turn
from transactions.models import Transaction

TIERS = [
    ("Bronze", "bronze", 0, "Where everybody begins."),
    ("Silver", "silver", 500, "Free alterations and early access to sales."),
    ("Gold", "gold", 1_500, "Two percent of every purchase comes back as credit."),
    ("Platinum", "platinum", 4_000, "A personal stylist and free delivery."),
]
BADGES = [
    ("Early bird", "early-bird", "For those who shopped with us in the first year."),
    ("Coat connoisseur", "coat-connoisseur", "For a wool coat of Tall Pine."),
]
EVERYWHERE = {"status": "active", "priority": 100}
EACH_WEEK = [{"scope": "member", "measure": "count", "period": "week", "cap": "2"}]
RULES = [
    {
        "name": "One point for every dollar",
        "handle": "one-per-dollar",
        "type": "spending",
        "description": "Every dollar you spend is a point. Delivery does not count.",
        "conditions": {"exclude_delivery": True},
        "rewards": {"points": "1"},
    },
    {
        "name": "Gold gives back",
        "handle": "gold-gives-back",
        "type": "spending",
        "description": "Two percent of what you spend comes back as credit.",
        "tiers": ["gold", "platinum"],
        "rewards": {"percent": "2"},
    },
    {
        "name": "Double points on knitwear",
        "handle": "double-knitwear",
        "type": "multiple_reward",
        "description": "All knitwear earns double, and Tall Pine triple.",
        "conditions": {
            "multipliers": [
                {"match": {"categories": ["knitwear"]}, "multiplier": "2"},
                {"match": {"brands": ["Tall Pine"]}, "multiplier": "3"},
            ]
        },
    },
    {
        "name": "Fifty points for the house blend",
        "handle": "house-blend",
        "type": "specific_purchase",
        "description": "For every bag of our house blend, up to five at once.",
        "conditions": {"match": {"skus": ["HOUSE-BLEND-250-G"]}, "per": "unit", "max_units": "5"},
        "rewards": {"points": "50"},
        "limits": EACH_WEEK,
    },
    {
        "name": "A wool coat is worth a badge",
        "handle": "wool-coat",
        "type": "specific_purchase",
        "description": "500 points and a badge for a wool coat, once we have seen the receipt.",
        "requires_approval": True,
        "conditions": {"match": {"skus": ["WOOL-COAT-S", "WOOL-COAT-M", "WOOL-COAT-L"]}, "per": "transaction"},
        "rewards": {"points": "500", "badge": "coat-connoisseur"},
    },
    {
        "name": "Happy birthday",
        "handle": "happy-birthday",
        "type": "event",
        "description": "200 points on your birthday.",
        "conditions": {"event": "birthday"},
        "rewards": {"points": "200"},
    },
    {
        "name": "Welcome",
        "handle": "first-purchase",
        "type": "event",
        "description": "100 points for your first purchase.",
        "conditions": {"event": "first_purchase"},
        "rewards": {"points": "100"},
    },
    {
        "name": "Share a look from the app",
        "handle": "shared-a-look",
        "type": "custom_event",
        "description": "20 points for sharing a look, once a day.",
        "conditions": {"code": "app.shared_look", "member_triggerable": True},
        "rewards": {"points": "20"},
        "limits": [{"scope": "member", "measure": "count", "period": "day", "cap": "1"}],
    },
    {
        "name": "Bring a friend",
        "handle": "bring-a-friend",
        "type": "referral",
        "description": "300 points for you and your friend when they first shop for 50 dollars or more.",
        "conditions": {"event": "first_purchase", "beneficiary": "both", "min_order_total": "50"},
        "rewards": {"points": "300"},
        "limits": [{"scope": "global", "measure": "points", "period": "month", "cap": "50000"}],
    },
    {
        "name": "Hear from us by e-mail",
        "handle": "email-permission",
        "type": "permission",
        "status": "draft",
        "description": "50 points for letting us write to you.",
        "conditions": {"permissions": ["email_promo"], "on_withdrawal": "reverse"},
        "rewards": {"points": "50"},
    },
    {
        "name": "Gift card top-up",
        "handle": "gift-card-top-up",
        "type": "ledger_transaction",
        "status": "inactive",
        "description": "One percent more for every top-up of 100 dollars or more.",
        "conditions": {"accounts": ["gift-card"], "direction": "credit", "min_amount": "100"},
        "rewards": {"percent": "1"},
    },
    {
        "name": "Welcome coupon",
        "handle": "welcome-coupon",
        "type": "coupon",
        "description": "Five dollars of credit with the coupon of our letter.",
        "conditions": {"codes": ["WELCOME26"], "once_per_member": True, "max_uses": 500, "min_order_total": "30"},
        "rewards": {"currency_amount": "5"},
    },
    {
        "name": "Letter of the summer",
        "handle": "summer-letter",
        "type": "coupon",
        "description": "250 points with the code of your letter. Each letter has its own.",
        "conditions": {"pool": "summer-letters"},
        "rewards": {"points": "250"},
    },
    {
        "name": "Thank you from our staff",
        "handle": "staff-thank-you",
        "type": "spending",
        "is_hidden": True,
        "apply_automatically": False,
        "description": "Chosen by hand, for a customer who had to wait.",
        "conditions": {"mode": "step", "per_amount": "50"},
        "rewards": {"points": "25"},
    },
    {
        "name": "Triple December",
        "handle": "triple-december",
        "type": "multiple_reward",
        "status": "archived",
        "starts_at": "2025-12-01 00:00:00",
        "ends_at": "2025-12-24 23:59:59",
        "description": "Three times the points until Christmas Eve.",
        "conditions": {"multipliers": [{"match": {}, "multiplier": "3"}]},
    },
]
REWARDS = [
    {
        "name": "Ten dollars off",
        "handle": "ten-off",
        "type": "points",
        "value": Decimal("10.00"),
        "points_cost": Decimal(500),
        "short_description": "Ten dollars off whatever you like.",
        "is_extendable": True,
    },
    {
        "name": "Thirty dollars off",
        "handle": "thirty-off",
        "type": "points",
        "value": Decimal("30.00"),
        "points_cost": Decimal(1_200),
        "max_per_profile": 2,
        "short_description": "For those who saved a little longer.",
    },
    {
        "name": "Five presents wrapped",
        "handle": "wrapped-presents",
        "type": "points",
        "value": Decimal(0),
        "points_cost": Decimal(150),
        "stock": 100,
        "benefit": "gift-wrapping",
        "short_description": "We wrap, you give.",
    },
    {
        "name": "Anniversary credit",
        "handle": "anniversary-credit",
        "type": "anniversary",
        "value": Decimal("15.00"),
        "period": 3,
        "period_type": "months",
        "short_description": "Thank you for another year.",
    },
]
APPROVED = 4
CAUSE = Cause(door=Door.COMMAND, reason="Demo data.")


@transaction.atomic
def make_loyalty(*, at: datetime, user: User) -> Program:
    """Tiers, badges, rules and rewards of the default program, made where they are missing. What was edited stays as it is."""
    program = Program.objects.default()
    if program.point_value is None and not EarningRule.objects.filter(program=program).exists():
        program.point_value = Decimal("0.02")
        program.save(update_fields=["point_value", "updated_at"])
    make_tiers(program)
    for name, handle, description in BADGES:
        Badge.objects.get_or_create(handle=handle, defaults={"name": name, "description": description})
    make_pool(program)
    known = set(EarningRule.objects.filter(program=program).values_list("handle", flat=True))
    for document in RULES:
        if document["handle"] not in known:
            EarningRule.objects.write(EVERYWHERE | document | {"program": program.handle}, at=at, user=user)
    for values in REWARDS:
        if not RewardDefinition.objects.filter(handle=values["handle"]).exists():
            reward = RewardDefinition(program=program, **values)
            reward.full_clean()
            reward.save()
    return program


def make_tiers(program: Program) -> None:
    """The ladder, for a program that has none."""
    if TierDefinition.objects.filter(program=program).exists():
        return
    for rank, (name, handle, value_min, description) in enumerate(TIERS):
        TierDefinition.objects.create(
            program=program,
            name=name,
            handle=handle,
            rank=rank,
            value_min=value_min,
            value_maintain=value_min * Decimal("0.8") if value_min else None,
            short_description=description,
        )


def make_pool(program: Program) -> None:
    """Two hundred codes for letters."""
    pool, is_new = CouponPool.objects.get_or_create(
        program=program, handle="summer-letters", defaults={"name": "Letters of the summer"}
    )
    if is_new:
        bring(pool, [f"summer-{number:04}-{number * 7919 % 9973:04}" for number in range(200)])


def let_some_earn(*, at: datetime, seed: int, most_customers: int = 60, most_sales: int = 200) -> int:
    """Let purchases of the newest customers that earned nothing yet earn as if a till had just sent them. Returns how many awards there are.

    A few of those customers share a look from their app, and take what they can pay for from the catalogue.
    """
    people = first_customers(seed, most_customers)
    sales = Transaction.objects.counted().filter(profile__in=people, type=Transaction.Type.SALE, awards=None)
    for sale in sales.select_related("profile").order_by("transacted_at", "pk")[:most_sales]:
        earn(sale)
    for number, profile in enumerate(people[:8]):
        tell(profile, f"demo-{seed}-look-{number}", at=at - timedelta(days=number))
    take_some(people, seed=seed, at=at)
    approve_some(people, at=at)
    return Award.objects.filter(card__profile__in=people).count()


@transaction.atomic
def earn(sale: Transaction) -> None:
    """As of the moment at which it was made."""
    sale.profile = in_turn(sale.profile)
    at = sale.transacted_at
    foreseen = following.foresee(sale.profile, at=at)
    following.follow(following.What.RECORDED, sale, event=None, at=at, cause=CAUSE, foreseen=foreseen)


def tell(profile: Profile, external_id: str, *, at: datetime) -> None:
    """Report the custom event of the demo's app, where its rule is still there."""
    try:
        report(profile, "app.shared_look", external_id=external_id, at=at, cause=CAUSE, by_member=True)
    except Refusal:
        # A program that was played with.
        return


def approve_some(people: list[Profile], *, at: datetime) -> None:
    """The first few of what waits, so that some have a badge; the rest waits for whoever tries the page."""
    if BadgeHeld.objects.exists():
        return
    for award in Award.objects.waiting().filter(card__profile__in=people)[:APPROVED]:
        approvals.approve(award, at=at, cause=CAUSE)


def take_some(people: list[Profile], *, seed: int, at: datetime) -> None:
    """One reward for points for each of the first who can pay it."""
    reward = RewardDefinition.objects.filter(handle="ten-off", is_archived=False).first()
    if reward is None:
        return
    for number, profile in enumerate(people[:12]):
        key = f"demo-{seed}-{number}"
        if RewardOrder.objects.filter(external_id=key).exists():
            continue
        try:
            order(reward, profile, at=at, cause=CAUSE, external_id=key)
        except Refusal:
            # Not enough points yet.
            continue

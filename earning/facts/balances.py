"""What conditions can ask of what is on a customer's card of the default program: Omneo's balances (omneo-reference 4.8), and our own sums.

They are the sums as they are kept: a worker settles what is due within a second (earning.expiring).
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Case, DecimalField, Expression, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Round

from earning.amounts import POINTS
from earning.models import Balance, Credit
from earning.models.program import AMOUNT
from earning.rounding import MINOR_DIGITS
from profiles.conditions.facts import Fact, FactType, register

NUMBER = DecimalField(**AMOUNT)
HELP = "Of the default program."


def of_points(name: str) -> Expression:
    """A sum of the points; 0 for who has none."""
    return found(Balance.objects.filter(unit=POINTS).values(name))


def in_money() -> Expression:
    """What the points come to, to the cent or the yen as `rounding.money`; 0 where the program does not say what one is worth."""
    exact = F("active") * Coalesce(F("card__program__point_value"), Value(0), output_field=NUMBER)
    places = [
        When(card__program__currency__in=codes.split(), then=Round(exact, precision=digits, output_field=NUMBER))
        for digits, codes in MINOR_DIGITS.items()
    ]
    worth = Case(*places, default=Round(exact, precision=2, output_field=NUMBER), output_field=NUMBER)
    return found(Balance.objects.filter(unit=POINTS).annotate(worth=worth).values("worth"))


def of_rewards() -> Expression:
    """Money in the program's own currency."""
    return found(Balance.objects.filter(unit=F("card__program__currency")).values("active"))


def found(rows) -> Expression:
    rows = rows.filter(card__profile=OuterRef("pk"), card__program__is_default=True).order_by()
    return Coalesce(Subquery(rows[:1]), Value(0), output_field=NUMBER)


def fact(handle: str, label: str, example, expression: Callable[[], Expression], help: str = HELP) -> Fact:
    def column(at: datetime) -> Expression:
        return expression()

    return register(
        Fact(
            handle=handle,
            label=label,
            type=FactType.NUMBER,
            example=example,
            group="Points and rewards",
            help=help,
            column=column,
            is_always_known=True,
        )
    )


for handle, name, label, example, help in (
    ("point_balance", "active", "Points", 1500, "What can be spent of them now, of the default program."),
    ("points_pending", "pending", "Points that can be used later", 120, HELP),
    ("points_pending_approval", "pending_approval", "Points that wait for approval", 50, HELP),
    (
        "points_debt",
        "debt",
        "Points owed",
        40,
        "Taken back when they were no longer there. What is earned next repays them.",
    ),
    ("points_earned", "earned", "Points earned, all time", 4200, "Whatever became of them, of the default program."),
    ("points_spent", "spent", "Points spent, all time", 2500, "Without what came back, of the default program."),
    ("points_expired", "expired", "Points expired, all time", 80, HELP),
):
    fact(handle, label, example, lambda name=name: of_points(name), help)

fact(
    "point_balance_dollars",
    "Points, in money",
    15.0,
    in_money,
    "What the points come to, where the default program says what one is worth.",
)
fact("reward_balance", "Reward money", 25.0, of_rewards, "In the currency of the default program.")
fact(
    "combined_balance_dollars",
    "Rewards and points, in money",
    40.0,
    lambda: of_rewards() + in_money(),
    "Reward money, and what the points come to, of the default program.",
)


def next_end(at: datetime) -> Expression:
    """When the reward money ends that ends first; nothing where none does."""
    money = Credit.objects.filter(
        state=Credit.State.ACTIVE,
        card__profile=OuterRef("pk"),
        card__program__is_default=True,
        unit=F("card__program__currency"),
        expires_at__isnull=False,
    )
    return Subquery(money.order_by("expires_at").values("expires_at")[:1])


register(
    Fact(
        handle="reward_ends_at",
        label="Reward money ends at",
        type=FactType.MOMENT,
        example="2026-06-30 13:59:59",
        group="Points and rewards",
        help="When the first of it ends that can be used now, of the default program. Unknown where none ends.",
        column=next_end,
    )
)

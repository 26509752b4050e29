"""What conditions can ask of a customer's purchases: every figure of omneo-reference 2.8, under `aggregations.`."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Expression, F, Value
from django.db.models.functions import Coalesce

from profiles.conditions.facts import Fact, FactType, register
from transactions import figures
from transactions.models import Aggregation, PurchasedBrand, TransactedLocation

GROUP = "Purchases"


def kept(name: str, usual) -> Callable[[datetime], Expression]:
    """The figure as it is kept; `usual` for customers who never bought anything, who may have no row."""
    field = Aggregation._meta.get_field(name)
    return lambda at: Coalesce(F(f"aggregation__{name}"), Value(usual), output_field=field)


def fact(name: str, label: str, type: FactType, example, **given) -> Fact:
    return register(Fact(handle=f"aggregations.{name}", label=label, type=type, example=example, group=GROUP, **given))


# What is nothing, rather than unknown, for customers who never bought.
for name, label, example, help_text in (
    ("spend_all", "Spend, all time", 1280.5, "Net of returns, in the programme's currency."),
    ("spend_12m", "Spend in the year up to the latest purchase", 640.0, "Net, in the 12 months before the latest day."),
    ("spend_atv_all", "Average sale, all time", 64.0, "Net spend for each sale."),
    ("spend_atv_12m", "Average sale in the year up to the latest", 58.5, "Net spend for each sale."),
    ("latest_shop_spend", "Spend at the latest sale", 49.9, ""),
    ("shop_count", "Days with spend", 14, "Days on which more was bought than brought back."),
    ("total_shop_days", "Shopping days", 12, "Days with a sale."),
):
    fact(name, label, FactType.NUMBER, example, help=help_text, column=kept(name, 0), is_always_known=True)

fact(
    "spend_12m_now",
    "Spend in the last 12 months",
    FactType.NUMBER,
    512.0,
    help="Net of returns, in the 12 months up to today.",
    column=figures.spend_now_expression,
    is_always_known=True,
)

for name, label, example in (
    ("shop_days", "Average days between shopping days", 30.5),
    ("average_shop_days", "Average days for each shopping day", 25.5),
    ("second_shop_days", "Days from the first to the second purchase", 40),
    ("latest_shop_days", "Days between the latest two purchases", 21),
    ("discount_avg", "Average discount in percent", 12.5),
):
    fact(name, label, FactType.NUMBER, example, column=f"aggregation__{name}")

fact(
    "first_shop_days",
    "Days from joining to the first purchase",
    FactType.NUMBER,
    3,
    help="0 for who bought on the day they joined, or before.",
    column=figures.first_shop_days_expression,
)

for name, label in (
    ("spend_first_date", "First transaction"),
    ("spend_last_date", "Latest transaction"),
    ("first_shop_date", "First purchase"),
    ("second_shop_date", "Second purchase"),
    ("previous_shop_date", "Purchase before the latest"),
    ("latest_shop_date", "Latest purchase"),
    ("at_risk_date", "At risk from"),
):
    fact(name, label, FactType.DATE, "2026-05-01", column=f"aggregation__{name}")

fact(
    "dimension_frequency",
    "Frequency",
    FactType.TEXT,
    "FH",
    choices=tuple(Aggregation.Frequency.choices),
    has_only_choices=True,
    column=kept("dimension_frequency", "F0"),
    is_always_known=True,
)
fact(
    "dimension_recency",
    "Recency",
    FactType.TEXT,
    "RC",
    choices=figures.RECENCY_CHOICES,
    has_only_choices=True,
    column=figures.recency_expression,
    is_always_known=True,
)
fact(
    "dimension_join",
    "Time since joining",
    FactType.TEXT,
    "JC",
    choices=figures.JOINED_CHOICES,
    has_only_choices=True,
    column=figures.joined_expression,
)
fact(
    "channel",
    "Channel",
    FactType.TEXT,
    "CM",
    choices=tuple(Aggregation.Channel.choices),
    has_only_choices=True,
    column=kept("channel", ""),
    is_always_known=True,
)
fact(
    "latest_shop_currency",
    "Currency of the latest sale",
    FactType.TEXT,
    "AUD",
    column=kept("latest_shop_currency", ""),
    is_always_known=True,
)
for name, label, column in (
    ("store_join.name", "Shop of joining", "joined_location__name"),
    ("most_transacted_location.name", "Favourite shop", "aggregation__most_transacted_location__name"),
    ("latest_transacted_location.name", "Latest shop", "aggregation__latest_transacted_location__name"),
):
    fact(name, label, FactType.TEXT, "Fitzroy", column=column)
for name, label, example in (
    ("likely_country", "Likely country", "Australia"),
    ("likely_country_iso", "Likely country (ISO)", "AU"),
    ("likely_state_iso", "Likely state (ISO)", "VIC"),
    ("likely_region", "Likely region", "Inner North"),
):
    fact(
        name,
        label,
        FactType.TEXT,
        example,
        help=f"Of the shops where the customer bought most often: “{figures.LIKELY[name]}” in their addresses.",
        column=lambda at, name=name: figures.likely_expression(name),
    )
    fact(
        f"{name}_score",
        f"{label}: how likely",
        FactType.NUMBER,
        0.75,
        help="Its share of the sales at shops of which this is known, from 0 to 1. Unknown counts as 0.",
        column=lambda at, name=name: figures.likely_score_expression(name),
    )
fact(
    "purchased_brands",
    "Brands bought",
    FactType.LIST,
    ["Acme"],
    help="Brands of which more was bought than brought back.",
    rows=lambda: PurchasedBrand.objects.all(),
    column="brand",
)
fact(
    "transacted_locations",
    "Shops bought at",
    FactType.LIST,
    ["Fitzroy"],
    rows=lambda: TransactedLocation.objects.all(),
    column="location__name",
)

"""What the profile page shows of a customer's purchases: the latest, what they sum to, and what the customer likes."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from cxmanager.amounts import money, pieces
from profiles.models import Profile
from profiles.panels import Panel, register
from transactions.figures import JOINED_CHOICES, RECENCY_CHOICES, figures_of
from transactions.models import Aggregation, PurchasedBrand
from transactions.wording import moment_of, status_of, total_of

RECENT = 5
BRANDS_SHOWN = 8
SIZES, COLOURS = "size_", "_colour"


def recent(profile: Profile, request: HttpRequest) -> dict:
    """The latest sales and returns, with their lines. Three queries."""
    rows = profile.transactions.select_related("location").prefetch_related("items").order_by("-transacted_at", "-id")
    rows = list(rows[: RECENT + 1])
    return {
        "rows": [
            {
                "transaction": row,
                "at": moment_of(row),
                "lines": list(row.items.all()),
                "total": total_of(row),
                "status": "" if row.counts else status_of(row),
            }
            for row in rows[:RECENT]
        ],
        "has_more": len(rows) > RECENT,
    }


def figures(profile: Profile, request: HttpRequest) -> dict:
    """The figures in words; empty for who never bought."""
    known = figures_of(profile, at=timezone.now())
    if known["spend_last_date"] is None:
        return {"figures": []}
    said = [
        ("Spent in the last 12 months", money(known["spend_12m_now"])),
        ("Spent in all", money(known["spend_all"])),
        ("Average sale", money(known["spend_atv_all"])),
        ("Shopping days", f"{known['total_shop_days']:,}"),
        ("First purchase", day(known["first_shop_date"])),
        ("Latest purchase", day(known["latest_shop_date"])),
        ("Days between, on average", None if known["shop_days"] is None else pieces(known["shop_days"])),
        ("At risk from", day(known["at_risk_date"])),
        ("Frequency", dict(Aggregation.Frequency.choices).get(known["dimension_frequency"])),
        ("Recency", dict(RECENCY_CHOICES).get(known["dimension_recency"])),
        ("Joined", dict(JOINED_CHOICES).get(known["dimension_join"])),
        ("Channel", dict(Aggregation.Channel.choices).get(known["channel"])),
        ("Favourite shop", known["most_transacted_location"]),
        ("Latest shop", known["latest_transacted_location"]),
        ("Average discount", f"{pieces(known['discount_avg'])} %" if known["discount_avg"] is not None else None),
    ]
    return {"figures": [(label, value) for label, value in said if value not in (None, "")]}


def day(on: date | None) -> str | None:
    return on and date_format(on, "j M Y")


def preferences(profile: Profile, request: HttpRequest) -> dict:
    """Sizes and colours as the customer states them, and the brands that their purchases tell of. One query."""
    brands = PurchasedBrand.objects.filter(profile=profile)[: BRANDS_SHOWN + 1]
    return {
        "sizes": list(stated(profile, lambda key: key.startswith(SIZES))),
        "colours": list(stated(profile, lambda key: key.endswith(COLOURS))),
        "brands": list(brands)[:BRANDS_SHOWN],
    }


def stated(profile: Profile, is_wanted) -> Iterator[tuple[str, str]]:
    for key, value in sorted(profile.appearance.items()):
        if is_wanted(key) and value:
            yield key.removeprefix(SIZES).removesuffix(COLOURS).replace("_", " ").capitalize(), value


def all_of_them(profile: Profile, request: HttpRequest) -> list[dict]:
    if not profile.transactions.exists():
        return []
    url = f"{reverse('admin:transactions_transaction_changelist')}?profile__id__exact={profile.pk}"
    return [{"title": "All", "icon": "list", "url": url}]


register(
    Panel(
        handle="purchases",
        title="Purchases",
        icon="receipt_long",
        order=15,
        template="admin/transactions/panels/purchases.html",
        context=recent,
        actions=all_of_them,
        permission="transactions.view_transaction",
    )
)
register(
    Panel(
        handle="figures",
        title="Figures",
        icon="functions",
        order=45,
        template="admin/transactions/panels/figures.html",
        context=figures,
        permission="transactions.view_aggregation",
        is_narrow=True,
    )
)
register(
    Panel(
        handle="preferences",
        title="Preferences",
        icon="favorite",
        order=25,
        template="admin/transactions/panels/preferences.html",
        context=preferences,
        permission="transactions.view_aggregation",
        is_narrow=True,
    )
)

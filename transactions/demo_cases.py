"""One of each of what the demo's shops see seldom, through the verbs: so that no list and no filter is empty to a newcomer."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from profiles.cause import Cause, Door
from profiles.demo import first_customers
from profiles.models import Location, Profile
from transactions.models import Transaction, TransactionClaim
from transactions.models.transaction import day_of

FIRST = "demo-case-waiting"


@transaction.atomic
def make_cases(*, at: datetime, locations: list[Location]) -> int:
    """A sale that waits for its payment, one undone, one in another currency, one of nobody, and a receipt claimed before it came.

    Once only. Returns how many transactions are new.
    """
    people = first_customers(most=8)[4:]
    if len(people) < 4 or Transaction.objects.filter(external_id=FIRST).exists():
        return 0
    shop, online = locations[0], locations[-1]
    sell(people[0], FIRST, at=at - timedelta(hours=5), location=online, status="pending", receipt_ref="W-20417")
    undone = sell(people[1], "demo-case-void", at=at - timedelta(hours=6), location=shop, receipt_ref="20418")
    undone.void(at=at - timedelta(hours=4), cause=told("Rung up twice."))
    sell(
        people[2],
        "demo-case-abroad",
        at=at - timedelta(hours=7),
        location=online,
        receipt_ref="W-20419",
        currency="NZD",
        currency_rate=Decimal("0.92"),
    )
    sell(None, "demo-case-nobody", at=at - timedelta(hours=8), location=shop, receipt_ref="20420")
    TransactionClaim.objects.ask(
        people[3],
        receipt_ref="20399",
        transacted_on=day_of(at - timedelta(days=1), shop.timezone),
        total=Decimal("89.00"),
        location_external_code=shop.external_code,
        at=at - timedelta(hours=2),
        cause=told("The customer found it in a pocket."),
    )
    return 4


def sell(profile: Profile | None, external_id: str, *, at: datetime, **given) -> Transaction:
    item = {"sku": "LAMBSWOOL-SCARF-M", "quantity": Decimal(1), "price_sell": Decimal("59.00")}
    document = {"external_id": external_id, "transacted_at": at, "items": [item], **given}
    return Transaction.objects.record(profile, document, at=at, cause=told("Demo data."))


def told(reason: str) -> Cause:
    return Cause(door=Door.COMMAND, reason=reason)

"""The jobs of imports of purchases: where the worker comes in and the clock is read."""

from django.utils.timezone import now

from jobs.handlers import handles
from jobs.models import Job
from profiles.importing.kinds import Kind, register
from transactions.importing.columns import (
    EARN_LABEL,
    FIELDS,
    IDENTITY,
    MATCH_LABEL,
    NOBODY,
    OF_CUSTOMER,
    OF_LINE,
    OF_TRANSACTION,
    Columns,
    label_of,
)
from transactions.importing.working import EARN, MATCH_RETURNS, check, check_now, run

CHECK, RUN = "transactions.check_import", "transactions.import"
SAMPLE = """\
external_id,email,transacted_at,timezone,location,sku,name,brand,category,quantity,price_sell,type,returns
10001,carlos@example.com,2026-05-01 14:30:00,Australia/Melbourne,,KNIT-M,Merino jumper,Acme,knitwear,1,149.00,sale,
10001,carlos@example.com,2026-05-01 14:30:00,Australia/Melbourne,,SOCK-2,Socks,Acme,socks,2,19.95,sale,
10002,mei@example.com,2026-05-02 10:05:00,Australia/Melbourne,,SOCK-2,Socks,Acme,socks,1,19.95,sale,
10003,carlos@example.com,2026-05-09 11:00:00,Australia/Melbourne,,SOCK-2,Socks,Acme,socks,1,19.95,return,10001
"""


def choices() -> list:
    """What a column can be, in groups."""
    return [
        ("Purchase", [(key, label) for key, (label, _) in OF_TRANSACTION.items()]),
        ("Line", [(key, label) for key, (label, _) in OF_LINE.items()]),
        ("Customer", [*((key, FIELDS[key][0]) for key in OF_CUSTOMER), (IDENTITY, "Identity in the system …")]),
    ]


register(
    Kind(
        handle="transactions",
        handler="omneo:transaction",
        label="Purchases",
        one="line",
        several="lines",
        permission="transactions.import_transactions",
        scope="CRUD-transactions",
        columns=Columns,
        explained=[
            ("external_id", "Needed. The number of the sale or return; its lines have the same."),
            ("transacted_at", "Needed. Best as 2026-05-01 14:30:00, in UTC unless it names an offset."),
            ("quantity", "Needed. How many pieces."),
            ("price_sell", "Needed. What one piece cost, such as 19.95."),
            ("email, identity:loyalty-card, profile_id", "One of these: who bought it. Empty is nobody's yet."),
            ("sku, name, brand, category, subcategory, department, barcode", "The product."),
            ("location, timezone", "The code or name of a location; a zone such as Australia/Melbourne."),
            ("type, returns", "sale or return; of a return the number of its sale."),
            ("total, total_original, price_original", "Where they are not what the lines come to."),
            (
                "currency, currency_rate, total_converted",
                "Of sales in another currency: the rate or the total in yours.",
            ),
            ("receipt_ref, order_number, status", "Where you have them."),
        ],
        sample=SAMPLE,
        choices=choices,
        matches=[(NOBODY, "No column says it: nobody's yet"), *((key, label_of(key)) for key in OF_CUSTOMER)],
        match_label="Who bought it?",
        match_help="The customers must be there already. Rows with an empty cell there are nobody's yet.",
        check_job=CHECK,
        run_job=RUN,
        check_now=check_now,
        run=run,
        list_page="admin:transactions_transaction_changelist",
        switches={
            MATCH_RETURNS: (
                MATCH_LABEL,
                "A quantity below zero is then a return of the customer's latest earlier sale of that SKU with enough "
                "left. Otherwise such a row is left out, unless it names its sale.",
            ),
            EARN: (
                EARN_LABEL,
                "Purchases that are new here earn points and rewards by the rules of today, as if a till had sent them. "
                "Leave it off for history whose points customers have already. It takes longer.",
            ),
        },
        keeps_cells=False,
    )
)


@handles(CHECK, label="Check of a file of purchases")
def check_import(job: Job) -> dict:
    return check(job, clock=now)


@handles(RUN, label="Import of purchases")
def run_import(job: Job) -> dict:
    return run(job, clock=now)

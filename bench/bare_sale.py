"""The baseline of `ingest.py`: what the product writes of a sale, by cursor and in bulk. Apart from `bare.py`, which is imported before models can be."""

import json
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.bare import RECORD, answer, till
from bench.bare_points import earn
from transactions.figures_sql import Statements
from transactions.summing import TOLD, cutoff

WHOSE = "SELECT id FROM profiles_profile WHERE id = %s AND deleted_at IS NULL FOR NO KEY UPDATE"
WHERE = "SELECT id, name, external_code, type, timezone FROM profiles_location WHERE external_code = %s"
WHICH = """
    SELECT v.sku, v.id, v.title, p.brand, p.category FROM transactions_productvariant v
    JOIN transactions_product p ON p.id = v.product_id WHERE v.sku = ANY(%s)
"""
SALE = """
    INSERT INTO transactions_transaction (external_id, profile_id, type, status, location_id, is_online, total, net,
        currency, timezone, transacted_at, transacted_on, receipt_ref, receipt_is_email, receipt_email, order_number,
        is_void, custom_fields, created_at, updated_at)
    VALUES (%s, %s, 'sale', 'completed', %s, FALSE, %s, %s, %s, %s, %s, %s, %s, FALSE, '', '', FALSE, '{}', %s, %s)
    RETURNING id
"""
LINE = "(%s, '', %s, %s, %s, %s, %s, '', '', '', %s, %s, '[]', FALSE, 0)"
LINES = """
    INSERT INTO transactions_transactionitem (transaction_id, external_id, product_variant_id, name, sku, brand, category,
        subcategory, department, variant_external_id, quantity, price_sell, discounts, is_void, returned_quantity)
    VALUES {} RETURNING id
"""
SUMS = "SELECT {} FROM transactions_aggregation WHERE profile_id = %s".format(", ".join(TOLD))


@csrf_exempt
def sell(request) -> HttpResponse:
    """The statements of a sale with all that follows from it, in one transaction; those of the figures are the product's."""
    at, given = timezone.now(), json.loads(request.body)
    profile, lines, total = given["profile_id"], given["items"], given["total"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WHOSE, [profile])
        cursor.execute(WHERE, [given["location_external_code"]])
        location, name, code, kind, zone = cursor.fetchone()
        cursor.execute(WHICH, [[one["sku"] for one in lines]])
        variants = {sku: rest for sku, *rest in cursor.fetchall()}
        day = at.astimezone(ZoneInfo(zone)).date()
        written = [given["external_id"], profile, location, total, total, "AUD", zone, at, day, given["receipt_ref"]]
        cursor.execute(SALE, [*written, at, at])
        (sale,) = cursor.fetchone()
        rows = [(sale, *described(one, variants[one["sku"]])) for one in lines]
        cursor.execute(LINES.format(", ".join([LINE] * len(rows))), [value for row in rows for value in row])
        items = [{"id": pk, **one} for (pk,), one in zip(cursor.fetchall(), lines, strict=True)]
        place = {"id": location, "name": name, "external_code": code, "type": kind}
        payload = {**given, "transaction_id": sale, "location": place, "items": items, "items_count": len(items)}
        tell(cursor, "transaction.created", profile, "transactions.transaction", str(sale), payload, at=at)
        sums(cursor, profile, at=at)
        earn(cursor, profile, sale, items, total, at=at)
    return answer(json.dumps({"data": {"id": sale, "profile_id": profile, "items": items, "location": place}}), 201)


def described(line: dict, variant: list) -> tuple:
    key, title, brand, category = variant
    return key, title, line["sku"], brand, category, line["quantity"], line["price_sell"]


def sums(cursor, profile: str, *, at: datetime) -> None:
    """The customer's figures, and the event of their change with what they were and are."""
    statements = Statements(connection, [UUID(profile)], cutoff=cutoff(at), at=at)
    cursor.execute(SUMS, [profile])
    before = cursor.fetchone()
    for statement in (statements.brands, statements.places, statements.figures):
        cursor.execute(*statement())
    cursor.execute(SUMS, [profile])
    payload = {"before": before, "after": cursor.fetchone()}
    tell(cursor, "aggregation.updated", profile, "profiles.profile", profile, payload, at=at)


def tell(cursor, name: str, profile: str, kind: str, key: str, payload: dict, *, at: datetime) -> None:
    told = [name, profile, kind, key, json.dumps(payload, default=str), "api", "Till", *till()]
    cursor.execute(RECORD, [*told, None, "", None, 0, at])

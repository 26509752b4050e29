"""What the OpenAPI document shows of transactions and products."""

from drf_spectacular.utils import OpenApiExample

PROFILE_ID = "01932f1e-7a3b-7c11-9a57-0d6f3a1b2c3d"
STAMPS = {"created_at": "2026-05-01 12:00:00", "updated_at": "2026-05-01 12:00:00"}
NEW_LINE = {
    "name": "Wool scarf",
    "sku": "SCARF-BLUE",
    "quantity": 2,
    "price_sell": 49.95,
    "price_original": 59.95,
    "discounts": [{"amount": 20, "reason_desc": "Winter sale"}],
}
NEW_SALE = OpenApiExample(
    "A sale",
    request_only=True,
    value={
        "external_id": "POS-4711",
        "profile_id": PROFILE_ID,
        "location_external_code": "FIT",
        "receipt_ref": "4711",
        "total": 99.9,
        "timezone": "Australia/Melbourne",
        "transacted_at": "2026-05-01 12:00:00",
        "items": [NEW_LINE],
        "payments": [{"payment_code": "CASH", "tender_value": 99.9}],
        "systems": ["pos"],
        "tags": ["winter"],
    },
)
NEW_RETURN = OpenApiExample(
    "A return",
    request_only=True,
    value={
        "external_id": "POS-4750",
        "type": "return",
        "returns": "POS-4711",
        "total": 49.95,
        "timezone": "Australia/Melbourne",
        "transacted_at": "2026-05-03 10:00:00",
        "items": [{"sku": "SCARF-BLUE", "quantity": 1, "price_sell": 49.95}],
    },
)
CHANGE = OpenApiExample("An order that was paid", request_only=True, value={"status": "completed"})
LINE = OpenApiExample("A line", request_only=True, value=NEW_LINE)
CLAIM = OpenApiExample(
    "A receipt",
    request_only=True,
    value={
        "transaction_receipt_ref": "4711",
        "transaction_transacted_at": "2026-05-01",
        "transaction_location_external_code": "FIT",
        "transaction_total": 99.9,
        "transaction_timezone": "Australia/Melbourne",
    },
)
PRODUCT = OpenApiExample(
    "A product",
    request_only=True,
    value={
        "title": "Wool scarf",
        "external_id": "scarf",
        "brand": "Acme",
        "category": "knitwear",
        "images": [{"url": "https://shop.example.com/scarf.jpg", "sort_order": 1}],
        "variants": [{"sku": "SCARF-BLUE", "title": "Blue", "price": 59.95}],
    },
)
VARIANT = OpenApiExample("A variant", request_only=True, value={"sku": "SCARF-RED", "title": "Red", "price": 59.95})
BRAND = OpenApiExample("A brand", request_only=True, value={"name": "Acme", "handle": "acme"})
SYSTEM = OpenApiExample("A system", request_only=True, value={"handle": "pos"})

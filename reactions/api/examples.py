"""What the OpenAPI document shows that integrations send and read."""

from drf_spectacular.utils import OpenApiExample

PROFILE_ID = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"
TEMPLATE = '{"to": "{{ email }}", "message": "Happy birthday, {{ first_name }}!"}'
CONDITION = '{"==": [{"var": "attributes.comms.email_promo"}, true]}'
EXTRA = '{"tier": {{ tier_handle }}, "greeting": "Hello {{ first_name }}"}'
TIMES = {"created_at": "2026-05-01 12:00:00", "updated_at": "2026-05-01 12:00:00"}

TARGET = OpenApiExample(
    "A birthday mail",
    request_only=True,
    value={
        "name": "Birthday mail",
        "handle": "birthday-mail",
        "url": "https://mail.example.com/api/send",
        "headers": {"Authorization": "Bearer 4711"},
        "template": TEMPLATE,
        "condition": CONDITION,
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    },
)
TARGET_READ = OpenApiExample(
    "A birthday mail",
    response_only=True,
    value={
        "id": 1,
        "name": "Birthday mail",
        "handle": "birthday-mail",
        "url": "https://mail.example.com/api/send",
        "method": "POST",
        "headers": {"Authorization": "•••"},
        "template": TEMPLATE,
        "condition": CONDITION,
        "description": "",
        "notes": "",
        "is_active": True,
        "has_secret": True,
        **TIMES,
    },
)
PREVIEW = OpenApiExample("For Carlos", request_only=True, value={"profile_id": PROFILE_ID})
WEBHOOK = OpenApiExample(
    "Sales over 100",
    request_only=True,
    value={
        "trigger": "transaction.created",
        "url": "https://shop.example.com/hooks/loyalty",
        "namespace": "shopify",
        "is_active": True,
        "retry_hourly": True,
        "retry_daily": False,
        "queue": "high",
        "condition": {">": [{"var": "total"}, 100]},
        "extra_data_template": EXTRA,
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    },
)
WEBHOOK_READ = OpenApiExample(
    "Sales over 100",
    response_only=True,
    value={
        "id": 1,
        "trigger": "transaction.created",
        "url": "https://shop.example.com/hooks/loyalty",
        "namespace": "shopify",
        "user_id": 2,
        "is_active": True,
        "retry_hourly": True,
        "retry_daily": False,
        "queue": "high",
        "condition": {">": [{"var": "total"}, 100]},
        "extra_data_template": EXTRA,
        "has_secret": True,
        "is_known": True,
        "failures_in_a_row": 0,
        "paused_at": None,
        "last_delivered_at": "2026-05-01 12:00:00",
        **TIMES,
    },
)

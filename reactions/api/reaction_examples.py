"""What the OpenAPI document shows of triggers and runs."""

from drf_spectacular.utils import OpenApiExample

TIMES = {"created_at": "2026-05-01 12:00:00", "updated_at": "2026-05-01 12:00:00"}
CONDITION = {"===": [{"var": "tag"}, "vip"]}
OF_CUSTOMER = {"name": "profile_id", "value": {"var": "profile_id"}, "is_dynamic": True}

TRIGGER = OpenApiExample(
    "A coffee for VIPs",
    request_only=True,
    value={
        "name": "Coffee for VIPs",
        "trigger": "tag.added",
        "is_active": True,
        "actions": [
            {
                "name": "filter",
                "sort_order": 1,
                "arguments": [{"name": "condition", "value": CONDITION, "is_dynamic": None}],
            },
            {
                "name": "benefit.create",
                "sort_order": 2,
                "arguments": [OF_CUSTOMER, {"name": "definition", "value": "free-coffee", "is_dynamic": None}],
            },
        ],
    },
)
ACTION_READ = {
    "id": 2,
    "uuid": "benefit.issue",
    "name": "benefit.issue",
    "sort_order": 2,
    "description": "",
    "notes": "",
    "arguments": [{"name": "definition", "value": "free-coffee", "is_dynamic": False}],
}
ACTION = OpenApiExample(
    "A tag more",
    request_only=True,
    value={"name": "tag.add", "arguments": [{"name": "tag", "value": "served", "is_dynamic": None}]},
)
ACTION_SHOWN = OpenApiExample("An action", response_only=True, value=ACTION_READ)
TRIGGER_READ = OpenApiExample(
    "A coffee for VIPs",
    response_only=True,
    value={
        "id": 1,
        "name": "Coffee for VIPs",
        "trigger": "tag.added",
        "description": "",
        "notes": "",
        "is_active": True,
        "sentence": "When a tag is stuck on a customer, if tag is vip, issue the benefit “Free coffee”.",
        "actions": [
            {
                **ACTION_READ,
                "id": 1,
                "uuid": "filter",
                "name": "filter",
                "sort_order": 1,
                "arguments": [{"name": "condition", "value": CONDITION, "is_dynamic": False}],
            },
            ACTION_READ,
        ],
        **TIMES,
    },
)
RUN_READ = OpenApiExample(
    "Passed over",
    response_only=True,
    value={
        "id": 7,
        "reaction_id": 1,
        "reaction": "Coffee for VIPs",
        "event_id": 4711,
        "event": "tag.added",
        "occurrence_id": None,
        "profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d",
        "state": "filtered",
        "steps": [
            {
                "action_id": 1,
                "handle": "filter",
                "name": "",
                "at": "2026-05-01T12:00:00+00:00",
                "outcome": "filtered",
                "text": "Not met: tag is vip.",
                "clauses": [{"text": "tag is vip.", "expected": "vip", "actual": "newcomer", "holds": False}],
                "milliseconds": 3,
            }
        ],
        "attempts": 1,
        "error": "",
        "milliseconds": 4,
        "next_at": "2026-05-01 12:00:00",
        "created_at": "2026-05-01 12:00:00",
        "ended_at": "2026-05-01 12:00:00",
    },
)
DRY_RUN = OpenApiExample(
    "For one customer", request_only=True, value={"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}
)
WHY_NOT = OpenApiExample(
    "Passed over by a filter",
    response_only=True,
    value={
        "is_done": False,
        "done_before_run_id": None,
        "code": "filter",
        "text": "Tag must be “vip”; it is “newcomer”.",
        "clauses": [
            {
                "code": "profile_inactive",
                "text": "The customer's profile is in use.",
                "expected": True,
                "actual": True,
                "holds": True,
            },
            {
                "code": "no_event",
                "text": "The tag “newcomer” was added, on 1 May 2026, 12:00.",
                "expected": "tag.added",
                "actual": "2026-05-01T12:00:00+00:00",
                "holds": True,
            },
            {
                "code": "filter",
                "text": "Tag must be “vip”; it is “newcomer”.",
                "expected": "vip",
                "actual": "newcomer",
                "holds": False,
            },
            {"code": "switched_off", "text": "It is switched on.", "expected": True, "actual": True, "holds": True},
        ],
        "chances": [
            {
                "at": "2026-05-01 12:00:00",
                "text": "The tag “newcomer” was added.",
                "event_id": 4711,
                "occurrence_id": None,
                "run_id": 7,
                "state": "filtered",
                "came_of_it": "Not met: tag must be “vip”; it is “newcomer”.",
            }
        ],
    },
)

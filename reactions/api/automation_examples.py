"""What the OpenAPI document shows of automations and their occurrences."""

from drf_spectacular.utils import OpenApiExample

from reactions.api.reaction_examples import ACTION_READ, TIMES

BIRTHDAY = {"is_birthday_today": []}

AUTOMATION = OpenApiExample(
    "A coffee on the birthday",
    request_only=True,
    value={
        "name": "Birthday coffee",
        "type": "daily",
        "run_at": "09:00",
        "query": BIRTHDAY,
        "is_active": True,
        "actions": [
            {
                "name": "benefit.create",
                "sort_order": 1,
                "arguments": [{"name": "definition", "value": "free-coffee", "is_dynamic": None}],
            },
        ],
    },
)
AUTOMATION_READ = OpenApiExample(
    "A coffee on the birthday",
    response_only=True,
    value={
        "id": 3,
        "name": "Birthday coffee",
        "type": "daily",
        "frequency": "daily",
        "trigger": "daily",
        "run_at": "09:00",
        "date": None,
        "slot": None,
        "query": BIRTHDAY,
        "arguments": [],
        "description": "",
        "notes": "",
        "is_active": True,
        "sentence": "Every day at 09:00, for customers whose birthday is today, issue the benefit “Free coffee”.",
        "actions": [{**ACTION_READ, "sort_order": 1}],
        "next_run_at": "2026-05-02 09:00:00",
        "last_run_at": "2026-05-01 09:00:00",
        **TIMES,
    },
)
OCCURRENCE_READ = OpenApiExample(
    "Going on",
    response_only=True,
    value={
        "id": 12,
        "automation_id": 3,
        "automation": "Birthday coffee",
        "due_at": "2026-05-01 09:00:00",
        "state": "going_on",
        "matched": 2740,
        "chosen": 2000,
        "turns": {"done": 1996, "waiting": 3, "failed": 1, "passed_over": 0},
        "started_by": "Birthday coffee",
        "started_at": "2026-05-01 09:00:00",
        "ended_at": None,
        "event_id": 4712,
    },
)

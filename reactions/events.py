"""What happens to webhooks themselves."""

from profiles.events.catalogue import Customer, declare
from profiles.events.schemas import MOMENT, TEXT, WHOLE, record

WEBHOOK = "reactions.webhook"

declare(
    "automation.started",
    group="Administration",
    when="An automation was due, and goes through its audience.",
    says="The automation “{name}” started for {matched} customers.",
    icon="schedule",
    subject="reactions.reaction",
    customer=Customer.NEVER,
    payload=record({"name": TEXT, "due_at": MOMENT, "matched": WHOLE}),
    example={"name": "Birthday coffee", "due_at": "2026-05-01T23:00:00+00:00", "matched": 2740},
)
declare(
    "webhook.paused",
    group="Administration",
    when="A webhook failed so often in a row that it pauses itself.",
    says="The webhook for {trigger} paused itself after {failures} failures in a row.",
    icon="pause_circle",
    subject=WEBHOOK,
    customer=Customer.NEVER,
    payload=record({"trigger": TEXT, "url": TEXT, "failures": WHOLE}),
    example={"trigger": "profile.updated", "url": "https://shop.example.com/hooks", "failures": 20},
)
declare(
    "webhook.resumed",
    group="Administration",
    when="Somebody lets a paused webhook go on.",
    says="The webhook for {trigger} goes on.",
    icon="play_circle",
    subject=WEBHOOK,
    customer=Customer.NEVER,
    payload=record({"trigger": TEXT, "url": TEXT}),
    example={"trigger": "profile.updated", "url": "https://shop.example.com/hooks"},
)

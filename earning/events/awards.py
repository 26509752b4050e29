"""What happens to awards: they wait for somebody, who approves or rejects them; and to badges."""

from earning.events import GROUP, PROGRAM, PROGRAM_EXAMPLE
from earning.events.telling import awards as telling
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, TEXT, WHOLE, about, or_null, record

AWARD = {
    "award_id": WHOLE,
    "card_id": WHOLE,
    "program": PROGRAM,
    "rule": record({"handle": TEXT, "name": TEXT}),
    "version_id": about("What the rule said then.", WHOLE),
    "source": about("What it was for: transaction, event, referral, permission, ledger_transaction or coupon.", TEXT),
    "source_key": about("The number of what it was for.", TEXT),
    "points": AMOUNT,
    "currency_amount": or_null(AMOUNT),
    "currency": or_null(TEXT),
}
AWARD_EXAMPLE = {
    "award_id": 91,
    "card_id": 7,
    "program": PROGRAM_EXAMPLE,
    "rule": {"handle": "four-per-unit", "name": "Four per unit"},
    "version_id": 12,
    "source": "transaction",
    "source_key": "4711",
    "points": "608",
    "currency_amount": None,
    "currency": None,
}
BADGE = {"badge": record({"handle": TEXT, "name": TEXT})}
BADGE_EXAMPLE = {"badge": {"handle": "early-bird", "name": "Early bird"}}


def declare_award(name: str, *, payload: dict, example: dict, **said) -> None:
    declare(
        name,
        group=GROUP,
        subject="earning.award",
        payload=record(AWARD | payload),
        example=AWARD_EXAMPLE | example,
        **said,
    )


for name, when, says, icon in (
    ("award.pending", "A customer earns something that somebody has to approve.", telling.pending, "pending_actions"),
    ("award.approved", "Somebody approves what a customer earned.", telling.approved, "check_circle"),
    ("award.rejected", "Somebody decides that a customer does not get it.", telling.rejected, "block"),
):
    declare_award(name, payload={}, example={}, when=when, says=says, icon=icon)
declare(
    "custom.reported",
    group=GROUP,
    subject="earning.loyaltycard",
    when="Another system, or the customer's own app, reports something by a code that a rule is about.",
    says="The event “{code}” was reported.",
    icon="bolt",
    aliases=("custom",),
    payload=record(
        {
            "card_id": WHOLE,
            "program": PROGRAM,
            "code": TEXT,
            "external_id": TEXT,
            "data": about("What came with it: anything.", {"type": "object"}),
        }
    ),
    example={
        "card_id": 7,
        "program": PROGRAM_EXAMPLE,
        "code": "facebook_like",
        "external_id": "like-1",
        "data": {"page": "scarves"},
    },
)
for name, when, says, icon in (
    ("badge.earned", "A customer gets a badge that they did not have.", telling.badge_earned, "military_tech"),
    ("badge.reversed", "A badge goes with the award that brought it.", telling.badge_reversed, "undo"),
):
    declare_award(name, payload=BADGE, example=BADGE_EXAMPLE, when=when, says=says, icon=icon)

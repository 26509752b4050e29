"""What happens to the points and the money on customers' cards."""

from earning.amounts import POINTS
from earning.events import GROUP, PROGRAM, PROGRAM_EXAMPLE
from earning.events.telling import points as telling
from earning.ledger.told import BALANCE_UPDATED, name_of
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, CHANGES, MOMENT, TEXT, WHOLE, about, list_of, one_of, or_null, record

MOVED = {
    "card_id": WHOLE,
    "program": PROGRAM,
    "unit": about("points, or the three letters of a currency.", TEXT),
    "amount": AMOUNT,
    "balance": about("What can be spent afterwards.", AMOUNT),
}
CREDITS = {"credit_ids": about("What it was put into, or taken from.", list_of(WHOLE))}
DEBIT = {"debit_id": WHOLE}
AWARD = record({"award_id": WHOLE, "rule": TEXT, "rule_name": TEXT, "version_id": WHOLE, "amount": AMOUNT})
SOMETIMES = {
    "awarded": {"awards": about("The rules that gave it, each with its part.", list_of(AWARD))},
    **dict.fromkeys(("adjusted", "adjustment_requested", "adjustment_rejected"), DEBIT),
}
ADJUSTMENT = {"adjustment_id": WHOLE, "credit_id": or_null(WHOLE), "state": one_of("waiting", "made", "rejected")}
# What each says beside what all say: the payload, and an example of it.
SAID: dict[str, tuple[dict, dict]] = {
    "awarded": (
        CREDITS
        | {
            "kind": about("Such as earn, point, reward or opening.", TEXT),
            "state": about("pending where it can be used only later.", one_of("active", "pending")),
            "active_from": about("When the first of it can be used.", MOMENT),
            "expires_at": about("When the first of it ends; null where none does.", or_null(MOMENT)),
        },
        {
            "credit_ids": [41],
            "kind": "earn",
            "state": "active",
            "active_from": "2026-05-01T12:00:00+00:00",
            "expires_at": "2027-04-30T23:59:59+00:00",
        },
    ),
    "activated": (CREDITS, {"credit_ids": [41]}),
    "spent": (CREDITS | DEBIT, {"credit_ids": [38, 41], "debit_id": 12}),
    "expired": (CREDITS | DEBIT, {"credit_ids": [38], "debit_id": 13}),
    "reversed": (
        CREDITS
        | {
            "reversed_ids": about("What was taken back of, from wherever it was taken.", list_of(WHOLE)),
            "owed": about("What was not there any more and is owed now.", AMOUNT),
        },
        {"credit_ids": [41], "reversed_ids": [41], "owed": "0"},
    ),
    "restored": (CREDITS | DEBIT, {"credit_ids": [45, 46], "debit_id": 12}),
    "transferred": (
        CREDITS | DEBIT | {"direction": one_of("in", "out"), "other_card_id": WHOLE},
        {"credit_ids": [41], "debit_id": 14, "direction": "out", "other_card_id": 8},
    ),
    "adjusted": (ADJUSTMENT, {"adjustment_id": 3, "credit_id": 47, "state": "made"}),
    "adjustment_requested": (ADJUSTMENT, {"adjustment_id": 3, "credit_id": 47, "state": "waiting"}),
    "adjustment_rejected": (ADJUSTMENT, {"adjustment_id": 3, "credit_id": 47, "state": "rejected"}),
    "extended": (
        CREDITS | {"changes": CHANGES},
        {
            "credit_ids": [41],
            "changes": {"expires_at": ["2026-05-31T23:59:59+00:00", "2026-06-30T23:59:59+00:00"]},
        },
    ),
    "corrected": (CREDITS, {"credit_ids": [41]}),
    "blocked": (CREDITS, {"credit_ids": [41]}),
    "unblocked": (CREDITS, {"credit_ids": [41]}),
}
TOLD: tuple[tuple[str, str, str, object, str], ...] = (
    # what, when of points, when of money, how it reads, icon
    (
        "awarded",
        "A customer earns or is given points.",
        "A customer earns or is given a reward, in money.",
        telling.awarded,
        "add_circle",
    ),
    (
        "activated",
        "The days are over for which points could not be used.",
        "The days are over for which a reward could not be used.",
        telling.activated,
        "lock_open",
    ),
    ("spent", "A customer uses points.", "A customer uses money of a reward.", telling.spent, "shopping_bag"),
    (
        "expired",
        "Points end that were not used in time.",
        "A reward ends that was not used in time.",
        telling.expired,
        "hourglass_bottom",
    ),
    (
        "reversed",
        "Points are taken back, such as for goods that came back.",
        "A reward is taken back, such as for goods that came back.",
        telling.reversed_,
        "undo",
    ),
    (
        "restored",
        "Points that were spent come back, as the sale was undone.",
        "Money of a reward comes back, as the sale was undone.",
        telling.restored,
        "redo",
    ),
    ("transferred", "Points go from one customer to another. Both hear of it.", "", telling.transferred, "swap_horiz"),
    (
        "adjusted",
        "Somebody puts points on a card by hand, or takes them off.",
        "Somebody puts money on a card by hand, or takes it off.",
        telling.adjusted,
        "tune",
    ),
    (
        "adjustment_requested",
        "Somebody asks for an adjustment that a second person has to approve.",
        "",
        telling.adjustment_requested,
        "pending_actions",
    ),
    (
        "adjustment_rejected",
        "The second person does not agree to an adjustment.",
        "",
        telling.adjustment_rejected,
        "block",
    ),
    ("extended", "", "A reward is given more time.", telling.extended, "more_time"),
    (
        "corrected",
        "An integration puts right what is left of points that it gave. The amount is what is left then.",
        "An integration puts right what is left of a reward, or when it ends. The amount is what is left then.",
        telling.corrected,
        "tune",
    ),
    ("blocked", "Points are held back by somebody.", "A reward is held back by somebody.", telling.blocked, "lock"),
    (
        "unblocked",
        "Points that were held back can be used again.",
        "A reward that was held back can be used again.",
        telling.unblocked,
        "lock_open",
    ),
)
ALIASES = {
    "points.awarded": ("point.created",),
    "points.reversed": ("point.deleted",),
    "reward.issued": ("reward.created",),
    "reward.reversed": ("reward.deleted",),
    "reward.corrected": ("reward.updated",),
}


def declare_moves() -> None:
    for unit, amounts in (
        (POINTS, {"amount": "100", "balance": "340"}),
        ("AUD", {"amount": "5.00", "balance": "17.50"}),
    ):
        for what, of_points, of_money, says, icon in TOLD:
            when = of_points if unit == POINTS else of_money
            if not when:
                continue
            payload, example = SAID[what]
            name = name_of(what, unit)
            declare(
                name,
                group=GROUP,
                subject="earning.loyaltycard",
                when=when,
                says=says,
                icon=icon,
                aliases=ALIASES.get(name, ()),
                payload=record(MOVED | payload, sometimes=SOMETIMES.get(what, {})),
                example={"card_id": 7, "program": PROGRAM_EXAMPLE, "unit": unit} | amounts | example,
            )


declare_moves()
declare(
    BALANCE_UPDATED,
    group=GROUP,
    subject="earning.loyaltycard",
    when="What a customer has of points, or of a currency, is more or less than before, whatever did it. Once for each of the two that an act changes.",
    says=telling.updated,
    icon="account_balance_wallet",
    # What did it says so on the timeline.
    is_consequence=True,
    payload=record(
        {
            "card_id": WHOLE,
            "program": PROGRAM,
            "unit": about("points, or the three letters of a currency.", TEXT),
            "change": about("How much more can be spent, or less.", AMOUNT),
            "balance": about("What can be spent now.", AMOUNT),
            "pending": about("Earned, and usable only later.", AMOUNT),
            "pending_approval": about("Waits for somebody to approve it.", AMOUNT),
            "blocked": about("Held back by somebody.", AMOUNT),
            "debt": about("Owed. What is earned next repays it.", AMOUNT),
        }
    ),
    example={
        "card_id": 7,
        "program": PROGRAM_EXAMPLE,
        "unit": POINTS,
        "change": "100",
        "balance": "340",
        "pending": "20",
        "pending_approval": "0",
        "blocked": "0",
        "debt": "0",
    },
)

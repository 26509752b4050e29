"""What happens to customers' achievements."""

from achievements import telling
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, TEXT, WHOLE, about, one_of, or_null, record

OF_DEFINITION = {"definition_id": WHOLE, "definition": record({"handle": TEXT, "name": TEXT})}
CYCLE = about("In which cycle it was counted, such as 2026-05; empty where counts never restart.", TEXT)
CLIMBED = {
    "achievement_id": about("The customer's progress.", WHOLE),
    **OF_DEFINITION,
    "cycle": CYCLE,
    "count": about("What it counts now.", AMOUNT),
    "level": WHOLE,
    "next_level": about("Null at the top.", or_null(WHOLE)),
    "count_to_next": about("How much the next level still takes; null at the top.", or_null(AMOUNT)),
}
EXAMPLE = {
    "achievement_id": 88,
    "definition_id": 3,
    "definition": {"handle": "coffee-regular", "name": "Coffee regular"},
    "cycle": "",
    "count": "15",
    "level": 3,
    "next_level": 4,
    "count_to_next": "5",
}


def declare_achievement(what: str, **said) -> None:
    declare(f"achievement.{what}", group="Achievements", subject="achievements.achievement", **said)


declare_achievement(
    "progressed",
    when="Something counted towards an achievement of a customer.",
    says=telling.progressed,
    icon="trending_up",
    payload=record(CLIMBED | {"amount": about("How much was added.", AMOUNT)}),
    example=EXAMPLE | {"amount": "1"},
)
declare_achievement(
    "unlocked",
    when="A customer reached a level of an achievement; where one step passes several, once for each.",
    says=telling.unlocked,
    icon="emoji_events",
    payload=record(
        CLIMBED | {"level": about("The level that was reached.", WHOLE), "level_name": about("May be empty.", TEXT)}
    ),
    example=EXAMPLE | {"level_name": "Gold"},
)
declare_achievement(
    "corrected",
    when="Staff put a customer's count right. Levels that were reached stay.",
    says=telling.corrected,
    icon="edit",
    payload=record(
        {
            "achievement_id": WHOLE,
            **OF_DEFINITION,
            "cycle": CYCLE,
            "before": AMOUNT,
            "count": AMOUNT,
            "level": WHOLE,
        }
    ),
    example={
        name: EXAMPLE[name] for name in ("achievement_id", "definition_id", "definition", "cycle", "count", "level")
    }
    | {"before": "18"},
)
declare(
    "achievement.not_given",
    group="Achievements",
    subject="profiles.profile",
    when="What a level unlocks could not be given, such as a benefit that is no longer offered.",
    says=telling.not_given,
    icon="error",
    payload=record(
        {
            **OF_DEFINITION,
            "level": WHOLE,
            "unlock": record({"type": one_of("benefit_definition", "reward_definition"), "id_type": TEXT, "id": TEXT}),
            "reason": about("The refusal, as a sentence.", TEXT),
        }
    ),
    example={
        "definition_id": 3,
        "definition": {"handle": "coffee-regular", "name": "Coffee regular"},
        "level": 3,
        "unlock": {"type": "benefit_definition", "id_type": "handle", "id": "free-coffee"},
        "reason": "This benefit is no longer offered.",
    },
)

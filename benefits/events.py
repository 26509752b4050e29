"""What happens to customers' benefits."""

from benefits import telling
from profiles.events.catalogue import declare
from profiles.events.schemas import CHANGES, MOMENT, TEXT, WHOLE, YES_NO, about, or_null, record

DEFINITION = record({"handle": TEXT, "name": TEXT})
HELD = {
    "benefit_id": WHOLE,
    "definition_id": about("Its number, as text.", TEXT),
    "definition": DEFINITION,
    "issued_at": MOMENT,
    "expires_at": MOMENT,
}
HELD_EXAMPLE = {
    "benefit_id": 16,
    "definition_id": "4",
    "definition": {"handle": "free-coffee", "name": "Free coffee"},
    "issued_at": "2026-05-01T12:00:00+00:00",
    "expires_at": "2026-05-31T23:59:59+00:00",
}
USED = {
    "redemption_id": WHOLE,
    "benefit_id": WHOLE,
    "definition_id": about("Its number, as text.", TEXT),
    "definition": DEFINITION,
    "count": about("How many uses it took.", WHOLE),
    "transaction_external_id": about("The sale it was used in; may be empty.", TEXT),
}
USED_EXAMPLE = {
    "redemption_id": 31,
    "benefit_id": 16,
    "definition_id": HELD_EXAMPLE["definition_id"],
    "definition": HELD_EXAMPLE["definition"],
    "count": 1,
    "transaction_external_id": "S-4711",
}


def declare_benefit(what: str, *, payload: dict | None = None, example: dict = HELD_EXAMPLE, **said) -> None:
    declare(
        f"benefit.{what}",
        group="Benefits",
        subject="benefits.benefit",
        payload=payload or record(HELD),
        example=example,
        **said,
    )


declare_benefit(
    "issued",
    when="A customer is given a benefit: by staff, an integration, a file or a bulk issue.",
    says=telling.issued,
    icon="redeem",
    aliases=("benefit.created",),
    payload=record(
        HELD,
        sometimes={
            "batch_id": about("The bulk issue it came with.", WHOLE),
            "issued_to": about("To whom that bulk issue went, such as: segment VIPs.", TEXT),
        },
    ),
)
declare_benefit(
    "claimed",
    when="A customer takes a benefit that was offered, in an app or at the counter.",
    says=telling.claimed,
    icon="front_hand",
)
declare_benefit(
    "redeemed",
    when="A customer uses a benefit, once or several times in one go.",
    says=telling.redeemed,
    icon="check_circle",
    payload=record(USED),
    example=USED_EXAMPLE,
)
for what, when, says in (
    ("reversed", "A redemption is undone: all of its uses are back.", telling.reversed_),
    ("returned", "Some uses of a redemption are given back, because goods were returned.", telling.returned),
):
    declare_benefit(
        what,
        when=when,
        says=says,
        icon="undo",
        payload=record(USED | {"returned": about("How many uses came back.", WHOLE)}),
        example=USED_EXAMPLE | {"returned": 1},
    )
declare_benefit(
    "extended",
    when="The end of a benefit is moved.",
    says=telling.extended,
    icon="update",
    payload=record(HELD | {"changes": CHANGES}),
    example=HELD_EXAMPLE
    | {
        "expires_at": "2026-06-30T23:59:59+00:00",
        "changes": {"expires_at": ["2026-05-31T23:59:59+00:00", "2026-06-30T23:59:59+00:00"]},
    },
)
declare_benefit(
    "expired",
    when="A benefit ends that could still have been used.",
    says=telling.expired,
    icon="hourglass_disabled",
    payload=record(HELD | {"uses_left": about("Null where it had no limit.", or_null(WHOLE))}),
    example=HELD_EXAMPLE | {"uses_left": 1},
)
declare_benefit(
    "revoked",
    when="A benefit is taken back, or deleted by an integration: it cannot be used any more.",
    says=telling.revoked,
    icon="block",
    aliases=("benefit.deleted",),
    payload=record(
        HELD,
        sometimes={
            "is_deleted": about("True where an integration deleted it.", YES_NO),
            "external_id": about("Of one that was deleted: what the integration called it.", or_null(TEXT)),
        },
    ),
)
declare_benefit(
    "updated",
    when="An integration puts right what it recorded of a benefit.",
    says=telling.corrected,
    icon="edit",
    payload=record(HELD | {"changes": CHANGES}),
    example=HELD_EXAMPLE | {"changes": {"external_id": [None, "B-9"]}},
)

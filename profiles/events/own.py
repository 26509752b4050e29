"""What happens to customers and to what belongs to them."""

from profiles import telling
from profiles.events.catalogue import declare
from profiles.events.schemas import (
    ANYTHING,
    CHANGES,
    DAY,
    KEY,
    TEXT,
    WHOLE,
    YES_NO,
    about,
    list_of,
    one_of,
    or_null,
    record,
)
from profiles.models import CustomAttribute, Interaction

PROFILE = "profiles.profile"
FREED = record(
    sometimes={
        "email": TEXT,
        "mobile_phone": about("With the country's code, as +61450551500.", TEXT),
        "identities": list_of(record({"handle": TEXT, "identifier": TEXT})),
    }
)

declare(
    "profile.created",
    group="Customers",
    when="A customer joins: by staff, the API, an import, or themselves.",
    says="The profile was created.",
    icon="person_add",
    subject=PROFILE,
    payload=record(),
    example={},
)
declare(
    "profile.updated",
    group="Customers",
    when="A field of a customer changes, consents and appearance among them; or an integration asks to be told again.",
    says=telling.updated,
    icon="edit",
    subject=PROFILE,
    payload=record(
        {"changes": CHANGES},
        sometimes={"resync": about("True where nothing changed and all who listen were to be told again.", YES_NO)},
    ),
    example={"changes": {"last_name": ["Smith", "Smith-Jones"]}},
)
declare(
    "profile.signed_in",
    group="Customers",
    when="An app of yours gets a customer's token, as they signed in there. The first of each day is told.",
    says="The customer signed in to an app.",
    icon="login",
    subject=PROFILE,
    # Every day of who likes the app: the timeline has more to tell.
    is_consequence=True,
    payload=record(),
    example={},
)
declare(
    "profile.merged",
    group="Customers",
    when="Another profile of the same person is merged into this one, the winner.",
    says=telling.merged,
    icon="merge",
    subject=PROFILE,
    payload=record(
        {
            "merged_from": about("The profile that is gone.", KEY),
            "moved": {
                "type": "object",
                "description": "How many rows of each kind came along.",
                "additionalProperties": WHOLE,
            },
            "left": about("What the profile that is gone had and this one did not take over.", FREED),
            "given_up": about(
                "Answers that differed: what was asked, the answer that stands, the one given up.",
                list_of(list_of(TEXT, minItems=3, maxItems=3)),
            ),
        }
    ),
    example={
        "merged_from": "0190c3ad-38cd-7747-b7f3-6649c9c05c5e",
        "moved": {"Identities": 1, "Notes": 2},
        "left": {"email": "c.diaz@example.com"},
        "given_up": [["Consent: Email promo", "No", "Yes"]],
    },
)
declare(
    "profile.deleted",
    group="Customers",
    when="A customer is deleted: out of every list and search, while what happened stays on record.",
    says="The profile was deleted.",
    icon="delete",
    subject=PROFILE,
    payload=record({"freed": about("What another customer may have from now on.", FREED)}),
    example={"freed": {"email": "carlos@example.com"}},
)
declare(
    "profile.erased",
    group="Customers",
    when="A customer's personal data is erased for good. What earlier events said of the person is then gone too.",
    says="The personal data was erased.",
    icon="visibility_off",
    subject=PROFILE,
    payload=record(),
    example={},
)

for what, when, says in (
    ("granted", "A customer agrees to be written to or called.", telling.granted),
    ("withdrawn", "A customer no longer wants to be written to or called.", telling.withdrawn),
):
    declare(
        f"consent.{what}",
        group="Customers",
        when=f"{when} One event for each channel and topic.",
        says=says,
        icon="check_circle" if what == "granted" else "cancel",
        subject=PROFILE,
        payload=record(
            {"permission": about("Its code, such as email_promo, or one of the retailer's own.", TEXT)},
            sometimes={"text_version": about("Which text the customer agreed to.", TEXT)},
        ),
        example={"permission": "email_promo"},
    )

for what, when, says in (
    ("added", "A tag is stuck on a customer. One event for each tag.", "The tag “{tag}” was added."),
    ("removed", "A tag is taken off a customer. One event for each tag.", "The tag “{tag}” was taken off."),
):
    declare(
        f"tag.{what}",
        group="Customers",
        when=when,
        says=says,
        icon="sell",
        subject=PROFILE,
        payload=record({"tag": TEXT}),
        example={"tag": "vip"},
    )


def declare_belonging(noun: str, fields: dict, *, example: dict, icon: str, told: dict, aliases=None, subject: str):
    """The three events of what belongs to a customer. `told` and `aliases` by what happened: created, updated, deleted.

    Of `told` the first is when, the second how it reads.
    """
    for what, (when, says) in told.items():
        is_change = what == "updated"
        declare(
            f"{noun}.{what}",
            group="Customers",
            when=when,
            says=says,
            icon=icon,
            subject=subject,
            payload=record({f"{noun}_id": WHOLE, **fields} | ({"changes": CHANGES} if is_change else {})),
            example={f"{noun}_id": 12}
            | example.get("row", {})
            | ({"changes": example["changes"]} if is_change else {}),
            aliases=tuple((aliases or {}).get(what, ())),
        )


declare_belonging(
    "identity",
    {"handle": about("The other system.", TEXT), "identifier": about("What it calls the customer.", TEXT)},
    subject="profiles.identity",
    icon="badge",
    example={
        "row": {"handle": "loyalty-card", "identifier": "2900000012345"},
        "changes": {"identifier": ["2900000012344", "2900000012345"]},
    },
    told={
        "created": (
            "A customer becomes known in another system, such as by a card.",
            "The identity {handle} {identifier} was added.",
        ),
        "updated": (
            "What another system calls a customer changes.",
            "The identity {handle} {identifier} was changed.",
        ),
        "deleted": (
            "A customer is no longer known in another system.",
            "The identity {handle} {identifier} was taken off.",
        ),
    },
)
declare_belonging(
    "address",
    {"external_id": TEXT},
    subject="profiles.address",
    icon="home",
    example={"row": {"external_id": "A-7"}, "changes": {"city": ["Carlton", "Fitzroy"]}},
    told={
        "created": ("A customer gets an address.", "An address was added."),
        "updated": ("An address of a customer changes.", telling.address_updated),
        "deleted": ("An address of a customer is deleted.", "An address was deleted."),
    },
    aliases={what: [f"profile.address.{what}"] for what in ("created", "updated", "deleted")},
)
declare_belonging(
    "attribute",
    {
        "namespace": TEXT,
        "handle": TEXT,
        "type": one_of(*CustomAttribute.Type.values),
        "value": about("Of that type, or null.", ANYTHING),
    },
    subject="profiles.customattribute",
    icon="tune",
    example={
        "row": {"namespace": "shop", "handle": "favourite_colour", "type": "string", "value": "teal"},
        "changes": {"value": ["red", "teal"]},
    },
    told={
        "created": (
            "A custom attribute of a customer is set for the first time.",
            "The attribute {namespace}:{handle} was set.",
        ),
        "updated": ("A custom attribute of a customer changes.", "The attribute {namespace}:{handle} was changed."),
        "deleted": (
            "A custom attribute of a customer is deleted.",
            "The attribute {namespace}:{handle} was taken off.",
        ),
    },
    aliases={"updated": ["profile-attribute.updated"]},
)
declare_belonging(
    "date",
    {"handle": TEXT, "relationship": about("Whose date, such as child; may be empty.", TEXT), "date": DAY},
    subject="profiles.profiledate",
    icon="event",
    example={
        "row": {"handle": "birthday", "relationship": "child", "date": "2019-04-12"},
        "changes": {"date": ["2019-04-21", "2019-04-12"]},
    },
    told={
        "created": ("A date that matters to a customer is set.", "The date {handle} was added."),
        "updated": ("A date that matters to a customer changes.", "The date {handle} was changed."),
        "deleted": ("A date that matters to a customer is deleted.", "The date {handle} was taken off."),
    },
)
declare_belonging(
    "note",
    {},
    subject="profiles.note",
    icon="sticky_note_2",
    example={"changes": {"is_pinned": [False, True]}},
    told={
        "created": ("Staff write a note about a customer.", "A note was written."),
        "updated": ("A note about a customer changes, or is pinned.", "A note was changed."),
        "deleted": ("A note about a customer is deleted.", "A note was deleted."),
    },
)
declare_belonging(
    "interaction",
    {
        "action": one_of(*Interaction.Action.values),
        "channel": one_of(*Interaction.Channel.values),
        "signal": about("Negative, neutral or positive.", one_of(*Interaction.Signal.values)),
        "name": TEXT,
        "namespace": TEXT,
        "staff_id": about("Who served the customer.", or_null(KEY)),
        "product_id": about("May be empty, as the two below.", TEXT),
        "product_variant_id": TEXT,
        "product_category_id": TEXT,
    },
    subject="profiles.interaction",
    icon="forum",
    example={
        "row": {
            "action": "visit",
            "channel": "location",
            "signal": 1,
            "name": "Visited the shop",
            "namespace": "shop",
            "staff_id": None,
            "product_id": "",
            "product_variant_id": "",
            "product_category_id": "",
        },
        "changes": {"signal": [0, 1]},
    },
    told={
        "created": ("A contact with a customer that was no sale is recorded.", "An interaction was recorded: {name}."),
        "updated": ("A recorded contact changes, its tags among it.", "The interaction {name} was changed."),
        "deleted": ("A recorded contact is deleted.", "The interaction {name} was deleted."),
    },
)

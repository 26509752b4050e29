"""What is administered: it is nobody's customer's, and stands in the audit trail beside what happens to customers.

The floor of users, roles, tokens and settings knows no events; `profiles.auditing` writes theirs down.
"""

from profiles.events.catalogue import Customer, declare
from profiles.events.schemas import CHANGES, TEXT, about, record

ADMINISTERED = record({"subject": about("What it is called.", TEXT), "changes": CHANGES})


def declare_administered(noun: str, what: str, *, when: str, says: str, icon: str, subject: str, example: dict) -> None:
    declare(
        f"{noun}.{what}",
        when=when,
        says=says,
        icon=icon,
        subject=subject,
        group="Administration",
        customer=Customer.NEVER,
        payload=ADMINISTERED,
        example=example,
    )


for what, when, says, icon, changes in (
    (
        "created",
        "A user who may sign in is added.",
        "The user {subject} was added.",
        "person_add",
        {"email": [None, "clara@example.com"], "roles": [[], ["Store staff"]]},
    ),
    (
        "updated",
        "A user changes: name, roles, whether they may sign in. That a password was set is told, never which.",
        "The user {subject} was changed.",
        "manage_accounts",
        {"roles": [["Store staff"], ["Program manager"]]},
    ),
    (
        "deleted",
        "A user is deleted.",
        "The user {subject} was deleted.",
        "person_remove",
        {"email": ["clara@example.com", None]},
    ),
):
    declare_administered(
        "user",
        what,
        when=when,
        says=says,
        icon=icon,
        subject="access.user",
        example={"subject": "Clara", "changes": changes},
    )

for what, when, says, changes in (
    ("created", "A role is added.", "The role {subject} was added.", {"name": [None, "Night shift"]}),
    (
        "updated",
        "What a role may do changes.",
        "The role {subject} was changed.",
        {"name": ["Late shift", "Night shift"]},
    ),
    ("deleted", "A role is deleted.", "The role {subject} was deleted.", {"name": ["Night shift", None]}),
):
    declare_administered(
        "role",
        what,
        when=when,
        says=says,
        icon="shield_person",
        subject="access.staffrole",
        example={"subject": "Night shift", "changes": changes},
    )

for what, when, says, icon, changes in (
    (
        "created",
        "A token for the API is made. The token itself is never told.",
        "The API token {subject} was made.",
        "key",
        {"scopes": [[], ["redeem-benefits"]]},
    ),
    (
        "revoked",
        "A token for the API is stopped.",
        "The API token {subject} was revoked.",
        "key_off",
        {"is_revoked": [False, True]},
    ),
):
    declare_administered(
        "token",
        what,
        when=when,
        says=says,
        icon=icon,
        subject="access.apitoken",
        example={"subject": "Till 4", "changes": changes},
    )

for what, when, says, values in (
    ("created", "A setting of the programme is added.", "The setting {subject} was added.", [None, "NZD"]),
    ("updated", "A setting of the programme changes.", "The setting {subject} was changed.", ["AUD", "NZD"]),
    ("deleted", "A setting of the programme is deleted.", "The setting {subject} was deleted.", ["NZD", None]),
):
    declare_administered(
        "setting",
        what,
        when=when,
        says=says,
        icon="settings",
        subject="access.setting",
        example={"subject": "currency", "changes": {"value": values}},
    )

for noun, what, when, says, icon, changes in (
    ("tag", "created", "A tag is made that nobody carries yet.", "A tag was made.", "sell", {"handle": [None, "vip"]}),
    (
        "tag",
        "deleted",
        "A tag is deleted, also from the customers who carry it.",
        "A tag was deleted.",
        "sell",
        {"handle": ["vip", None]},
    ),
    (
        "location",
        "created",
        "A location is added over the API.",
        "A location was added.",
        "storefront",
        {"name": [None, "Fitzroy"]},
    ),
    (
        "location",
        "updated",
        "A location is changed over the API.",
        "A location was changed.",
        "storefront",
        {"type": ["store", "outlet"]},
    ),
    (
        "location",
        "deleted",
        "A location is deleted over the API.",
        "A location was deleted.",
        "storefront",
        {"name": ["Fitzroy", None]},
    ),
):
    declare(
        f"{noun}.{what}",
        when=when,
        says=says,
        icon=icon,
        subject=f"profiles.{noun}",
        group="Administration",
        customer=Customer.NEVER,
        payload=record({"changes": CHANGES}),
        example={"changes": changes},
    )

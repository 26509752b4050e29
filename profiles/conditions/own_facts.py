"""The facts of the profile itself: who the customer is, what they allow, and what they are called elsewhere."""

from django.db.models import BooleanField, Case, Expression, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from profiles.conditions.facts import FACTS, Fact, FactType, register
from profiles.conditions.functions import days_since
from profiles.conditions.moments import Moment
from profiles.models import CustomAttribute, Identity, Profile
from profiles.preferences import APPEARANCE, COMMS, COMMS_MOMENTS, FLAGS


def flag(key: str) -> Expression:
    """A consent as true, false, or null where the customer never said."""
    said = KeyTextTransform(key, "comms")
    return Case(
        When(Exact(said, Value("true")), then=Value(True)),
        When(Exact(said, Value("false")), then=Value(False)),
        default=None,
        output_field=BooleanField(null=True),
    )


TEXTS = (
    ("first_name", "First name", "Jane"),
    ("last_name", "Last name", "Smith"),
    ("title", "Title", "Dr"),
    ("company", "Company", "Acme"),
    ("occupation", "Occupation", "Nurse"),
    ("currency", "Currency", "AUD"),
)
for handle, label, example in TEXTS:
    register(Fact(handle=handle, label=label, type=FactType.TEXT, example=example, column=handle, is_always_known=True))

register(Fact(handle="email", label="E-mail", type=FactType.TEXT, example="jane@example.com", column="email"))
register(
    Fact(
        handle="mobile_phone",
        label="Mobile phone",
        type=FactType.TEXT,
        example="+61450551500",
        help="With the country's code, as +61450551500.",
        column="mobile_phone_e164",
    )
)
register(
    Fact(
        handle="gender",
        label="Gender",
        type=FactType.TEXT,
        example="female",
        choices=tuple(Profile.Gender.choices),
        has_only_choices=True,
        column="gender",
        is_always_known=True,
    )
)
register(
    Fact(
        handle="profile_type",
        label="Status",
        type=FactType.TEXT,
        example="active",
        choices=tuple(Profile.Type.choices),
        has_only_choices=True,
        column="profile_type",
        is_always_known=True,
    )
)
register(
    Fact(
        handle="is_completed",
        label="Profile is complete",
        type=FactType.BOOLEAN,
        example=True,
        column="is_completed",
        is_always_known=True,
    )
)
for handle, label, example in (
    ("birth_year", "Birth year", 1985),
    ("birth_month", "Birth month", 9),
    ("birth_day", "Birth day", 15),
):
    register(
        Fact(
            handle=handle,
            label=label,
            type=FactType.NUMBER,
            example=example,
            group="Birthday",
            help="Unknown counts as 0.",
            column=handle,
        )
    )
register(
    Fact(
        handle="joined_at",
        label="Joined",
        type=FactType.MOMENT,
        example="2023-01-15 00:00:00",
        help="When the customer joined the programme. A date means the whole day in the programme's time zone.",
        column="joined_at",
    )
)
register(
    Fact(
        handle="created_at",
        label="Created",
        type=FactType.MOMENT,
        example="2023-01-15 09:30:00",
        help="When the profile was made here.",
        column="created_at",
    )
)
register(
    Fact(
        handle="days_since_joined",
        label="Days since joining",
        type=FactType.NUMBER,
        example=365,
        help="Whole days in the programme's time zone. Joined today counts 0, and so does a day that is not known.",
        column=lambda at: days_since("joined_at", Moment(at)),
    )
)
for handle, label in (("joined_location", "Joined at"), ("preferred_location", "Preferred location")):
    register(
        Fact(
            handle=f"{handle}.name",
            label=label,
            type=FactType.TEXT,
            example="Fitzroy",
            group="Shops",
            column=f"{handle}__name",
        )
    )
register(
    Fact(
        handle="flattened_tags",
        label="Tags",
        type=FactType.LIST,
        example=["vip"],
        help="Has the tag “vip”: Tags contains vip.",
        rows=lambda: Profile.tags.through.objects.all(),
        column="tag__handle",
    )
)
register(
    Fact(
        handle="identity_handles",
        label="Systems that know the customer",
        type=FactType.LIST,
        example=["loyalty-card", "shopify"],
        help="The names of the identities: who has a loyalty card contains loyalty-card.",
        rows=lambda: Identity.objects.filter(is_active=True),
        column="handle",
    )
)
for key in COMMS:
    is_flag, is_moment = key in FLAGS, key in COMMS_MOMENTS
    register(
        Fact(
            handle=f"attributes.comms.{key}",
            label=key.replace("_", " ").capitalize(),
            type=FactType.BOOLEAN if is_flag else FactType.TEXT,
            example=True if is_flag else "2024-05-01 00:00:00" if is_moment else "sent",
            group="Consents",
            column=lambda at, key=key, is_flag=is_flag: flag(key) if is_flag else KeyTextTransform(key, "comms"),
        )
    )
# Examples; those of sizes and measurements are numbers.
WORDS = {
    "hair_colour": "brown",
    "hair_length": "long",
    "shape_body": "hourglass",
    "shape_face": "oval",
    "skin_type": "dry",
    "brow_colour": "brown",
    "eye_colour": "green",
}
for key in APPEARANCE:
    register(
        Fact(
            handle=f"attributes.appearance.{key}",
            label=key.replace("_", " ").capitalize(),
            type=FactType.TEXT,
            example=WORDS.get(key, "12" if key.startswith("size") else "54"),
            group="Appearance",
            column=lambda at, key=key: KeyTextTransform(key, "appearance"),
        )
    )

CUSTOM = "custom_attributes."


def custom_attribute(handle: str) -> Fact | None:
    """The fact `custom_attributes.NAMESPACE.HANDLE`; the first dot after the namespace ends it."""
    namespace, _, name = handle.removeprefix(CUSTOM).partition(".")
    if not handle.startswith(CUSTOM) or not namespace or not name:
        return None
    return Fact(
        handle=handle,
        label=f"{namespace}: {name}".replace("_", " ").capitalize(),
        type=FactType.ANY,
        example="kids",
        group="Custom attributes",
        rows=lambda: CustomAttribute.objects.filter(namespace=namespace, handle=name),
        column="value",
    )


FACTS.register_family(custom_attribute)

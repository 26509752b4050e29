"""The customers of the demo: made up, the same for the same seed, with addresses at example.com."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import AutoField, Model

from access.models import User
from profiles.cause import Cause, Door
from profiles.importing.bulk import insert_rows
from profiles.models import Event, Identity, Interaction, Location, Note, Profile, Segment, StaffMember, Tag
from profiles.searching import folded, search_text_of

FIRST_NAMES = [
    "Amelia",
    "Olivia",
    "Isla",
    "Mia",
    "Grace",
    "Zoe",
    "Chloe",
    "Ruby",
    "Ella",
    "Sofia",
    "Priya",
    "Mei",
    "Yuki",
    "Fatima",
    "Leila",
    "Ngozi",
    "Ingrid",
    "Chiara",
    "Zoë",
    "María",
    "Oliver",
    "Jack",
    "Noah",
    "Leo",
    "Henry",
    "Lucas",
    "Ethan",
    "Arjun",
    "Wei",
    "Kenji",
    "Omar",
    "Tariq",
    "Kwame",
    "Lars",
    "Matteo",
    "Jürgen",
    "José",
    "André",
    "Søren",
    "Łukasz",
]
LAST_NAMES = [
    "Smith",
    "Jones",
    "Williams",
    "Brown",
    "Wilson",
    "Taylor",
    "Nguyen",
    "Singh",
    "Chen",
    "Patel",
    "Kim",
    "Tanaka",
    "Haddad",
    "Okafor",
    "Larsen",
    "Rossi",
    "Müller",
    "García",
    "O’Brien",
    "Novák",
    "Kowalska",
    "Andersson",
    "Dubois",
    "Silva",
    "Papadopoulos",
    "Ivanova",
    "Murphy",
    "Walker",
    "Campbell",
    "van-der-Berg",
]
LOCATIONS = [
    ("Fitzroy", "store", "FIT", "Australia/Melbourne"),
    ("Newtown", "store", "NEW", "Australia/Sydney"),
    ("Fremantle", "store", "FRE", "Australia/Perth"),
    ("Online shop", "online", "WEB", "Australia/Melbourne"),
]
TAGS = ["vip", "newsletter", "early-access"]
CARD = "loyalty-card"
BATCH = 1_000


def make_locations(staff: list[User]) -> list[Location]:
    """Three shops and a website; the staff given are at home in the first."""
    locations = []
    for name, kind, code, timezone in LOCATIONS:
        values = {"name": name, "type": kind, "external_code": code, "timezone": timezone}
        locations.append(Location.objects.get_or_create(external_id=f"demo-{code}", defaults=values)[0])
    for user in staff:
        StaffMember.objects.get_or_create(user=user, defaults={"home_location": locations[0]})
    return locations


def make_profiles(count: int, *, at: datetime, seed: int, locations: list[Location]) -> int:
    """Make the first `count` customers of this seed, where they are missing. Returns how many are new."""
    made = 0
    for start in range(0, count, BATCH):
        people = {}
        for number in range(start, min(start + BATCH, count)):
            # More and more join as the programme grows: the last one today, the first two years ago.
            joined_at = at - timedelta(days=730 * (1 - (number + 1) / count) ** 2)
            people[card_of(number, seed)] = made_up(number, joined_at=joined_at, seed=seed, locations=locations)
        known = Identity.objects.filter(handle=CARD, identifier__in=people).values_list("identifier", flat=True)
        for card in known:
            del people[card]
        write(people)
        made += len(people)
    return made


def card_of(number: int, seed: int) -> str:
    """The loyalty card of this customer: 0100000001 is the first of seed 1."""
    return f"{seed:02}{number + 1:08}"


def made_up(number: int, *, joined_at: datetime, seed: int, locations: list[Location]) -> Profile:
    """The unsaved customer of this number."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 (repeatable on purpose)
    first_name, last_name = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    address = folded(f"{first_name}.{last_name}").replace("'", "")
    profile = Profile(
        first_name=first_name,
        last_name=last_name,
        email=f"{address}.{card_of(number, seed).lstrip('0')}@example.com",
        gender=chance.choice(["female", "male", "other", ""]),
        birth_year=chance.randint(1945, 2006),
        birth_month=chance.randint(1, 12),
        birth_day=chance.randint(1, 28),
        joined_at=joined_at,
        joined_location=chance.choice(locations),
        comms={"email_promo": chance.random() < 0.6, "sms_promo": chance.random() < 0.3},
        appearance={"size_top": chance.choice(["8", "10", "12", "14"])} if chance.random() < 0.3 else {},
    )
    profile.search_text = search_text_of(
        first_name=profile.first_name, last_name=profile.last_name, email=profile.email
    )
    return profile


@transaction.atomic
def write(people: dict[str, Profile]) -> None:
    """Insert the customers by card, with some tags and the event of their joining, in bulk."""
    if not people:
        return
    for profile in people.values():
        for name, moment in since(profile).items():
            setattr(profile, name, moment)
    insert(Profile, people.values())
    insert(
        Identity, (Identity(profile=one, handle=CARD, identifier=card, **since(one)) for card, one in people.items())
    )
    tags = {tag.handle: tag for tag in Tag.objects.named(*TAGS)}
    worn = [
        (one.pk, tags[handle].pk)
        for card, one in people.items()
        for number, handle in enumerate(TAGS)
        if int(card) % (7 + number) == 0
    ]
    insert_rows(Profile.tags.through, ("profile_id", "tag_id"), worn)
    cause = Cause(door=Door.COMMAND)
    insert(
        Event,
        (
            # It happened long ago, and nothing shall follow from it now.
            Event.of("profile.created", at=one.joined_at, cause=cause, profile=one, subject=one, is_pending=False)
            for one in people.values()
        ),
    )


def since(profile: Profile) -> dict[str, datetime]:
    """When the row was added: the lists show that, and it is when they joined, not when the demo was made."""
    return {"created_at": profile.joined_at, "updated_at": profile.joined_at}


def insert(model: type[Model], rows: Iterable[Model]) -> None:
    """Insert these unsaved rows as they are; the database numbers those that have no key."""
    names = [field.attname for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    insert_rows(model, names, ([getattr(row, name) for name in names] for row in rows))


def tell_stories(*, at: datetime, clerk: User, locations: list[Location]) -> None:
    """Notes and visits for the first few customers, so that their pages show what a page can hold. Once only."""
    if Note.objects.exists():
        return
    notes = [
        "Prefers to be called in the afternoon.",
        "Allergic to wool. Show the linen range first.",
        "Collects for her book club: group order every June.",
    ]
    for profile, text in zip(first_customers(), notes, strict=False):
        Note.objects.create(profile=profile, text=text, author=clerk, is_pinned="wool" in text)
        Interaction.objects.create(
            profile=profile,
            action="visit",
            channel="location",
            name="Visited the shop",
            namespace="demo",
            location=locations[0],
            interacted_at=at - timedelta(days=3),
        )
    cause = Cause(door=Door.COMMAND, reason="Demo data.")
    for profile, (street, city, postcode), size in zip(first_customers(), HOMES, SIZES, strict=False):
        profile.add_address(
            address_line_1=street, city=city, postcode=postcode, state="VIC", country="Australia", at=at, cause=cause
        )
        profile.set_custom_attribute(namespace="shop", handle="shoe_size", value=size, at=at, cause=cause)


HOMES = [
    ("12 Brunswick Street", "Fitzroy", "3065"),
    ("4 Lygon Street", "Carlton", "3053"),
    ("81 High Street", "Northcote", "3070"),
]
SIZES = [38, 41.5, 44]


def first_customers(seed: int = 1, most: int = 50) -> list[Profile]:
    """The customers of this seed, the latest first: those whom a newcomer sees on top of the list."""
    cards = Identity.objects.filter(handle=CARD, identifier__startswith=f"{seed:02}").order_by("-identifier")
    return [card.profile for card in cards.select_related("profile")[:most]]


SEGMENTS = [
    {
        "name": "Spent 500 or more in a year",
        "handle": "spent-500",
        "description": "Whom to invite before the sale.",
        "condition": {">=": [{"var": "aggregations.spend_12m_now"}, 500]},
    },
    {
        "name": "VIPs who may be written to",
        "handle": "vips-by-email",
        "description": "For invitations by e-mail.",
        "condition": {
            "and": [
                {"in": ["vip", {"var": "flattened_tags"}]},
                {"==": [{"var": "attributes.comms.email_promo"}, True]},
                {"!=": [{"var": "email"}, None]},
            ]
        },
    },
    {
        "name": "Birthday this month",
        "handle": "birthday-this-month",
        "description": "For the birthday coffee.",
        "condition": {"birthday_in_month": []},
    },
    {
        "name": "Joined in the last 90 days",
        "handle": "new-members",
        "description": "Whom to welcome.",
        "condition": {"<=": [{"days_since": [{"var": "joined_at"}]}, 90]},
    },
]


def make_segments(*, at: datetime) -> int:
    """Four segments, made when they are not there yet, and counted. Returns how many there are."""
    for values in SEGMENTS:
        segment, _ = Segment.objects.get_or_create(handle=values["handle"], defaults=values)
        segment.count_members(at=at)
    return len(SEGMENTS)

"""A small crowd in which every fact is sometimes unknown, empty, zero, odd or at an edge."""

import random
from datetime import UTC, datetime, timedelta

from profiles.models import CustomAttribute, Identity, Location, Profile, Tag

TEXTS = ["", "Ann", "ann", "Éva", "Zoë", "anna-maria", "O'Brien", "100% 🎉", "_", "5", "12", "null", "<b>"]
GENDERS = ["", "female", "male", "other"]
TAGS = ["vip", "VIP", "é", "a-b", "staff"]
DEMANDED = datetime(2024, 2, 28, 13, 30, tzinfo=UTC)
MOMENTS = [
    None,
    DEMANDED,
    DEMANDED - timedelta(microseconds=1),
    DEMANDED + timedelta(microseconds=400_000),
    datetime(2024, 2, 28, 0, 0, tzinfo=UTC),
    datetime(2024, 2, 27, 13, 0, tzinfo=UTC),
    datetime(2024, 2, 27, 12, 59, 59, 999_999, tzinfo=UTC),
    datetime(2023, 2, 28, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 12, 31, 20, 0, tzinfo=UTC),
    datetime(1999, 1, 31, 5, 0, tzinfo=UTC),
]
CUSTOM = ["kids", "", "5", 5, 5.5, 0, -1, True, False, None, ["kids", "5"], [], {"a": 1}]


def populate(count: int = 60) -> list[Profile]:
    """That many profiles, the same each time."""
    dice = random.Random(7)
    tags = Tag.objects.named(*TAGS)
    shops = [Location.objects.create(name=name) for name in ("Fitzroy", "Zürich")]
    profiles = [
        Profile(
            first_name=dice.choice(TEXTS),
            last_name=dice.choice(TEXTS),
            email=f"p{number}@example.com" if dice.random() < 0.7 else None,
            gender=dice.choice(GENDERS),
            birth_year=dice.choice([None, 1960, 1999, 2024]),
            birth_month=dice.choice([None, 2, 2, 3, 12]),
            birth_day=dice.choice([None, 1, 28, 29]),
            joined_at=dice.choice(MOMENTS),
            is_completed=dice.random() < 0.5,
            preferred_location=dice.choice([None, *shops]),
            comms={key: dice.random() < 0.5 for key in ("email_promo", "email_optout") if dice.random() < 0.6},
            appearance={key: dice.choice(TEXTS) for key in ("size_top", "hair_colour") if dice.random() < 0.6},
        )
        for number in range(count)
    ]
    Profile.objects.bulk_create(profiles)
    for profile in profiles:
        profile.tags.set(dice.sample(tags, dice.randrange(4)))
        for handle in dice.sample(["card", "shopify"], dice.randrange(3)):
            Identity.objects.create(profile=profile, handle=handle, identifier=f"{handle}{profile.pk}")
        for handle in ("interest", "size"):
            if dice.random() < 0.8:
                CustomAttribute.objects.create(
                    profile=profile, namespace="shop", handle=handle, value=dice.choice(CUSTOM)
                )
    return profiles

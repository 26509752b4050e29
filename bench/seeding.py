"""Customers with a card number, benefits and a till's token, for the benchmarks that drive a server."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from access.models import ApiToken, User
from benefits.models import Benefit, BenefitDefinition
from profiles.models import Identity, Profile


@dataclass(frozen=True)
class Shop:
    token: str
    profiles: list[Profile]


def seed(customers: int) -> Shop:
    """So many customers, each with a loyalty card of the number `card-N`, and a token that may do everything."""
    at = timezone.now()
    user = User.objects.create_user("till@example.com", "correct horse", name="Till")
    token = ApiToken.objects.issue(name="Till", user=user, scopes=["*"], at=at)[1]
    profiles = Profile.objects.bulk_create(
        Profile(first_name="Ann", last_name=f"Customer {number}", email=f"customer-{number}@example.com")
        for number in range(customers)
    )
    Identity.objects.bulk_create(
        Identity(profile=profile, handle="loyalty-card", identifier=f"card-{number}")
        for number, profile in enumerate(profiles)
    )
    return Shop(token, profiles)


def definition(handle: str, **values) -> BenefitDefinition:
    return BenefitDefinition.objects.create(
        name=handle.capitalize(), handle=handle, max_redemptions=None, period=365, value=5, **values
    )


def issue_to_all(shop: Shop, one: BenefitDefinition) -> list[Benefit]:
    """One benefit for each customer, with as many uses as they like."""
    issued_at = timezone.now() - timedelta(days=1)
    return Benefit.objects.bulk_create(Benefit.of(one, profile, issued_at=issued_at) for profile in shop.profiles)

"""`manage.py seed_contract`: what a fresh server needs for contract clients, printed as one line of JSON (api.md 1)."""

import json
from decimal import Decimal

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from access.machines import machine_user
from access.models import ApiToken
from access.recording import Actor
from benefits.models import Benefit, BenefitDefinition
from earning import pointing
from earning.models import LoyaltyCard, PointDefinition, Program, RewardDefinition, TierDefinition
from earning.rewards import rewarding
from earning.tiers import tiering
from profiles.cause import Cause, Door
from profiles.models import Location, Profile
from reactions.models import Webhook
from transactions.currencies import programme_currency
from transactions.models import Transaction

NAME = "Contract client"


class Command(BaseCommand):
    help = "Make a token, a customer, a location, a sale, a benefit, a tier, a point, a reward and an inactive webhook for contract clients; print them as JSON on the last line. Safe to run twice."

    @transaction.atomic
    def handle(self, **options):
        at = timezone.now()
        user = machine_user(NAME)
        _, secret = ApiToken.objects.issue(name=NAME, user=user, scopes=["*"], at=at, actor=Actor(door="command"))
        cause = Cause(door=Door.COMMAND, user=user)
        location, _ = Location.objects.get_or_create(external_id="contract", defaults={"name": "Contract store"})
        profile = self._profile(at=at, cause=cause)
        self._benefit(profile, at=at, cause=cause)
        self._tier(profile, at=at, cause=cause)
        self._point_and_reward(profile, at=at, cause=cause)
        self._webhook()
        item = self._sale(profile, location, at=at, cause=cause).items.first()
        printed = {
            "token": secret,
            "profile_id": str(profile.pk),
            "location_id": location.pk,
            "product_id": item.product_variant.product_id,
            "product_variant_id": item.product_variant_id,
        }
        self.stdout.write(json.dumps(printed))

    @staticmethod
    def _profile(*, at, cause: Cause) -> Profile:
        """Enrolling writes the audit row that clients read."""
        email = "contract.client@example.com"
        known = Profile.objects.filter(email=email).first()
        return known or Profile(first_name="Connie", last_name="Contract", email=email).enrol(at=at, cause=cause)

    @staticmethod
    def _benefit(profile: Profile, *, at, cause: Cause) -> Benefit:
        """The same one on every run, by its external id."""
        definition, _ = BenefitDefinition.objects.get_or_create(
            handle="contract-benefit",
            defaults={"name": "Contract benefit", "period": 365, "is_extendable": True, "is_published": True},
        )
        return definition.issue(profile, at=at, cause=cause, external_id="contract-benefit")

    @staticmethod
    def _tier(profile: Profile, *, at, cause: Cause) -> LoyaltyCard:
        """The card stands on the lowest tier, which is made where there is none."""
        card = LoyaltyCard.objects.ensure(profile, at=at, cause=cause)
        if not TierDefinition.objects.filter(program=card.program).exists():
            TierDefinition.objects.create(program=card.program, name="Contract tier", handle="contract-tier", rank=0)
        tiering.refresh(card, at=at, cause=cause)
        return card

    @staticmethod
    def _point_and_reward(profile: Profile, *, at, cause: Cause) -> None:
        """The same ones on every run, by their external ids. On a fresh server the definitions have the number 1."""
        points, _ = PointDefinition.objects.get_or_create(handle="contract-point", defaults={"name": "Contract point"})
        pointing.give(profile, Decimal(10), definition=points, external_id="contract-point", at=at, cause=cause)
        ten, _ = RewardDefinition.objects.get_or_create(
            handle="contract-reward",
            defaults={
                "name": "Contract reward",
                "program": Program.objects.default(),
                "value": Decimal(10),
                # As the sale: all money that a contract client finds is of one currency.
                "currency": programme_currency(),
            },
        )
        rewarding.issue(ten, profile, external_id="contract-reward", at=at, cause=cause)

    @staticmethod
    def _webhook() -> Webhook:
        """Inactive: it is there to be read, and sends nothing."""
        address = {"trigger": "profile.updated", "url": "https://contract.example.com/hooks"}
        return Webhook.objects.get_or_create(**address, defaults={"is_active": False, "namespace": "contract"})[0]

    @staticmethod
    def _sale(profile: Profile, location: Location, *, at, cause: Cause) -> Transaction:
        """The same one on every run, by its external id."""
        line = {"sku": "CONTRACT-1", "name": "Contract product", "quantity": Decimal(1), "price_sell": Decimal("49.99")}
        document = {"external_id": "contract-transaction", "location": location, "items": [line], "transacted_at": at}
        return Transaction.objects.record(profile, document, at=at, cause=cause)

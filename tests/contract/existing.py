"""What exists while the operations of the OpenAPI document are asked: one of each thing that a path can name."""

import json
from datetime import datetime
from io import BytesIO, StringIO

from django.core.management import call_command

from access.models import ApiToken
from achievements.models import AchievementDefinition
from benefits.batching import start_batch
from benefits.models import Benefit, BenefitDefinition
from profiles.cause import Cause
from profiles.importing.starting import upload
from profiles.models import Event, Profile, Segment, Tag
from reactions.automating import begin
from reactions.models import Delivery, Reaction, Run, Target, Webhook
from tests.contract.earned import earned
from transactions.models import Brand, System, Transaction, TransactionClaim

CAUSE = Cause()


def seeded() -> dict:
    """What contract clients find on a fresh server."""
    out = StringIO()
    call_command("seed_contract", stdout=out)
    return json.loads(out.getvalue())


def existing(printed: dict, *, at: datetime) -> dict:
    """With what was seeded, for each variable of a path an id that exists.

    By the path before it, by the last word of that, or by its own name.
    """
    profile = Profile.objects.get(pk=printed["profile_id"])
    return {
        **printed,
        "/profiles": profile.pk,
        "/users": ApiToken.objects.first().user_id,
        "/api-tokens": ApiToken.objects.first().pk,
        "/audits": Event.objects.first().pk,
        "/locations": printed["location_id"],
        "/permissions": 1,
        "/roles": 1,
        "/settings": "currency",
        **of_profile(profile, at=at),
        **entitled(profile, at=at),
        **bought(profile, printed, at=at),
        **reacted(at=at),
        **earned(profile, at=at),
    }


def of_profile(profile: Profile, *, at: datetime) -> dict:
    """What belongs to the customer, and the lists that customers are on."""
    now = {"at": at, "cause": CAUSE}
    identity = profile.add_identity(handle="shopify", identifier="C-1", **now)
    address = {"address_line_1": "1 Long St", "city": "Fitzroy", "state": "VIC", "postcode": "3065", "country": "AU"}
    profile.set_custom_attribute(namespace="shop", handle="size", value="M", **now)
    profile.set_date(handle="anniversary", date=at.date(), **now)
    profile.add_tags("contract", **now)
    profile_import = upload(BytesIO(b"email\nnew@example.com\n"), name="contract.csv")
    contact = {"action": "visit", "channel": "location", "name": "Fitting", "namespace": "shop"}
    vips = Segment.objects.create(name="VIPs", handle="vips", condition={"==": [{"var": "first_name"}, "Connie"]})
    return {
        "/addresses": profile.add_address(**address, **now).pk,
        "/identities": identity.handle,
        "/identities/search-profile": identity.identifier,
        "/profiles/identities/id": identity.pk,
        "/interactions": profile.add_interaction(**contact, **now).pk,
        "namespace": "shop",
        "handle": "size",
        "/dates": profile.dates.get().pk,
        "/imports": profile_import.pk,
        "/segments": vips.pk,
        "/tags": Tag.objects.get(handle="contract").pk,
        "/profiles/tags": "contract",
    }


def entitled(profile: Profile, *, at: datetime) -> dict:
    """A benefit that was used and is there still, a bulk issue, and an achievement that the customer climbs."""
    benefit = Benefit.objects.get()
    definition = BenefitDefinition.objects.get()
    visits = AchievementDefinition.objects.create(name="Visits", handle="visits", strategy="linear", every=1)
    return {
        "/benefits": benefit.pk,
        "/claimable": definition.pk,
        "/benefits/definitions": definition.pk,
        "/benefits/definitions/handle": definition.handle,
        "/batches": start_batch(definition, is_everybody=True, at=at, cause=CAUSE).pk,
        "/redemptions": benefit.redeem(at=at, cause=CAUSE).pk,
        "/achievements": visits.progress(profile, at=at, cause=CAUSE).achievement.pk,
        "/achievements/definitions": visits.pk,
        "/achievements/definitions/handle": visits.handle,
    }


def bought(profile: Profile, printed: dict, *, at: datetime) -> dict:
    """A sale with its line, a claim, and what is sold."""
    sale = Transaction.objects.get()
    asked = {"receipt_ref": "R-1", "transacted_on": at.date(), "total": 10, "at": at, "cause": CAUSE}
    return {
        "/brands": Brand.objects.create(name="Contract", handle="contract").pk,
        "/claims": TransactionClaim.objects.ask(profile, **asked).pk,
        "/products": printed["product_id"],
        "/variants": printed["product_variant_id"],
        "/systems": System.objects.create(handle="contract").pk,
        "/transactions": sale.pk,
        "/external": sale.external_id,
        "/items": sale.items.get().pk,
    }


def reacted(*, at: datetime) -> dict:
    """A trigger with a run that waits for somebody, an automation that is due, and a target that was written to."""
    target = Target.objects.create(
        name="Contract", handle="contract", url="https://contract.example.com", template="{}"
    )
    document = {"name": "tag.add", "arguments": [{"name": "tag", "value": "contract"}]}
    trigger = Reaction(name="Contract", trigger="tag.added").write(at=at, actions=[document])
    automation = Reaction(kind="automation", name="Contract").write(
        at=at, actions=[document], is_active=True, frequency="daily"
    )
    parked = {"state": Run.State.PARKED, "next_at": at, "created_at": at}
    return {
        "/targets": target.pk,
        "/webhooks": Webhook.objects.get().pk,
        "/deliveries": Delivery.objects.test(target, body="{}", at=at).pk,
        "/triggers": trigger.pk,
        "/automations": automation.pk,
        "/occurrences": begin(automation, due_at=at, at=at, cause=CAUSE).pk,
        "/runs": Run.objects.create(reaction=trigger, event=Event.objects.first(), **parked).pk,
    }

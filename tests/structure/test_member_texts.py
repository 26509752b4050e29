"""What is written for the retailer's own people reaches no member: every answer of the member API, searched for marked texts."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from access.models import ApiToken
from benefits.models import Benefit, BenefitDefinition
from earning.models import LoyaltyCard, RewardDefinition
from profiles.cause import Cause, Door
from profiles.models import Note, Profile, Tag
from tests.structure.test_members import (  # noqa: F401 - a fixture
    BASE,
    VISIT,
    asked,
    definitions,
    everything,
    maria,
)
from transactions.models import Transaction

SHOWN_OF_DEFINITION = {
    *("name", "handle", "short_description", "long_description", "terms_conditions", "earn_instructions", "icon"),
    *("redeem_instructions_store", "redeem_instructions_online", "redeem_code_pos", "redeem_code_online"),
    *("image_url", "external_id", "meta", "claim_condition", "product_skus", "product_categories", "product_brands"),
}
WITHHELD_OF_DEFINITION = {"description", "internal_notes", "campaign", "view_condition", "tags"}
# Neither a text of somebody's own.
NO_TEXTS = {"type", "period_type", "timezone", "image", "tiers"}


def all_answers(client: APIClient, ids) -> str:
    """The text of everything that the member API answers to reading, one after the other."""
    texts = []
    for row, asks in asked(ids).items():
        if row.startswith("get "):
            for path, _, query in asks:
                answer = client.get(BASE + path, query)
                assert answer.status_code in (200, 404), path
                texts.append(answer.content.decode())
    return "\n".join(texts)


def marked_definition() -> BenefitDefinition:
    """A definition that everybody may claim, in which every text says which one it is."""
    values = {}
    for field in BenefitDefinition._meta.concrete_fields:
        kind = field.get_internal_type()
        if field.name in NO_TEXTS or kind not in ("CharField", "TextField", "SlugField", "URLField", "JSONField"):
            continue
        values[field.name] = f"marked-{field.name}"
    for name in ("view_condition", "claim_condition"):
        values[name] = {"!=": [{"var": "email"}, f"marked-{name}"]}
    for name in ("product_skus", "product_categories", "product_brands"):
        values[name] = [f"marked-{name}"]
    values |= {"meta": {"of": "marked-meta"}, "image_url": "https://example.com/marked-image_url"}
    marked = BenefitDefinition.objects.create(**values, is_claimable=True, is_reclaimable=True, max_redemptions=1)
    marked.tags.set(Tag.objects.named("marked-tags"))
    return marked


def marks(text: str, names: set[str]) -> set[str]:
    # Each mark ends with its text, so that “description” is not found in “short_description”.
    return {name for name in names if f'marked-{name}"' in text}


def test_of_a_definition_members_read_what_is_meant_for_them(member, definitions, maria, at):  # noqa: F811
    ids = everything(member, definitions, at, word="alpha", name="otto")
    marked = marked_definition()
    names = {field.name for field in BenefitDefinition._meta.get_fields() if hasattr(marked, field.name)}
    texts = {
        "claimable": maria.get(f"{BASE}profiles/me/benefits/claimable").content.decode(),
        "used": maria.post(f"{BASE}profiles/me/benefits/claim-redeem", {"definition": marked.handle}).content.decode(),
        "claim": maria.post(f"{BASE}profiles/me/benefits/claim", {"definition": marked.handle}).content.decode(),
        "all": all_answers(maria, ids),
    }
    assert {told: marks(text, names) for told, text in texts.items()} == dict.fromkeys(texts, SHOWN_OF_DEFINITION)


def test_every_text_of_a_definition_was_thought_of(definitions):  # noqa: F811
    texts = {"CharField", "TextField", "SlugField", "URLField", "JSONField", "ManyToManyField"}
    written = {one.name for one in BenefitDefinition._meta.get_fields() if one.get_internal_type() in texts}
    assert written - NO_TEXTS == SHOWN_OF_DEFINITION | WITHHELD_OF_DEFINITION


@pytest.fixture
def noted(member, clerk, at) -> None:
    """Whatever people write about a customer among themselves says “internal”, and so do people and tokens."""
    clerk.name, clerk.email = "internal-clerk", "internal-clerk@example.com"
    clerk.save()
    token = ApiToken.objects.issue(name="internal-token", user=clerk, scopes=["*"], at=at)[0]
    staff = Profile(first_name="internal-staff", email="internal@example.com").enrol(at=at, cause=Cause())
    told = {"at": at, "cause": Cause(door=Door.API, user=clerk, token=token, reason="internal-reason")}
    coffee = BenefitDefinition.objects.get(handle="coffee")
    coffee.issue(member, **told).revoke(**told)
    coffee.issue(member, **told).redeem(**told)
    Note.objects.create(profile=member, text="internal-note", author=clerk)
    member.add_interaction(**VISIT, interacted_at=at, description="internal-description", staff=staff, **told)
    line = {"sku": "A", "quantity": Decimal(1), "price_sell": Decimal(10), "price_margin": Decimal("7.7771")}
    document = {"items": [line], "staff": staff, "margin": Decimal("7.7771"), "total": Decimal(10)}
    Transaction.objects.record(member, document, **told)
    card = LoyaltyCard.objects.ensure(member, **told)
    card.adjust(Decimal(50), reason="internal-points", **told)
    card.spend(Decimal(1), reason="internal-spent", **told)
    RewardDefinition.objects.update(internal_notes="internal-notes", description="internal-reward")


def test_what_people_write_among_themselves_reaches_no_member(member, definitions, maria, at, api, noted):  # noqa: F811
    text = all_answers(maria, everything(member, definitions, at, word="alpha", name="otto"))
    assert "internal" not in text.replace('"internal_notes":null', "")
    assert "7.777" not in text
    # It is there: whoever may read it reads it.
    profile = f"/api/v3/profiles/{member.pk}"
    told = "".join(api.get(f"{profile}/{kind}").content.decode() for kind in ("timeline", "benefits", "interactions"))
    told += api.get(f"{profile}/transactions").content.decode()
    for word in ("internal-reason", "internal-token", "internal-description", "internal-staff", "7.777"):
        assert word in told


def test_writing_answers_with_nothing_internal_either(member, definitions, maria, noted, at):  # noqa: F811
    for _ in range(2):
        # None is left to use, so that another may be claimed.
        Benefit.objects.update(revoked_at=at)
        answer = maria.post(f"{BASE}profiles/me/benefits/claim", {"definition": "coffee"})
        benefit = answer.json()["data"]["id"]
        used = maria.post(f"{BASE}profiles/me/benefits/{benefit}/redeem", {"reason": "internal-of-mine"}, format="json")
        assert used.status_code == 201
        assert "internal-" not in answer.content.decode() + used.content.decode()

"""No member reaches anything of another's: every address of the member API, asked by Maria with Otto's ids in every position.

A new address is one line in `asked`; one that is missing fails. All that Otto has says “bravo” somewhere, but for the ids
and names that Maria sends.
"""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.utils import timezone
from drf_spectacular.generators import EndpointEnumerator
from rest_framework.test import APIClient

from achievements.models import AchievementDefinition
from benefits.models import BenefitDefinition
from earning import pointing
from earning.models import PointDefinition
from earning.rewards import ordering, redeeming, rewarding
from profiles.cause import Cause
from profiles.member_tokens import signed
from profiles.models import Interaction, Location, Profile, Segment
from tests.conftest import NOON, enrol_maria, enrol_otto
from tests.earning.rewards_made import reward
from tests.earning.rules_made import spending
from transactions.models import Product, ProductVariant, Transaction, TransactionClaim

BASE = "/id/api/v1/"
ADDRESS = {"address_line_1": "1 High St", "city": "Fitzroy", "postcode": "3065", "state": "VIC", "country": "Australia"}
VISIT = {"action": "visit", "channel": "location", "signal": 1, "name": "Visit", "namespace": "shop"}
RECEIPT = {"transaction_receipt_ref": "receipt-of-otto", "transaction_transacted_at": "2026-05-01"}


class Names:
    """Stands for Otto where only the addresses are asked for."""

    def __getattr__(self, name: str) -> str:
        return name


def asked(otto) -> dict[str, list[tuple[str, int, dict]]]:
    """For each verb and address: with what it is asked (a path, and a body or a query), and which status answers."""
    own = {"id": otto.profile, "profile_id": otto.profile}
    rows = {
        "post auth/token": [("auth/token", 401, {"id": otto.profile})],
        "post profiles": [("profiles", 403, {"email": "otto@example.com"})],
        "get profiles/me": [("profiles/me", 200, own)],
        "delete profiles/me": [("profiles/me", 204, own)],
        "delete profiles/me/purge": [("profiles/me/purge", 204, own)],
        "get profiles/me/resync": [("profiles/me/resync", 200, own)],
        "put profiles/me/update-type": [("profiles/me/update-type", 200, own | {"profile_type": "pending"})],
        "put profiles/me/comms": [("profiles/me/comms", 200, own | {"email_promo": True})],
        "post profiles/me/addresses": [("profiles/me/addresses", 201, own | ADDRESS | {"id": otto.address})],
        "post profiles/me/identities": [
            ("profiles/me/identities", 422, own | {"handle": "otto-card", "identifier": "card-of-otto"}),
            ("profiles/me/identities", 201, own | {"handle": "x", "identifier": "y", "id": otto.identity}),
        ],
        "put profiles/me/attributes/dates": [
            ("profiles/me/attributes/dates", 200, own | {"id": otto.date, "handle": "otto-day", "date": "2020-01-01"})
        ],
        "post profiles/me/interactions": [
            ("profiles/me/interactions", 201, own | VISIT | {"staff_id": otto.profile, "id": otto.interaction})
        ],
        "post profiles/me/transactions/claims": [
            ("profiles/me/transactions/claims", 201, own | RECEIPT | {"transaction_total": "20.00"})
        ],
        "post profiles/me/benefits/claim": [
            ("profiles/me/benefits/claim", 409, own | {"definition": "coffee", "external_id": "benefit-of-otto"}),
            ("profiles/me/benefits/claim", 409, own | {"definition": "hidden"}),
        ],
        "post profiles/me/benefits/claim-redeem": [
            ("profiles/me/benefits/claim-redeem", 409, own | {"definition": "coffee", "external_id": "benefit-of-otto"})
        ],
        "post profiles/me/benefits/{pk}/claim": [("profiles/me/benefits/hidden/claim", 409, own)],
        "get profiles/me/benefits/claimable/{definition}/why-not": [
            ("profiles/me/benefits/claimable/hidden/why-not", 200, {})
        ],
        "get profiles/me/find-transactions": [
            ("profiles/me/find-transactions", 404, {"filter[id]": otto.sale}),
            ("profiles/me/find-transactions", 404, {"filter[external_id]": "sale-of-otto"}),
            ("profiles/me/find-transactions", 404, {"filter[profile_id]": otto.profile}),
        ],
        "get profiles/me/balances": [("profiles/me/balances", 200, own)],
        "post profiles/me/events": [("profiles/me/events", 400, own | {"code": "nothing", "external_id": "of-otto"})],
        "post profiles/me/redeem": [
            ("profiles/me/redeem", 201, own | {"amount": 1}),
            ("profiles/me/redeem", 403, own | {"benefits": [{"handle": "coffee"}]}),
        ],
        "post profiles/me/rewards/redeem": [
            ("profiles/me/rewards/redeem", 409, own | {"definition": "gift", "external_id": "order-of-otto"}),
            ("profiles/me/rewards/redeem", 409, own | {"definition": "bravo"}),
        ],
        "get profiles/me/tiers": [("profiles/me/tiers", 200, own)],
        "get profiles/me/tiers/calculate": [("profiles/me/tiers/calculate", 200, own)],
        "get profiles/me/permissions": [("profiles/me/permissions", 200, {"profile_id": otto.profile})],
        "put profiles/me/permissions/{code}": [("profiles/me/permissions/sms_promo", 200, own | {"granted": True})],
        # Maria's own attribute of that name, which she did not have.
        "put profiles/me/attributes/custom/{namespace}:{handle}": [
            ("profiles/me/attributes/custom/shop:of-otto", 200, own | {"value": "1"})
        ],
    }
    of_profile = [
        (200, own),
        (422, {"email": "otto@example.com"}),
        (422, {"identities": [{"id": otto.identity, "handle": "otto-card", "identifier": "card-of-otto"}]}),
        (422, {"addresses": [ADDRESS | {"id": otto.address}]}),
    ]
    for verb in ("put", "patch"):
        rows[f"{verb} profiles/me"] = [("profiles/me", status, body) for status, body in of_profile]
        for kind, body in (("comms", {"sms_promo": True}), ("appearance", {"size_shoe": "41"})):
            path = f"profiles/me/attributes/{kind}"
            rows[f"{verb} {path}"] = [(path, 200, own | body)]
    readable = ("attributes/comms", "attributes/appearance", "aggregations", "aggregations/calculate")
    for kind in (*readable, "tiers", "tiers/calculate"):
        rows[f"get profiles/me/{kind}"] = [(f"profiles/me/{kind}", 200, own)]
    for kind, queries in lists(otto).items():
        rows[f"get profiles/me/{kind}"] = [(f"profiles/me/{kind}", 200, query) for query in queries]
    for verbs, address, path in of_one(otto):
        for verb in verbs.split():
            rows[f"{verb} profiles/me/{address}"] = [(f"profiles/me/{path}", 404, own)]
    return rows


def lists(otto) -> dict[str, list[dict]]:
    """With which queries each list is asked for Otto's."""
    return {
        "addresses": [{}, {"filter[external_id]": "address-of-otto"}],
        "attributes/custom": [{}, {"filter[handle]": "of-otto"}],
        "attributes/dates": [{}, {"filter[handle]": "otto-day"}],
        "identities": [{}, {"filter[identifier]": "card-of-otto"}],
        "interactions": [{}, {"filter[id]": otto.interaction}],
        "cards": [{}],
        "earning-rules": [{}],
        "points": [{}, {"filter[external_id]": "point-of-otto"}],
        "rewards": [{}, {"filter[external_id]": "reward-of-otto"}],
        "rewards/catalogue": [{}],
        "rewards/orders": [{}, {"filter[external_id]": "order-of-otto"}],
        "ledgers": [{}],
        "payments": [{}],
        "benefits": [{}, {"filter[external_id]": "benefit-of-otto"}],
        "benefits/claimable": [{}],
        "achievements": [{}, {"filter[id]": otto.achievement}, {"filter[definition.handle]": "secret"}],
        "redemptions": [{}, {"filter[profile_id]": otto.profile}],
        "transactions": [{}, {"filter[profile_id]": otto.profile}, {"filter[id]": otto.sale}],
        "transactions/claims": [{}, {"filter[id]": otto.claim}],
        "group_transactions": [{}],
        "transaction-products": [{}],
    }


def of_one(otto) -> list[tuple[str, str, str]]:
    """The verbs of one row, its address, and Otto's."""
    row = "get put patch delete"
    return [
        (row, "addresses/{address_id}", f"addresses/{otto.address}"),
        ("delete", "attributes/dates/{date_id}", f"attributes/dates/{otto.date}"),
        ("get delete", "attributes/custom/{namespace}:{handle}", "attributes/custom/shop:of-otto"),
        (row, "identities/{handle}", "identities/otto-card"),
        (row, "identities/id/{identity_id}", f"identities/id/{otto.identity}"),
        ("get delete", "interactions/{pk}", f"interactions/{otto.interaction}"),
        ("get", "transactions/{pk}", f"transactions/{otto.sale}"),
        ("get delete", "transactions/claims/{pk}", f"transactions/claims/{otto.claim}"),
        (row, "benefits/{pk}", f"benefits/{otto.benefit}"),
        ("post", "benefits/{pk}/redeem", f"benefits/{otto.benefit}/redeem"),
        ("post", "benefits/{pk}/redemptions", f"benefits/{otto.benefit}/redemptions"),
        ("get", "redemptions/{pk}", f"redemptions/{otto.redemption}"),
        ("get", "achievements/{pk}", f"achievements/{otto.achievement}"),
        ("get", "points/{pk}", f"points/{otto.point}"),
        ("get", "rewards/{pk}", f"rewards/{otto.reward}"),
        ("get", "ledgers/{pk}", f"ledgers/{otto.reward}"),
        ("get", "payments/{pk}", f"payments/{otto.payment}"),
    ]


def make_definitions() -> SimpleNamespace:
    only_otto = {"==": [{"var": "email"}, "otto@example.com"]}
    Segment.objects.create(name="Otto", handle="only-otto", condition=only_otto)
    spending(name="For bravo", segments=["only-otto"])
    offered = {"is_claimable": True, "is_reclaimable": True, "max_redemptions": None}
    return SimpleNamespace(
        coffee=BenefitDefinition.objects.create(name="Coffee", handle="coffee", **offered),
        hidden=BenefitDefinition.objects.create(
            name="Hidden bravo", handle="hidden", view_condition=only_otto, long_description="bravo", **offered
        ),
        visits=AchievementDefinition.objects.create(name="Visits", handle="visits"),
        gift=reward(name="Gift", handle="gift", points_cost=Decimal(10)),
        secret=AchievementDefinition.objects.create(name="Secret bravo", handle="secret", display_option="hidden"),
    )


def everything(profile, definitions, at, *, word: str, name: str) -> SimpleNamespace:
    """Give the customer one of everything there is; return its ids. What nobody sends says the word."""
    told = {"at": at, "cause": Cause(reason=word)}
    profile.change(first_name=word, company=word, secondary_phone="0450 551 509", **told)
    place = ADDRESS | {"address_line_1": word, "notes": word, "external_id": f"address-of-{name}"}
    profile.set_comms({"terms_accepted_version": word}, **told)
    profile.set_appearance({"eye_colour": word}, **told)
    location = Location.objects.create(name=word)
    variant = ProductVariant.objects.create(product=Product.objects.create(title=word), sku=f"{word}-1", title=word)
    line = {"sku": variant.sku, "product_variant": variant, "name": word, "quantity": Decimal(1)}
    document = {
        "external_id": f"sale-of-{name}",
        "receipt_ref": f"receipt-of-{name}",
        "order_number": word,
        "location": location,
        "items": [line | {"price_sell": Decimal(20), "brand": word}],
    }
    sale = Transaction.objects.record(profile, document, **told)
    benefit = definitions.coffee.issue(profile, external_id=f"benefit-of-{name}", meta={"for": word}, **told)
    hidden = definitions.hidden.issue(profile, **told) if word == "bravo" else benefit
    climbed = definitions.secret if word == "bravo" else definitions.visits
    receipt = {"transaction_receipt_ref": word, "transaction_transacted_at": at.date(), "transaction_total": 5}
    visit = VISIT | {"name": word, "interacted_at": at, "description": word}
    points = PointDefinition.objects.create(name=word, handle=word)
    prize = rewarding.issue(
        reward(name=word, handle=word, period=3650), profile, external_id=f"reward-of-{name}", **told
    )
    point = pointing.give(profile, Decimal(500), definition=points, external_id=f"point-of-{name}", note=word, **told)
    ordering.order(definitions.gift, profile, external_id=f"order-of-{name}", **told)
    paid = redeeming.redeem(profile, Decimal(1), meta={"for": word}, **told)
    identity = profile.add_identity(handle=f"{name}-card", identifier=f"card-of-{name}", **told)
    return SimpleNamespace(
        profile=str(profile.pk),
        address=profile.add_address(**place, **told).pk,
        identity=identity.pk,
        date=profile.set_date(handle=f"{name}-day", date=date(2020, 2, 3), name=word, **told).pk,
        attribute=profile.set_custom_attribute(namespace="shop", handle=f"of-{name}", value=word, **told).pk,
        interaction=Interaction.objects.create(profile=profile, **visit).pk,
        sale=sale.pk,
        claim=TransactionClaim.objects.create(profile=profile, **receipt).pk,
        benefit=hidden.pk,
        achievement=climbed.progress(profile, **told).achievement.pk,
        redemption=benefit.redeem(**told).pk,
        point=point.pk,
        reward=prize.pk,
        payment=paid.number,
    )


@pytest.fixture
def definitions(db) -> SimpleNamespace:
    return make_definitions()


@pytest.fixture(scope="module")
def otto(made_once) -> SimpleNamespace:
    """The ids of all that is Otto's. Maria has the same kinds of things."""
    definitions, maria, otto = make_definitions(), enrol_maria(NOON), enrol_otto(NOON)
    everything(maria, definitions, NOON, word="alpha", name="maria")
    return everything(otto, definitions, NOON, word="bravo", name="otto")


@pytest.fixture
def member(db, otto) -> Profile:
    return Profile.objects.get(email="maria@example.com")


@pytest.fixture
def other_member(db, otto) -> Profile:
    return Profile.objects.get(email="otto@example.com")


@pytest.fixture
def maria(member) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=timezone.now())[0]}")
    return client


def addresses() -> set[str]:
    """Every verb and address of the member API, from the URLs."""
    found = EndpointEnumerator().get_api_endpoints()
    return {
        f"{verb.lower()} {path.removeprefix(BASE)}".rstrip("/") for path, _, verb, _ in found if path.startswith(BASE)
    }


def rows_of(profile_id: str | None) -> dict[str, list]:
    """Everything that is stored; with a profile, only what is theirs."""
    stored = {}
    for model in [
        one
        for label in ("profiles", "transactions", "benefits", "achievements", "earning")
        for one in apps.get_app_config(label).get_models()
    ]:
        rows = model._base_manager.order_by("pk")
        fields = {field.name for field in model._meta.get_fields() if field.is_relation}
        if profile_id is not None:
            whose = next((name for name in ("profile", "card", "transaction", "benefit") if name in fields), None)
            if model._meta.label_lower == "profiles.profile":
                rows = rows.filter(pk=profile_id)
            elif whose is None:
                continue
            else:
                rows = rows.filter(**{whose if whose == "profile" else f"{whose}__profile": profile_id})
        stored[model._meta.label] = list(rows.values())
    return stored


def test_every_address_is_asked():
    assert addresses() == asked(Names()).keys()


@pytest.mark.parametrize("row", sorted(asked(Names())))
def test_nothing_of_anothers_is_told_or_touched(row, maria, otto):
    verb = row.split()[0]
    for path, status, sent in asked(otto)[row]:
        # Whoever is refused changes nothing at all.
        everything_before = rows_of(None) if status >= 400 else {}
        ottos_before = rows_of(otto.profile)
        answer = getattr(maria, verb)(BASE + path, sent, format=None if verb == "get" else "json")
        assert answer.status_code == status, answer.content
        told = answer.content.decode().lower()
        assert "bravo" not in told
        # The links of a page repeat the question.
        assert otto.profile not in told.partition('"links"')[0]
        assert rows_of(otto.profile) == ottos_before
        if status >= 400:
            assert rows_of(None) == everything_before


def test_otto_does_reach_what_is_ottos(otto, other_member):
    """Else nothing would be proved: these ids and names are true ones."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(other_member, at=timezone.now())[0]}")
    for verbs, _, path in of_one(otto):
        if verbs.startswith("get"):
            answer = client.get(f"{BASE}profiles/me/{path}")
            assert (answer.status_code, "bravo" in answer.content.decode()) == (200, "identities" not in path), path
    for kind, queries in lists(otto).items():
        for query in queries:
            rows = client.get(f"{BASE}profiles/me/{kind}", query).json()["data"]
            assert rows, (kind, query)

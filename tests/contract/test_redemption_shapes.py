"""Payments with rewards and points, and uses of benefits: both are redemptions, and the document tells of each what is answered."""

from decimal import Decimal

import pytest
from openapi_schema_validator import OAS31Validator

from benefits.models import BenefitDefinition
from earning.models import LoyaltyCard, Program
from earning.rewards import rewarding
from tests.earning.rewards_made import reward

ONE = "/api/v3/redemptions/{id}"


@pytest.fixture
def rich(member, at, cause):
    """The member with a reward of ten and a hundred points, of which each is worth ten cents."""
    Program.objects.update(point_value=Decimal("0.1"))
    LoyaltyCard.objects.ensure(member, at=at, cause=cause).credit(Decimal(100), at=at, cause=cause)
    rewarding.issue(reward(period=3650), member, at=at, cause=cause)
    return member


@pytest.fixture
def used(member, at, cause) -> int:
    """The number of a use of a benefit."""
    definition = BenefitDefinition.objects.create(name="Coffee", handle="coffee", period=3650)
    return definition.issue(member, at=at, cause=cause).redeem(at=at, cause=cause).pk


@pytest.fixture
def pay(api, rich):
    """pay(5, "points") → what the till gets."""

    def run(amount, strategy: str) -> dict:
        answer = api.post(f"/api/v3/profiles/{rich.pk}/redeem", {"amount": amount, "strategy": strategy}, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()

    return run


def problems(document, answered: dict, path: str, method: str = "get", status: str = "200") -> list[str]:
    schema = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    return problems_with(document, answered, schema)


def problems_with(document, answered, schema: dict) -> list[str]:
    validator = OAS31Validator({**schema, "components": document["components"]})
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(answered)]


def is_a(document, answered: dict, name: str) -> bool:
    """Whether this is that component, key for key."""
    keys = document["components"]["schemas"][name]["properties"].keys()
    told = problems_with(document, answered["data"], {"$ref": f"#/components/schemas/{name}"})
    return answered["data"].keys() == keys and told == []


@pytest.mark.parametrize(
    ("amount", "strategy", "kinds"),
    [(4, "rewards", ["reward"]), (4, "points", ["point"]), (14, "rewards_points", ["reward", "point"])],
)
def test_a_payment_is_as_the_document_says(document, api, pay, amount, strategy, kinds):
    paid = pay(amount, strategy)
    assert [one["type"] for one in paid["data"]["items"]] == kinds
    assert is_a(document, paid, "PaidShape")

    one = api.get(f"/api/v3/redemptions/{paid['data']['id']}").json()
    assert one["data"]["id"] == paid["data"]["id"] >= 10**12
    assert problems(document, one, ONE) == []
    assert is_a(document, one, "BalancePaymentShape")
    assert not is_a(document, one, "RedemptionShape")

    back = api.post(f"/api/v3/redemptions/{paid['data']['id']}/return", {"amount": 1}, format="json").json()
    assert back["data"]["returned"] == 1
    assert problems(document, back, f"{ONE}/return", "post") == []
    undone = api.post(f"/api/v3/redemptions/{pay(1, strategy)['data']['id']}/reversal").json()
    assert undone["data"]["reversed_at"] is not None
    assert problems(document, undone, f"{ONE}/reversal", "post") == []
    assert is_a(document, undone, "PaidShape")


def test_a_use_of_a_benefit_is_as_the_document_says_of_the_same_address(document, api, used):
    one = api.get(f"/api/v3/redemptions/{used}").json()
    assert one["data"]["id"] == used < 10**12
    assert problems(document, one, ONE) == []
    assert is_a(document, one, "RedemptionShape")
    assert not is_a(document, one, "BalancePaymentShape")


def test_what_is_neither_is_not_allowed(document, api, used):
    one = api.get(f"/api/v3/redemptions/{used}").json()
    assert problems(document, {"data": one["data"] | {"profile_id": 5}}, ONE) != []
    assert problems(document, {}, ONE) != []


def test_the_one_operation_tells_of_both(document):
    operation = document["paths"][ONE]["get"]
    assert operation["operationId"] == "redemptions_retrieve"
    assert "payment with rewards and points" in operation["description"]
    assert operation["description"].count("Scope:") == 1
    [number] = operation["parameters"]
    assert OAS31Validator(number["schema"]).is_valid(7)
    assert OAS31Validator(number["schema"]).is_valid(str(10**12))
    body = document["paths"][f"{ONE}/reversal"]["post"]["requestBody"]["content"]["application/json"]
    assert len(body["schema"]["anyOf"]) == 2
    assert len(body["examples"]) >= 1

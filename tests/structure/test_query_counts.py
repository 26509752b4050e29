"""A list costs the same number of queries for 1 row and for 30: every list of the API, every list of the back office.

A new list is one line in LISTS or PAGES: its address, and the kind of `World` that fills it. One that is missing fails.
"""

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import EndpointEnumerator
from rest_framework.test import APIClient

from access.roles import Role
from profiles.member_tokens import signed
from tests.conftest import person

LISTS = {
    "/api/v3/audits": "event",
    "/api/v3/auth/access-tokens": "token",
    "/api/v3/automations": "automation",
    "/api/v3/achievements/definitions": "goal",
    "/api/v3/profiles/{profile}/achievements": "achievement",
    "/id/api/v1/profiles/me/achievements": "achievement",
    "/api/v3/benefits": "benefit",
    "/api/v3/benefits/batches": "batch",
    "/api/v3/benefits/definitions": "definition",
    "/api/v3/deliveries": "delivery",
    "/api/v3/earning/coupon-pools": "coupon_pool",
    "/api/v3/earning/backtests": "backtest",
    "/api/v3/earning/approvals": "approval",
    "/api/v3/earning/badges": "badge",
    "/api/v3/earning/programs": "program",
    "/api/v3/earning/rules": "rule",
    "/api/v3/identities": "identity",
    "/api/v3/identities?include=profile": "profile",
    "/api/v3/imports": "profile_import",
    "/api/v3/brands": "brand",
    "/api/v3/interactions": "interaction",
    "/api/v3/locations": "location",
    "/api/v3/products": "product",
    "/api/v3/products/variants": "variant",
    "/api/v3/products/{product_id}/variants": "variant_of_one",
    "/api/v3/points": "point",
    "/api/v3/points/definitions": "point_definition",
    "/api/v3/profiles": "profile",
    "/api/v3/profiles/attributes/custom?attributes[0][namespace]=shop&attributes[0][handle]=size": "profile",
    "/api/v3/profiles/{profile}/addresses": "address",
    "/api/v3/profiles/{profile}/attributes/custom": "attribute",
    "/api/v3/profiles/{profile}/attributes/dates": "date",
    "/api/v3/profiles/{profile}/benefits": "benefit",
    "/api/v3/profiles/{profile}/benefits/claimable": "definition",
    "/api/v3/profiles/{profile}/cards": "card",
    "/api/v3/profiles/{profile}/earning-rules": "rule",
    "/api/v3/profiles/{profile}/group_transactions": "sale",
    "/api/v3/profiles/{profile}/identities": "identity",
    "/api/v3/profiles/{profile}/interactions": "interaction",
    "/api/v3/profiles/{profile}/permissions": "consent",
    "/api/v3/profiles/{profile}/ledgers": "payment",
    "/api/v3/profiles/{profile}/payments": "payment",
    "/api/v3/profiles/{profile}/points": "point",
    "/api/v3/profiles/{profile}/points/credits": "point",
    "/api/v3/profiles/{profile}/redemptions": "redemption",
    "/api/v3/profiles/{profile}/referrals": "referral",
    "/api/v3/profiles/{profile}/rewards": "reward",
    "/api/v3/profiles/{profile}/rewards/catalogue": "offer",
    "/api/v3/profiles/{profile}/rewards/orders": "order",
    "/api/v3/profiles/{profile}/tags": "member_tag",
    "/api/v3/profiles/{profile}/timeline": "event",
    "/api/v3/profiles/{profile}/transaction-products": "sale",
    "/api/v3/profiles/{profile}/transactions": "sale",
    "/api/v3/profiles/{profile}/transactions/claims": "claim",
    "/api/v3/redemptions": "redemption",
    "/api/v3/rewards": "reward",
    "/api/v3/rewards/definitions": "offer",
    "/api/v3/roles": "role",
    "/api/v3/segments": "segment",
    "/api/v3/segments/{segment_id}/profiles": "member_of_segment",
    "/api/v3/settings": "setting",
    "/api/v3/reactions/occurrences": "occurrence",
    "/api/v3/reactions/runs": "run",
    "/api/v3/settings/environment": "environment",
    "/api/v3/systems": "system",
    "/api/v3/tags": "tag",
    "/api/v3/tiers/definitions": "tier",
    "/api/v3/targets": "target",
    "/api/v3/transactions": "sale",
    "/api/v3/transactions/{transaction_id}/items": "item",
    "/api/v3/triggers": "reaction",
    "/api/v3/users": "user",
    "/api/v3/webhooks": "webhook",
    "/id/api/v1/profiles/me/addresses": "address",
    "/id/api/v1/profiles/me/attributes/custom": "attribute",
    "/id/api/v1/profiles/me/attributes/dates": "date",
    "/id/api/v1/profiles/me/benefits": "benefit",
    "/id/api/v1/profiles/me/benefits/claimable": "definition",
    "/id/api/v1/profiles/me/cards": "card",
    "/id/api/v1/profiles/me/earning-rules": "way",
    "/id/api/v1/profiles/me/group_transactions": "sale",
    "/id/api/v1/profiles/me/identities": "identity",
    "/id/api/v1/profiles/me/interactions": "interaction",
    "/id/api/v1/profiles/me/permissions": "consent",
    "/id/api/v1/profiles/me/ledgers": "payment",
    "/id/api/v1/profiles/me/payments": "payment",
    "/id/api/v1/profiles/me/points": "point",
    "/id/api/v1/profiles/me/redemptions": "redemption",
    "/id/api/v1/profiles/me/rewards": "reward",
    "/id/api/v1/profiles/me/rewards/catalogue": "offer",
    "/id/api/v1/profiles/me/rewards/orders": "order",
    "/id/api/v1/profiles/me/transaction-products": "sale",
    "/id/api/v1/profiles/me/transactions": "sale",
    "/id/api/v1/profiles/me/transactions/claims": "claim",
}
# Made of nothing that is stored.
UNSTORED = {"/api/v3/permissions"}

PAGES = {
    "access.apitoken": "token",
    "access.setting": "setting",
    "access.staffrole": "role",
    "access.user": "user",
    "achievements.achievement": "achievement",
    "achievements.achievementdefinition": "goal",
    "benefits.benefit": "benefit",
    "benefits.benefitbatch": "batch",
    "benefits.benefitdefinition": "definition",
    "benefits.redemption": "redemption",
    "earning.backtest": "backtest",
    "earning.badge": "badge",
    "earning.couponpool": "coupon_pool",
    "earning.earningrule": "earning_rule",
    "earning.pointdefinition": "point_definition",
    "earning.program": "program",
    "earning.rewarddefinition": "reward_definition",
    "earning.tierdefinition": "tier",
    "earning.adjustment": "approval",
    "earning.award": "award",
    "earning.balanceredemption": "payment",
    "earning.credit": "credit",
    "earning.debit": "debit",
    "earning.loyaltycard": "full_card",
    "earning.rewardorder": "order",
    "jobs.job": "job",
    "profiles.event": "event",
    "profiles.interaction": "interaction",
    "profiles.location": "location",
    "profiles.profile": "profile",
    "profiles.profileimport": "profile_import",
    "profiles.segment": "segment",
    "profiles.staffmember": "staff_member",
    "profiles.tag": "tag",
    "profiles.unheard": "unheard",
    "reactions.delivery": "delivery",
    "reactions.occurrence": "occurrence",
    "reactions.reaction": "reaction",
    "reactions.run": "run",
    "reactions.target": "target",
    "reactions.webhook": "webhook",
    "transactions.brand": "brand",
    "transactions.product": "product",
    "transactions.system": "system",
    "transactions.transaction": "sale",
    "transactions.transactionclaim": "claim",
}

# Where there are more customers than one page shows, that page's keys are found first: one statement, however many.
ONE_MORE_FOR_PAGES = {"profiles.profile"}


def known_lists() -> set[str]:
    """Every address of the API whose action is `list`."""
    found = set()
    for path, _, method, view in EndpointEnumerator().get_api_endpoints():
        if (getattr(view, "actions", None) or {}).get(method.lower()) == "list":
            found.add(path.rstrip("/").replace("{profile_id}", "{profile}"))
    return found


def test_every_list_of_the_api_is_counted():
    assert known_lists() - {path.split("?")[0] for path in LISTS} - UNSTORED == set()


def test_every_list_of_the_back_office_is_counted():
    assert {model._meta.label_lower for model in admin.site._registry} - PAGES.keys() == set()


def rows_of(answer) -> int:
    body = answer.json()
    return len(body["data"] if isinstance(body, dict) else body)


def measured(fill, ask, count_queries) -> tuple[list[str], object]:
    """The statements of asking once, when what a process remembers for a while (tokens, definitions) is remembered."""
    fill()
    # So that nothing which is kept for some seconds ends between the two.
    cache.clear()
    ask()
    return count_queries(ask)


@pytest.fixture
def member_api(member) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=timezone.now())[0]}")
    return client


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_the_api_costs_the_same(path, api, member_api, world, count_queries):
    client = member_api if path.startswith("/id/") else api
    address = world.address(path)
    address += ("&" if "?" in address else "?") + "page[size]=100"

    def ask():
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        return answer

    few, first = measured(lambda: world.more(LISTS[path], 0), ask, count_queries)
    many, second = measured(lambda: [world.more(LISTS[path], number) for number in range(1, 30)], ask, count_queries)
    assert rows_of(second) >= rows_of(first) + 29
    assert len(many) == len(few), "\n".join(many)


@pytest.mark.parametrize("model", PAGES)
def test_a_list_of_the_back_office_costs_the_same(model, world, count_queries):
    browser = Client()
    browser.force_login(person("Ada", Role.ADMINISTRATOR))
    address = reverse("admin:{}_{}_changelist".format(*model.split(".")))

    def ask():
        answer = browser.get(address)
        assert answer.status_code == 200
        return answer

    few, first = measured(lambda: world.more(PAGES[model], 0), ask, count_queries)
    many, second = measured(lambda: [world.more(PAGES[model], number) for number in range(1, 30)], ask, count_queries)
    # A page of customers has 25.
    assert len(second.context["cl"].result_list) >= len(first.context["cl"].result_list) + 20
    assert len(many) == len(few) + (model in ONE_MORE_FOR_PAGES), "\n".join(many)

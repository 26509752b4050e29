"""A list costs the same number of queries for 1 row and for 30: every list of the API, every list of the back office.

A new list is one line in LISTS or PAGES: its address, and the kind of `World` that fills it. One that is missing fails.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

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


@dataclass
class Asked:
    """One list, asked twice: by which statements it answers, and with how many rows."""

    address: str
    ask: Callable
    count: Callable
    statements: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def once_more(self, count_queries) -> None:
        # So that nothing which is kept for some seconds ends between the two; and what a process remembers for a while
        # (tokens, definitions) is remembered.
        cache.clear()
        self.ask()
        statements, answer = count_queries(self.ask)
        self.statements.append(statements)
        self.rows.append(self.count(answer))

    def complaint(self, *, more_rows: int, more_statements: int) -> str:
        """What is wrong with it, if anything."""
        few, many = self.rows
        if many < few + more_rows:
            return f"{self.address} has {few} rows, then {many}."
        if len(self.statements[1]) != len(self.statements[0]) + more_statements:
            return "\n".join([f"{self.address} costs {len(self.statements[0])}, then:", *self.statements[1]])
        return ""


@pytest.fixture
def member_api(member) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed(member, at=timezone.now())[0]}")
    return client


@pytest.fixture
def browser(db) -> Client:
    client = Client()
    client.force_login(person("Ada", Role.ADMINISTRATOR))
    return client


def of_api(path: str, client: APIClient, world) -> Asked:
    address = world.address(path)
    address += ("&" if "?" in address else "?") + "page[size]=100"

    def ask():
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        return answer

    return Asked(address, ask, rows_of)


def of_back_office(model: str, browser: Client) -> Asked:
    address = reverse("admin:{}_{}_changelist".format(*model.split(".")))

    def ask():
        answer = browser.get(address)
        assert answer.status_code == 200
        return answer

    return Asked(address, ask, lambda answer: len(answer.context["cl"].result_list))


@pytest.mark.parametrize("kind", sorted({*LISTS.values(), *PAGES.values()}))
def test_every_list_of_a_kind_costs_the_same(kind, api, member_api, browser, world, count_queries):
    paths = [path for path, of in LISTS.items() if of == kind]
    lists = [of_api(path, member_api if path.startswith("/id/") else api, world) for path in paths]
    models = [model for model, of in PAGES.items() if of == kind]
    pages = [of_back_office(model, browser) for model in models]
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            world.more(kind, number)
        for one in (*lists, *pages):
            one.once_more(count_queries)

    complaints = [one.complaint(more_rows=29, more_statements=0) for one in lists]
    # A page of customers has 25.
    complaints += [
        page.complaint(more_rows=20, more_statements=model in ONE_MORE_FOR_PAGES)
        for model, page in zip(models, pages, strict=True)
    ]
    assert [one for one in complaints if one] == []

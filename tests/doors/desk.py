"""A customer's card with points and money, and every door at which something can be asked of it."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from uuid_utils.compat import uuid7

from access.models import User
from cxmanager.refusals import Refusal
from earning.models import (
    Adjustment,
    Award,
    Balance,
    BalanceRedemption,
    Coupon,
    Credit,
    Debit,
    EarningRule,
    LedgerTransaction,
    LoyaltyCard,
    Program,
    Referral,
    ReportedEvent,
    RewardAllowance,
    RewardDefinition,
    RewardOrder,
    TierChange,
)
from profiles.cause import Cause
from profiles.models import Event, Profile

COUNTED = (
    *(Adjustment, Award, BalanceRedemption, Coupon, Credit, Debit, EarningRule, Event, LedgerTransaction, LoyaltyCard),
    *(Referral, ReportedEvent, RewardDefinition, RewardOrder, TierChange),
)


@dataclass
class Desk:
    """The member's card holds 1,000 points, of which each is a cent, and 20 AUD. More than 500 by hand wait."""

    program: Program
    card: LoyaltyCard
    member: Profile
    other: Profile
    clerk: User
    manager: User
    at: Any
    api: Any
    office: Any
    # What the arrangement made, for the doors to name.
    made: Any = None
    more: dict = field(default_factory=dict)

    @property
    def now(self) -> dict:
        return {"at": self.at, "cause": Cause(user=self.clerk, reason="Arranged.")}

    @property
    def of_member(self) -> str:
        return f"profiles/{self.member.pk}"

    def card_of(self, profile: Profile, program: Program | None = None) -> LoyaltyCard:
        return LoyaltyCard.objects.ensure(profile, program or self.program, **self.now)

    # --- The doors: each answers what it says, and the code where it tells one ------------------------------------------

    def model(self, verb) -> tuple[str, str]:
        """The verb itself. A refusal may stand at the field that it is about."""
        with pytest.raises(ValidationError) as caught:
            verb()
        no = caught.value
        if not isinstance(no, Refusal):
            ((no,),) = no.error_dict.values()
        return " ".join(no.messages), no.code

    def ask(self, path: str, method: str = "post", *, answers: int = 409, **body) -> tuple[str, str | None]:
        """The REST API, as the manager's token."""
        answer = getattr(self.api, method)(f"/api/v3/{path}", body, format="json")
        assert answer.status_code == answers, answer.content
        return answer.content.decode() if answers != 409 else answer.json()["message"], answer.json().get("code")

    def page(self, name: str, *arguments, query: str = "", **form) -> tuple[str, None]:
        """The back office, as the manager. Its pages show the sentence; codes are for machines."""
        self.office.force_login(self.manager)
        form = {"form_id": str(uuid7()), "reason": "Asked.", **form}
        answer = self.office.post(reverse(f"admin:earning_{name}", args=arguments) + query, form, follow=True)
        assert answer.status_code in (200, 422)
        words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
        return " ".join(unescape(words).split()), None

    def act(self, name: str, **form) -> tuple[str, None]:
        """Something that staff do with the member's card."""
        return self.page(f"loyaltycard_{name}", self.card.pk, **form)

    def written(self) -> list:
        """What a refusal must leave as it is."""
        sums = Balance.objects.order_by("pk").values_list("pk", "active", "pending_approval", "blocked", "debt")
        cards = LoyaltyCard.objects.order_by("pk").values_list("pk", "status", "tier", "referred_by")
        taken = RewardAllowance.objects.order_by("pk").values_list("pk", "taken")
        stock = RewardDefinition.objects.order_by("pk").values_list("pk", "stock_used")
        return [model.objects.count() for model in COUNTED] + [list(rows) for rows in (sums, cards, taken, stock)]


def says(template: str, said: str) -> bool:
    """Whether this says the sentence, whatever stands in its gaps."""
    words = (re.escape(part) for part in re.split(r"\{\w+\}", template))
    return re.search(r"[\w,.\s]+?".join(words), said) is not None


def cases_of(table: dict) -> list:
    """A parameter for each refusal at each door."""
    return [
        pytest.param(code, *case, id=f"{code}-{door}")
        for code, (arrange, doors) in table.items()
        for door, ask in doors.items()
        for case in [(arrange, ask)]
    ]


def desk_of(program, member, other, clerk, manager, at, api, client) -> Desk:
    program.point_value, program.adjustment_approval_above = Decimal("0.01"), Decimal(500)
    program.save()
    desk = Desk(program, None, member, other, clerk, manager, at, api, client)
    desk.card = desk.card_of(member)
    desk.card.credit(Decimal(1000), **desk.now)
    desk.card.credit(Decimal(20), unit=program.currency, **desk.now)
    return desk

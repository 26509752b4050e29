"""What the evaluation of earning rules is given, and what it answers: facts frozen for one pass, and no model.

Amounts and quantities are Decimal, moments are aware, and what the API names by a handle is named by it here too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from earning.reasons import Code, Reason

if TYPE_CHECKING:
    from earning.rules.conditions import Conditions

ZERO = Decimal(0)

# The kinds of happenings that rules hear, beside purchases.
EVENT = "event"
REFERRAL = "referral"
PERMISSION = "permission"
LEDGER_TRANSACTION = "ledger_transaction"
COUPON = "coupon"

# Who an award is for.
MEMBER = "member"
REFERRER = "referrer"


@dataclass(frozen=True, slots=True)
class ProgramTerms:
    """What the programme sets for all its rules."""

    currency: str
    zone: ZoneInfo
    scale: int = 0
    rounding: str = "half_up"  # half_up | floor | half_even | ceil
    stacking: str = "product"  # product | highest | additive
    combination: str = "highest"  # highest | sum, of the rules that one event sets off
    delivery_skus: frozenset[str] = frozenset()
    earning_statuses: frozenset[str] = frozenset({"active"})


@dataclass(frozen=True, slots=True)
class Member:
    """The member as they are before this counts.

    `used` is how much of each limit is used up in the present window, by the limit's id: of a member's limit by them, of a
    global one by all. `had` are the pairs (rule id, `once`) of their awards that are given once. `referrer` is who referred
    them, of whom the status, `used` and `had` are asked.
    """

    card_id: int | None = None
    profile_id: str | None = None
    status: str = "active"
    tier: str | None = None
    segments: frozenset[str] = frozenset()
    location: str | None = None  # Their home location, for what happens nowhere in particular.
    used: Mapping[int, Decimal] = field(default_factory=dict)
    had: frozenset[tuple[int, str]] = frozenset()
    referrer: Member | None = None


class Line(NamedTuple):
    """A line of a purchase that still counts: not void, and less what was returned. `key` is its own in the purchase."""

    key: str
    sku: str = ""
    category: str = ""
    subcategory: str = ""
    brand: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    quantity: Decimal = Decimal(1)
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class UsedCoupon:
    """A code that was entered, and the pool that it comes from, where it comes from one."""

    code: str
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A sale. `total` is what the order comes to; None for the sum of its lines. `chosen` are the handles of rules that staff
    chose by hand, of those that are not applied by themselves."""

    at: datetime
    currency: str
    lines: tuple[Line, ...]
    total: Decimal | None = None
    location: str | None = None
    coupons: tuple[UsedCoupon, ...] = ()
    external_id: str | None = None
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Happening:
    """What rules hear beside purchases.

    | kind | name | and |
    |---|---|---|
    | event | a system event or the code of a custom one | `data`; `by_member` where the member's own token reports it |
    | referral | register, first_purchase, every_purchase | `amount` and `currency` of the purchase |
    | permission | the permission that was just granted | `granted`: all that the member grants now |
    | ledger_transaction | the account | `direction`, `amount`, `currency` |
    | coupon | – | `coupons`: entered without a purchase |
    """

    kind: str
    name: str
    at: datetime
    key: str = ""
    data: Mapping = field(default_factory=dict)
    location: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    direction: str = ""  # credit | debit
    granted: frozenset[str] = frozenset()
    coupons: tuple[UsedCoupon, ...] = ()
    by_member: bool = False
    chosen: frozenset[str] = frozenset()


Occurrence = Purchase | Happening


@dataclass(frozen=True, slots=True)
class Rewards:
    """What a rule gives. `currency` is that of the amount, and of the purchases of which the percent is taken; None for the programme's."""

    points: Decimal = ZERO
    currency_amount: Decimal = ZERO
    currency: str | None = None
    percent: Decimal = ZERO
    badge: str | None = None


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """At most `cap` per window: applications, points or money. What is used of it is the member's to say."""

    id: int
    scope: str  # member | global
    measure: str  # count | points | currency
    period: str  # day | week | month | quarter | half | year | forever
    cap: Decimal
    on_exceed: str = "reject"  # reject | trim


@dataclass(frozen=True, slots=True)
class Match:
    """Which lines: a line matches when any list holds it. Letter case and spaces around do not count.

    `tokens` is the same as one set, made once, for asking a line in one step.
    """

    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    tokens: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        tokens = [sku_token(one) for one in self.skus]
        tokens += [category_token(one) for one in self.categories]
        tokens += [brand_token(one) for one in self.brands]
        tokens += [label_token(key, value) for key, value in self.labels]
        object.__setattr__(self, "tokens", frozenset(tokens))

    def __bool__(self) -> bool:
        return bool(self.tokens)


def sku_token(sku: str) -> str:
    return f"sku:{sku.strip().casefold()}"


def category_token(category: str) -> str:
    return f"category:{category.strip().casefold()}"


def brand_token(brand: str) -> str:
    return f"brand:{brand.strip().casefold()}"


def label_token(key: str, value: str) -> str:
    return f"label:{key.strip().casefold()}\0{value.strip().casefold()}"


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """A rule as one saved version has it: made once and kept, the same for every member.

    `tiers`, `segments` and `locations` that are empty let everybody in. `conditions` is what its type made of them.
    """

    id: int
    version_id: int | None
    handle: str
    name: str
    type: str
    conditions: Conditions
    created_at: datetime
    rewards: Rewards = Rewards()
    status: str = "active"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    excluded_segments: frozenset[str] = frozenset()
    excluded_members: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    priority: int = 100
    stop_after: bool = False
    requires_approval: bool = False
    apply_automatically: bool = True
    limits: tuple[LimitTerms, ...] = ()
    pending_days: int | None = None
    expires_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Awarded:
    """What one rule gives to one member, rounded, never below zero and never nothing.

    `shares` are the parts of the purchase's lines by their key, (points, money), exact and not rounded: what a return takes
    back. `once` is set where it is given once: unique by rule, card and this. `uses` is what it takes of each limit, by its id.
    `comment` names the rules that it comes of, and `working` is the arithmetic,
    written by `work` for who asks.
    """

    rule: RuleTerms
    points: Decimal = ZERO
    currency_amount: Decimal = ZERO
    currency: str | None = None
    badge: str | None = None
    needs_approval: bool = False
    beneficiary: str = MEMBER
    once: str | None = None
    shares: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    uses: tuple[tuple[int, Decimal], ...] = ()
    comment: str = ""
    work: Callable[[], str] = field(default=str, compare=False, repr=False)

    @property
    def working(self) -> str:
        return self.work()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a rule applied, and if not, why: the code for machines, and a whole sentence with the values for people."""

    rule: RuleTerms
    why: Reason | None = None
    seen: object = None
    wanted: object = None

    @property
    def applied(self) -> bool:
        return self.why is None

    @property
    def reason(self) -> Code | None:
        return None if self.why is None else self.why.code

    @property
    def text(self) -> str:
        return f"It applies: {self.seen}." if self.why is None else self.why.said(self.seen, self.wanted)


class Evaluation:
    """What all rules come to: the awards in the order in which they were made, and one outcome for every rule, in that order too.

    Outcomes are worked out when they are asked for: who only gives awards pays nothing for them.
    """

    def __init__(
        self, awards: tuple[Awarded, ...], rules: Sequence[RuleTerms], outcome: Callable[[RuleTerms], Outcome]
    ):
        self.awards, self.rules, self.outcome_of = awards, rules, outcome

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Evaluation) and (self.awards, self.outcomes) == (other.awards, other.outcomes)

    __hash__ = None

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(map(self.outcome_of, self.rules))

    @property
    def points(self) -> Decimal:
        """What the member gets in all; what goes to who referred them is not theirs."""
        return sum((one.points for one in self.awards if one.beneficiary == MEMBER), ZERO)

    @property
    def currencies(self) -> dict[str, Decimal]:
        """The same in money, by currency."""
        sums: dict[str, Decimal] = {}
        for one in self.awards:
            if one.currency_amount and one.beneficiary == MEMBER:
                sums[one.currency] = sums.get(one.currency, ZERO) + one.currency_amount
        return sums

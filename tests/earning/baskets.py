"""Rules, members and baskets of the worked examples (earning-reference 3), made without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from earning.evaluating import evaluate
from earning.rules.terms import terms_of
from earning.snapshot import (
    Evaluation,
    Happening,
    LimitTerms,
    Line,
    Member,
    Occurrence,
    ProgramTerms,
    Purchase,
    RuleTerms,
    UsedCoupon,
)

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
MELBOURNE = ZoneInfo("Australia/Melbourne")
MARIA = Member(card_id=1, profile_id="maria")
_numbers = count(1)


def program(**terms) -> ProgramTerms:
    return ProgramTerms(**{"currency": "AUD", "zone": MELBOURNE, "scale": 2} | terms)


def rule(type: str, points=None, /, *, limits: tuple[LimitTerms, ...] = (), created_at=NOON, **document) -> RuleTerms:
    """A rule of a type. What is not a key of the rule is one of its conditions; `money`, `currency`, `percent` and `badge` are rewards."""
    number = document.pop("id", None) or next(_numbers)
    moments = {name: document.pop(name) for name in ("starts_at", "ends_at") if name in document}
    rewards = {
        "points": points,
        "currency_amount": document.pop("money", None),
        **{name: document.pop(name, None) for name in ("currency", "percent", "badge")},
    }
    known = {
        name: document.pop(name)
        for name in (
            "name",
            "handle",
            "status",
            "tiers",
            "segments",
            "excluded_segments",
            "excluded_members",
            "locations",
            "priority",
            "stop_after",
            "requires_approval",
            "apply_automatically",
        )
        if name in document
    }
    whole = {"name": f"Rule {number}", "handle": f"rule-{number}", "type": type, "rewards": rewards} | known
    return terms_of(
        whole | {"conditions": document}, id=number, version_id=None, created_at=created_at, limits=limits, **moments
    )


def line(key: str, sku: str, amount: str, *, quantity="1", **words) -> Line:
    labels = tuple(words.pop("labels", {}).items())
    return Line(key=key, sku=sku, amount=Decimal(amount), quantity=Decimal(quantity), labels=labels, **words)


def basket(*lines: Line, **given) -> Purchase:
    coupons = tuple(UsedCoupon(code) for code in given.pop("coupons", ()))
    return Purchase(**{"at": NOON, "currency": "AUD", "lines": lines, "coupons": coupons} | given)


def order(amount: str, **given) -> Purchase:
    """One line that comes to so much."""
    return basket(line("1", "X", amount), **given)


T0 = basket(
    line("A", "123", "12.00", labels={"color": "red"}),
    line("B", "000", "100.00", labels={"color": "blue"}),
    line("C", "0001", "40.00"),
    total=Decimal("152.00"),
)
I1 = basket(line("1", "12113", "3.00"), line("2", "11223233", "20.00"), line("3", "SKU123", "20.00"))
DELIVERY = frozenset({"0001"})


def red(value="red") -> dict:
    return {"labels": [{"key": "color", "value": value}]}


def times(multiplier: str, **match) -> dict:
    return {"match": match, "multiplier": multiplier}


def event(name: str, *, kind="event", **given) -> Happening:
    return Happening(**{"kind": kind, "name": name, "at": NOON, "key": "1"} | given)


def limit(measure="count", cap="1", *, id=1, scope="member", on_exceed="reject", period="day") -> LimitTerms:
    return LimitTerms(id, scope, measure, period, Decimal(cap), on_exceed)


def earn(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> Evaluation:
    return evaluate(program(**terms), rules, member, what)


def points(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> Decimal:
    return earn(*rules, what=what, member=member, **terms).points


def reasons(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> list[str | None]:
    """The reason of each rule, in the order in which they were given."""
    found = {one.rule.id: one.reason for one in earn(*rules, what=what, member=member, **terms).outcomes}
    return [found[one.id] for one in rules]


def said(*rules: RuleTerms, what: Occurrence = T0, member: Member = MARIA, **terms) -> str:
    """The sentence of the last rule."""
    found = {one.rule.id: one.text for one in earn(*rules, what=what, member=member, **terms).outcomes}
    return found[rules[-1].id]

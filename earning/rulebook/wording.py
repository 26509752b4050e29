"""An earning rule as a sentence, as it is saved or as far as somebody has typed it.

Customers get 4 points for each 1.00 they spend on the brand Acme, at most 2 times a week.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cxmanager.amounts import money, pieces
from earning.rulebook.phrases import BY_TYPE, listed, matched
from earning.rules.fields import decimal_of, is_nothing
from earning.snapshot import Match

PERIODS = {
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "quarter": "a quarter",
    "half": "in half a year",
    "year": "a year",
    "forever": "ever",
}


class Names:
    """What people call what a document names by its handle. What is not known is called by that."""

    def __init__(self, **known: Mapping[str, str]):
        self.known = known

    def of(self, kind: str, handles: Iterable) -> list[str]:
        known = self.known.get(kind, {})
        return [known.get(str(one), str(one)) for one in handles]


def sentence_of(document: Mapping, names: Names | None = None, *, currency: str = "") -> str:
    """The rule in a sentence; empty where it does not say yet what it is for. Reads what is half written as far as it goes."""
    names = names or Names()
    phrase = BY_TYPE.get(document.get("type") or "")
    if phrase is None:
        return ""
    conditions = Said(document.get("conditions"))
    who, what = phrase(conditions, rewards_in_words(document, names, currency))
    parts = [f"{who}{whom(document, names)} {what}", *where(document, names), *limits_in_words(document, currency)]
    return f"{', '.join(parts)}."


class Said:
    """What conditions say, read as far as it can be read."""

    def __init__(self, given):
        self.given = given if isinstance(given, Mapping) else {}

    def number(self, name: str, usual: Decimal | None = None) -> Decimal | None:
        value = self.given.get(name)
        return usual if is_nothing(value) else decimal_of(value)

    def text(self, name: str, usual: str = "") -> str:
        value = self.given.get(name)
        return value.strip() if isinstance(value, str) and value.strip() else usual

    def words(self, name: str) -> list[str]:
        value = self.given.get(name)
        return [str(one) for one in value if str(one).strip()] if isinstance(value, (list, tuple)) else []

    def is_on(self, name: str) -> bool:
        return self.given.get(name) is True

    def match(self, name: str) -> str:
        """“the brand Acme or color red”; empty for a match that names nothing."""
        return matched_of(self.given.get(name))

    def multipliers(self) -> list[tuple[Decimal | None, str]]:
        rows = self.given.get("multipliers")
        rows = [one for one in rows if isinstance(one, Mapping)] if isinstance(rows, (list, tuple)) else []
        return [(decimal_of(one.get("multiplier")), matched_of(one.get("match"))) for one in rows]


def matched_of(given) -> str:
    given = given if isinstance(given, Mapping) else {}
    said = Said(given)
    labels = given.get("labels")
    pairs = [one for one in labels if isinstance(one, Mapping)] if isinstance(labels, (list, tuple)) else []
    return matched(
        Match(
            skus=tuple(said.words("skus")),
            categories=tuple(said.words("categories")),
            brands=tuple(said.words("brands")),
            labels=tuple((str(one.get("key") or ""), str(one.get("value") or "")) for one in pairs),
        )
    )


def rewards_in_words(document: Mapping, names: Names, currency: str) -> tuple[str, Decimal | None]:
    """(“4 points and the badge “Early bird””, the percent that comes back)."""
    said = Said(document.get("rewards"))
    points, amount, percent = said.number("points"), said.number("currency_amount"), said.number("percent")
    parts = []
    if points:
        parts.append(f"{pieces(points)} {'point' if points == 1 else 'points'}")
    if amount:
        parts.append(money(amount, said.text("currency", currency)))
    badge = said.text("badge")
    if badge:
        parts.append(f"the badge “{names.of('badges', [badge])[0]}”")
    return listed(parts, "and"), percent or None


def whom(document: Mapping, names: Names) -> str:
    """Which customers: “ on the tier Gold”."""
    said, parts = Said(document), []
    tiers, segments, not_these = (said.words(name) for name in ("tiers", "segments", "excluded_segments"))
    if tiers:
        parts.append(f"on the {'tier' if len(tiers) == 1 else 'tiers'} {listed(names.of('tiers', tiers), 'or')}")
    if segments:
        parts.append(f"of the segment {listed([f'“{one}”' for one in names.of('segments', segments)], 'or')}")
    if not_these:
        parts.append(f"but not those of {listed([f'“{one}”' for one in names.of('segments', not_these)], 'or')}")
    left_out = len(said.words("excluded_members"))
    if left_out:
        parts.append("but for one customer" if left_out == 1 else f"but for {left_out:,} customers")
    return "".join(f" {one}" for one in parts)


def where(document: Mapping, names: Names) -> list[str]:
    locations = Said(document).words("locations")
    return [f"at {listed(names.of('locations', locations), 'or')}"] if locations else []


def limits_in_words(document: Mapping, currency: str = "") -> list[str]:
    """“at most 2 times a week”, “at most 500 points a day for all customers together”."""
    rows = document.get("limits")
    rows = [one for one in rows if isinstance(one, Mapping)] if isinstance(rows, (list, tuple)) else []
    return [said for said in (limit_in_words(one, currency) for one in rows) if said]


def limit_in_words(limit: Mapping, currency: str = "") -> str:
    said = Said(limit)
    cap = said.number("cap")
    if cap is None:
        return ""
    measure, period = said.text("measure", "count"), PERIODS.get(said.text("period", "day"), "")
    if measure == "currency":
        much = money(cap, currency)
    elif measure == "points":
        much = f"{pieces(cap)} {'point' if cap == 1 else 'points'}"
    else:
        much = "once" if cap == 1 else f"{pieces(cap)} times"
    together = " for all customers together" if said.text("scope") == "global" else ""
    return f"at most {much} {period}{together}"

"""Rules as the tests of earning write them: by documents, like the API."""

from datetime import UTC, datetime

from earning.models import EarningRule

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def rule(name: str = "Four per unit", type: str = "spending", *, at: datetime = MADE_AT, **document) -> EarningRule:
    """An active rule; `points`, `percent`, `currency_amount` and `badge` are its rewards."""
    rewards = {key: document.pop(key) for key in ("points", "percent", "currency_amount", "badge") if key in document}
    document = {"name": name, "type": type, "status": "active", "rewards": rewards} | document
    return EarningRule.objects.write(document, at=at)


def spending(points="4", name: str = "Four per unit", **document) -> EarningRule:
    return rule(name, points=points, **document)


def event(name: str, points="100", *, once: bool | None = None, **document) -> EarningRule:
    """For a system event."""
    conditions = {"event": name} | ({} if once is None else {"once": once})
    return rule(f"For {name}", "event", points=points, conditions=conditions, **document)


def custom(code: str, points="100", *, member_triggerable: bool = False, predicate=None, **document) -> EarningRule:
    conditions = {"code": code, "member_triggerable": member_triggerable, "predicate": predicate}
    return rule(f"For {code}", "custom_event", points=points, conditions=conditions, **document)


def limit(cap, *, scope="member", measure="count", period="day", on_exceed="reject") -> dict:
    return {"scope": scope, "measure": measure, "period": period, "cap": str(cap), "on_exceed": on_exceed}

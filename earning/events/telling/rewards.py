"""What happens to rewards, in sentences."""

from earning.events.telling.points import amount


def ordered(payload: dict) -> str:
    definition = payload.get("definition") or {}
    named = f"“{definition['name']}”" if definition.get("name") else "something"
    return f"The customer took {payload.get('quantity', 1)} × {named} for {amount(payload, 'points')}."

"""Rewards of the tests, boring and valid."""

from decimal import Decimal

from earning.models import Program, RewardDefinition


def reward(**given) -> RewardDefinition:
    """Ten dollars off for thirty days, not in the catalogue."""
    usual = {
        "program": Program.objects.default(),
        "name": "Ten off",
        "handle": "ten-off",
        "value": Decimal("10.00"),
        "period": 30,
    }
    new = RewardDefinition(**(usual | given))
    new.full_clean()
    new.save()
    return new

"""Points and money of our own endpoints: decimal text out, text or numbers in (api.md 5)."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field

from earning.awards.earned import plain
from earning.rounding import MOST
from transactions.api.numbers import Amount


@extend_schema_field({"type": ["string", "number"], "examples": ["120.50"]})
class Exact(Amount):
    """A decimal with four places at most. Numbers are accepted in."""

    def __init__(self, **options):
        super().__init__(**{"places": 4, "largest": MOST} | options)

    def to_representation(self, value) -> str | None:
        return text_of(value)


def text_of(value: Decimal | None) -> str | None:
    """“120.5”; null for nothing."""
    return None if value is None else plain(value)

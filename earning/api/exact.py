"""Points and money of our own endpoints: decimal text out, text or numbers in (api.md 5)."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field

from earning.awards.earned import plain
from earning.rounding import MOST
from transactions.api.numbers import Unrounded


@extend_schema_field({"type": ["string", "number"], "examples": ["120.50"]})
class Exact(Unrounded):
    """A decimal below 10^10. Numbers are accepted in."""

    def __init__(self, **options):
        super().__init__(**{"largest": MOST} | options)

    def to_representation(self, value) -> str | None:
        return text_of(value)


def text_of(value: Decimal | None) -> str | None:
    """“120.5”; null for nothing."""
    return None if value is None else plain(value)

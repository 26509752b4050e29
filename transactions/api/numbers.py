"""Amounts on the wire: JSON numbers out, numbers or text in, rounded to what is stored (api.md 5)."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


def number(value: Decimal | None) -> float | None:
    """As Omneo writes it."""
    return None if value is None else float(value)


@extend_schema_field(OpenApiTypes.DOUBLE)
class Amount(serializers.Field):
    """A decimal number below 10^10 in size, rounded half up: tills send 0.30000000000000004 for thirty cents."""

    default_error_messages = {"invalid": "A valid number is required.", "large": "This number is too large."}
    LARGEST = Decimal(10) ** 10

    def __init__(self, places: int = 2, largest: Decimal = LARGEST, **options):
        super().__init__(**{"required": False, "allow_null": True} | options)
        self.unit, self.largest = Decimal(1).scaleb(-places), largest

    def to_internal_value(self, data) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, (int, float, str, Decimal)) or len(str(data)) > 50:
            self.fail("invalid")
        try:
            value = Decimal(str(data).strip())
        except InvalidOperation:
            self.fail("invalid")
        if not value.is_finite():
            self.fail("invalid")
        if abs(value) >= self.largest:
            self.fail("large")
        return value.quantize(self.unit, rounding=ROUND_HALF_UP)

    def to_representation(self, value) -> float | None:
        return number(value)


class Unrounded(Amount):
    """An amount as it was sent, to six places: what no float adds by itself, and more than any unit has.

    For what somebody gives or takes: how many places are right is the verb's or the model's question, as on the screen.
    """

    def __init__(self, **options):
        super().__init__(**{"places": 6} | options)

    def to_internal_value(self, data) -> Decimal:
        # Without the zeros at its end, which columns of two places would count.
        return Decimal(f"{super().to_internal_value(data).normalize():f}")


class Price(Amount):
    """An amount that may have parts of a cent."""

    def __init__(self, **options):
        super().__init__(**{"places": 4} | options)

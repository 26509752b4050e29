"""Amounts on the wire: JSON numbers out, numbers or text in, rounded to what is stored (api.md 5)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from transactions.numbers import LARGEST, NO_NUMBER, OF_PRICES, TOO_LARGE, read_number


def number(value: Decimal | None) -> float | None:
    """As Omneo writes it."""
    return None if value is None else float(value)


@extend_schema_field(OpenApiTypes.DOUBLE)
class Amount(serializers.Field):
    """A decimal number below 10^10 in size, rounded to what is stored."""

    default_error_messages = {"invalid": NO_NUMBER, "large": TOO_LARGE}

    def __init__(self, places: int = 2, largest: Decimal = LARGEST, **options):
        super().__init__(**{"required": False, "allow_null": True} | options)
        self.places, self.largest = places, largest

    def to_internal_value(self, data) -> Decimal:
        try:
            return read_number(data, places=self.places, largest=self.largest)
        except ValidationError as error:
            self.fail(error.code)

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
        super().__init__(**{"places": OF_PRICES} | options)

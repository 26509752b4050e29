"""The numbers of a transaction as they are read, the same wherever they are sent or typed: how large, and rounded to what."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.core.exceptions import ValidationError

NO_NUMBER = "A valid number is required."
TOO_LARGE = "This number is too large."
# Below these, in size.
LARGEST = Decimal(10) ** 10
MOST_PIECES = Decimal(10) ** 8
# How many decimals are kept.
OF_PIECES, OF_PRICES = 3, 4


def read_number(value, *, places: int, largest: Decimal = LARGEST) -> Decimal:
    """Rounded half up: tills send 0.30000000000000004 for thirty cents. Raises ValidationError `invalid` or `large`."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)) or len(str(value)) > 50:
        raise ValidationError(NO_NUMBER, code="invalid")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValidationError(NO_NUMBER, code="invalid") from None
    if not number.is_finite():
        raise ValidationError(NO_NUMBER, code="invalid")
    if abs(number) >= largest:
        raise ValidationError(TOO_LARGE, code="large")
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)

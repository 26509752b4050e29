"""Where amounts are rounded: points by the programme's scale and mode, money half up to the minor unit of its currency."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache

MODES = {"half_up": ROUND_HALF_UP, "floor": ROUND_FLOOR, "half_even": ROUND_HALF_EVEN, "ceil": ROUND_CEILING}
# Thirds of a share do not add up to their whole; what is missing shows only beyond these digits.
EXACT = Decimal("1E-12")
# Far above what anybody is given at once, and exact on every database.
MOST = Decimal(10) ** 10

# ISO 4217: all other currencies have two.
MINOR_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DIGITS = {code: digits for digits, codes in MINOR_DIGITS.items() for code in codes.split()}


@cache
def unit_of(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def rounded(value: Decimal, digits: int, mode: str) -> Decimal:
    """To so many decimals, once; thirds that were added up count as their whole."""
    if value >= MOST:
        return MOST
    return value.quantize(EXACT, rounding=ROUND_HALF_EVEN).quantize(unit_of(digits), rounding=MODES[mode])


def points(value: Decimal, *, scale: int, mode: str) -> Decimal:
    """Points as the programme gives them: `scale` decimals, `half_up`, `floor`, `half_even` or `ceil`."""
    return rounded(value, scale, mode)


def minor_digits(currency: str) -> int:
    """2 of AUD, 0 of JPY, 3 of KWD."""
    return DIGITS.get(currency, 2)


def money(value: Decimal, currency: str) -> Decimal:
    """Money to what can be paid: half up to the cent, to the yen."""
    return rounded(value, minor_digits(currency), "half_up")

"""Numbers as people read them, the same on every page: thousands apart, money to the cent. Templates have `money` and `floatformat:"0g"`."""

from decimal import Decimal, InvalidOperation

from django.utils.formats import number_format


def money(amount: Decimal | float | str | None, currency: str = "") -> str:
    """“1,280.50 AUD”; a dash for nothing known. Events keep amounts as text, which is read; what is no amount stays as it is."""
    if amount is None:
        return "–"
    try:
        shown = number_format(Decimal(str(amount)), 2, force_grouping=True)
    except InvalidOperation:
        shown = str(amount)
    return f"{shown} {currency}".strip()


def pieces(quantity: Decimal) -> str:
    """“2”, “1.5”, “12,000”."""
    return f"{quantity.normalize():,f}"


def plain(number: float) -> str:
    """A number of which nobody knows whether it is money: “500”, “12.50”, “1,280.125”. Never one decimal, as no price has."""
    cents = f"{number:,.2f}"
    if number == int(number):
        return f"{int(number):,}"
    return cents if round(number, 2) == number else f"{number:,}"

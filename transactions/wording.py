"""Transactions in words, for lists, pages and panels."""

from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from transactions.models import Transaction


def money(amount: Decimal | None, currency: str = "") -> str:
    """“1,280.50 AUD”; a dash for nothing known."""
    return "–" if amount is None else f"{number_format(amount, 2, force_grouping=True)} {currency}".strip()


def pieces(quantity: Decimal) -> str:
    """“2”, “1.5”."""
    return f"{quantity.normalize():f}"


def moment_of(transaction: Transaction) -> str:
    """The moment as the viewer's clock has it."""
    return date_format(localtime(transaction.transacted_at), "j M Y, H:i")


def status_of(transaction: Transaction) -> str:
    """What it is now, in one word or two."""
    return "Void" if transaction.is_void else transaction.get_status_display()

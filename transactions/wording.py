"""Transactions in words, for lists, pages and panels."""

from django.utils.formats import date_format
from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from transactions.models import Transaction


def moment_of(transaction: Transaction) -> str:
    """The moment as the viewer's clock has it."""
    return date_format(localtime(transaction.transacted_at), "j M Y, H:i")


def status_of(transaction: Transaction) -> str:
    """What it is now, in one word or two."""
    return "Void" if transaction.is_void else transaction.get_status_display()

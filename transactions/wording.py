"""Transactions in words, for lists, pages and panels."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format

from cxmanager.amounts import money
from transactions.models import Transaction


def moment_of(transaction: Transaction) -> str:
    """The moment as the clock in the shop had it: “27 Oct 2026, 08:36”, and “ (Melbourne)” where that is not the programme's zone."""
    local = date_format(transaction.transacted_at.astimezone(ZoneInfo(transaction.timezone)), "j M Y, H:i")
    return local if transaction.timezone == settings.TIME_ZONE else f"{local} ({zone_of(transaction)})"


def zone_of(transaction: Transaction) -> str:
    """“Melbourne” of Australia/Melbourne."""
    return transaction.timezone.rpartition("/")[2].replace("_", " ")


def signed(amount: Decimal | None, transaction: Transaction) -> Decimal | None:
    """An amount of the transaction: below zero where it is a return."""
    return -abs(amount) if amount is not None and transaction.type == Transaction.Type.RETURN else amount


def total_of(transaction: Transaction) -> str:
    """“49.95 AUD” of a sale, “-49.95 AUD” of a return."""
    return money(signed(transaction.total, transaction), transaction.currency)


def status_of(transaction: Transaction) -> str:
    """What it is now, in one word or two."""
    return "Void" if transaction.is_void else transaction.get_status_display()

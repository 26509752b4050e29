"""A row of text → a line and what it says of its transaction, or the reasons why it cannot be."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from cxmanager.nearness import did_you_mean
from profiles.importing.values import shown
from profiles.models.location import zone_names
from transactions.ahead import AHEAD, is_ahead
from transactions.importing.columns import NEEDED, OF_LINE, Columns
from transactions.lines import NAMELESS
from transactions.models import Transaction
from transactions.models.transaction import CENT
from transactions.numbers import LARGEST, MOST_PIECES

LONGEST = 191
# Texts of each column, until all are forgotten.
REMEMBERED = 5_000
# The smallest step, and what is too large.
PIECES, PRICE, MONEY = (Decimal("0.001"), MOST_PIECES), (Decimal("0.0001"), LARGEST), (CENT, LARGEST)
AMOUNTS = {"quantity": PIECES, "price_sell": PRICE, "price_original": PRICE}
# Of the transaction.
TOTALS = {"total": MONEY, "total_original": MONEY, "total_converted": MONEY}
TOTALS |= {"currency_rate": (Decimal("0.00000001"), LARGEST)}
NUMBERS = AMOUNTS | TOTALS
CHOICES = {"type": set(Transaction.Type.values), "status": set(Transaction.Status.values)}
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)


class Cleaner:
    """Cleans the rows of one file. A text that occurs again and again, such as a moment or a price, is read once."""

    def __init__(self, columns: Columns, *, locations: dict[str, int], at: datetime):
        self.columns, self.locations, self.at = columns, locations, at
        # What each text of a column was read as, or why it could not be.
        self.parts = [(key, place, {}) for key, place in columns.by_key.items()]

    def clean(self, cells: list[str]) -> tuple[dict, list[str]]:
        """The row's values as JSON keeps them, and whole sentences for what is wrong with it."""
        values: dict = {}
        reasons: list[str] = []
        width = len(cells)
        for key, place, known in self.parts:
            text = cells[place].strip() if place < width else ""
            if not text:
                if key in NEEDED:
                    reasons.append(f"The {key.replace('_', ' ')} is missing.")
                continue
            if text not in known:
                if len(known) >= REMEMBERED:
                    known.clear()
                known[text] = self._read_anew(key, text)
            value, reason = known[text]
            if reason:
                reasons.append(reason)
            else:
                values[key] = value
        if values.get("quantity") == "0":
            reasons.append("A line has a quantity.")
        if "sku" not in values and "name" not in values:
            reasons.append(NAMELESS)
        return values, reasons

    def _read_anew(self, key: str, text: str) -> tuple:
        try:
            value = read(key, text, self.locations)
        except ValueError as error:
            return None, str(error)
        ahead = key == "transacted_at" and is_ahead(datetime.fromisoformat(value), at=self.at)
        return value, AHEAD if ahead else ""


def read(key: str, text: str, locations: dict[str, int]):
    """One cell. Raises ValueError with a whole sentence."""
    if "\x00" in text:
        raise ValueError("Null bytes are not allowed.")
    if key in NUMBERS:
        return read_amount(key, text)
    if len(text) > (500 if key == "name" else LONGEST):
        raise ValueError(f"The {key.replace('_', ' ')} is too long.")
    if key in CHOICES:
        if text.lower() not in CHOICES[key]:
            known = f"Write one of: {', '.join(sorted(CHOICES[key]))}."
            raise ValueError(f"{shown(text)} is not a {key}. {known}{did_you_mean(text, CHOICES[key])}")
        return text.lower()
    return READERS.get(key, lambda text, _: text)(text, locations)


def read_amount(key: str, text: str) -> str:
    step, largest = NUMBERS[key]
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{shown(text)} is not a number. Write it like 1280.50.") from error
    if not number.is_finite() or abs(number) >= largest:
        raise ValueError(f"{shown(text)} is too large a number.")
    if key == "currency_rate" and number < 0:
        raise ValueError(f"{shown(text)} is no rate: it is below zero.")
    return f"{number.quantize(step).normalize():f}"


def read_moment(text: str, _) -> str:
    """In UTC unless it names an offset, as everywhere."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{shown(text)} is not a time. Write it like 2026-05-01 14:30:00.") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"{shown(text)} must lie between the years 1900 and 9997.")
    return moment.replace(microsecond=0).isoformat()


def read_zone(text: str, _) -> str:
    if text not in zone_names():
        raise ValueError(
            f"{shown(text)} is not a time zone. Write one like Australia/Melbourne.{did_you_mean(text, zone_names())}"
        )
    return text


def read_location(text: str, locations: dict[str, int]) -> int:
    found = locations.get(text)
    if found is None:
        raise ValueError(f"There is no location {shown(text)}.{did_you_mean(text, locations)}")
    return found


def read_currency(text: str, _) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise ValueError(f"{shown(text)} is not a currency. Write its three letters, such as AUD.")
    return text.upper()


def read_id(text: str, _) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise ValueError(f"{shown(text)} is not the id of a profile.") from error


READERS = {
    "transacted_at": read_moment,
    "timezone": read_zone,
    "location": read_location,
    "currency": read_currency,
    "profile_id": read_id,
    "email": lambda text, _: text.lower(),
}


def line_of(values: dict) -> dict:
    """The fields of the line, as a document has them."""
    return {key: Decimal(values[key]) if key in AMOUNTS else values[key] for key in OF_LINE if key in values}
